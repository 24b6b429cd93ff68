//! The tiny-llama package as it is committed.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use votive_digest::{AnswerCode, Hash, Parameters};
use votive_engine::{Engine, EngineLimits, Package, PackageStore, Verdict, VersionFile};

fn tiny_llama() -> PathBuf {
    Path::new("../../models/tiny-llama").to_path_buf()
}

fn version() -> VersionFile {
    let json = std::fs::read(tiny_llama().join("version.json")).expect("version.json is committed");
    serde_json::from_slice(&json).expect("version.json is valid")
}

fn root() -> Hash {
    votive_engine::parse_hash(&version().package_root).expect("a root")
}

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(PackageStore::open(tiny_llama()).expect("the store opens"), EngineLimits::default()));

fn package() -> Package {
    Package::load(&tiny_llama().join("package"), None, &EngineLimits::default()).expect("the package loads")
}

#[test]
fn the_golden_vectors_hold_on_this_machine() {
    assert_eq!(ENGINE.check_golden(&root()).expect("they hold"), 8);
}

#[test]
fn version_json_is_what_pack_computes() {
    assert_eq!(VersionFile::of(&package(), version().units_per_block).expect("the golden vectors hold"), version());
}

#[test]
fn the_package_has_at_most_6_mb() {
    assert!(version().package_size <= 6_000_000, "{} bytes", version().package_size);
}

#[test]
fn the_beginning_is_continued_as_it_was_when_the_model_was_packed() {
    let parameters = Parameters { max_units: 16, ..Parameters::default() };
    let completion = ENGINE.run(&root(), b"In the beginning", &parameters).expect("it is answered");
    assert_eq!((completion.code, completion.units), (AnswerCode::Complete, 16));
    assert_eq!(
        package().text(&completion.output).as_deref(),
        Some(" of the world, in the world, in the world, and in the world")
    );
}

#[test]
fn one_pass_accepts_the_answers_and_no_others() {
    let package = package();
    for vector in &package.golden().vectors {
        let completion = package.run(&vector.input, &vector.parameters).expect("it is answered");
        let verify = |output: &[u8]| package.verify(&vector.input, &vector.parameters, output).expect("it is checked");
        assert_eq!(verify(&completion.output), Verdict::Right(completion.clone()));

        let mut other = completion.output;
        other[0] ^= 1;
        assert!(matches!(verify(&other), Verdict::Wrong(_)));
    }
}
