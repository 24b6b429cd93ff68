//! The digits package as it is committed.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use votive_digest::{AnswerCode, Hash, Parameters};
use votive_engine::{Engine, EngineLimits, Package, PackageStore, VersionFile};

/// 64 pixels and a label.
const ROW_BYTES: usize = 65;

fn digits() -> PathBuf {
    Path::new("../../models/digits").to_path_buf()
}

fn version() -> VersionFile {
    let json = std::fs::read(digits().join("version.json")).expect("version.json is committed");
    serde_json::from_slice(&json).expect("version.json is valid")
}

fn root() -> Hash {
    votive_engine::parse_hash(&version().package_root).expect("a root")
}

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(PackageStore::open(digits()).expect("the store opens"), EngineLimits::default()));

#[test]
fn at_least_97_percent_of_the_held_out_digits_are_read() {
    let held_out = std::fs::read(digits().join("heldout.bin")).expect("the held-out digits are committed");
    let package = Package::load(&digits().join("package"), None, &EngineLimits::default()).expect("the package loads");
    let read = |row: &&[u8]| {
        let completion = ENGINE.run(&root(), &row[..64], &Parameters::default()).expect("the digit is answered");
        assert_eq!((completion.code, completion.output.len()), (AnswerCode::Complete, 40));
        let best = package.manifest().output.best(&completion.output);
        best.map(|(label, _)| label.to_owned()) == Some(row[64].to_string())
    };
    let rows = held_out.chunks_exact(ROW_BYTES);
    let (count, right) = (rows.len(), rows.filter(read).count());
    assert_eq!(count, 450);
    assert!(right * 100 >= count * 97, "{right} of {count} held-out digits are right");
}

#[test]
fn the_golden_vectors_hold_on_this_machine() {
    assert_eq!(ENGINE.check_golden(&root()).expect("they hold"), 8);
}

#[test]
fn version_json_is_what_pack_computes() {
    let package = Package::load(&digits().join("package"), None, &EngineLimits::default()).expect("the package loads");
    assert_eq!(VersionFile::of(&package, version().units_per_block).expect("the golden vectors hold"), version());
}

#[test]
fn the_samples_are_read_as_their_labels() {
    let json = std::fs::read(digits().join("samples.json")).expect("the samples are committed");
    let samples: Vec<serde_json::Value> = serde_json::from_slice(&json).expect("the samples are valid");
    let package = Package::load(&digits().join("package"), None, &EngineLimits::default()).expect("the package loads");
    for sample in samples {
        let pixels: Vec<u8> = serde_json::from_value(sample["pixels"].clone()).expect("64 bytes");
        let completion = package.run(&pixels, &Parameters::default()).expect("the digit is answered");
        let label = package.manifest().output.best(&completion.output).map(|(label, _)| label.to_owned());
        assert_eq!(label, Some(sample["label"].to_string()));
    }
}
