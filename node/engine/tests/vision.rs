//! The readers of digits as they are committed, beside the ONNX files of PyTorch that they are imported from.

use std::path::{Path, PathBuf};
use votive_digest::{AnswerCode, Parameters};
use votive_engine::import::{import_onnx, ImportOptions};
use votive_engine::{EngineLimits, Package, VersionFile};

/// Pixels of an image, each a byte of 0 to 16.
const PIXELS: usize = 64;

/// Bytes of a held-out line: pixels, a label, and PyTorch's ten probabilities.
const LINE_BYTES: usize = PIXELS + 1 + 40;

fn folder(name: &str) -> PathBuf {
    Path::new("../../models/vision").join(name)
}

fn package(name: &str) -> Package {
    Package::load(&folder(name).join("package"), None, &EngineLimits::default()).expect("the package loads")
}

fn read(name: &str, file: &str) -> Vec<u8> {
    std::fs::read(folder(name).join(file)).expect("the file is committed")
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|value| f32::from_le_bytes([value[0], value[1], value[2], value[3]])).collect()
}

/// The package of the committed ONNX file, imported as README.md of the models says.
#[track_caller]
fn assert_imports_into_its_package(name: &str) {
    let committed = package(name);
    let options = ImportOptions {
        name: name.into(),
        task: "image-classification".into(),
        licence: "Apache-2.0".into(),
        labels: (0..10).map(|digit| digit.to_string()).collect(),
        output: None,
        golden_inputs: committed.golden().vectors.iter().map(|vector| vector.input.clone()).collect(),
    };
    let imported = import_onnx(&read(name, "model.onnx"), &options).expect("the file is imported");
    assert!(imported.left_out.is_empty(), "{:?}", imported.left_out);
    let store = tempfile::TempDir::new().expect("a temporary folder");
    let written = imported.draft.write(&store.path().join("package"), &EngineLimits::default());
    assert_eq!(written.expect("the package is written").root(), committed.root());
}

/// The place of the greatest value.
fn best(values: &[f32]) -> Option<usize> {
    (0..values.len()).max_by(|a, b| values[*a].total_cmp(&values[*b]))
}

/// The probabilities of each held-out digit, in the request that `encode` makes of its pixels, are PyTorch's up to rounding.
#[track_caller]
fn assert_answers_as_its_source(name: &str, encode: impl Fn(&[u8]) -> Vec<u8>, right: usize) {
    let (package, held_out) = (package(name), read(name, "heldout.bin"));
    let mut correct = 0;
    let lines = held_out.chunks_exact(LINE_BYTES);
    assert_eq!(lines.len(), 450);
    for line in lines {
        let (pixels, rest) = line.split_at(PIXELS);
        let completion = package.run(&encode(pixels), &Parameters::default()).expect("the digit is answered");
        assert_eq!(completion.code, AnswerCode::Complete);
        let (ours, theirs) = (floats(&completion.output), floats(&rest[1..]));
        assert_eq!((ours.len(), best(&ours)), (theirs.len(), best(&theirs)), "as PyTorch");
        let furthest = ours.iter().zip(&theirs).map(|(ours, theirs)| (ours - theirs).abs()).fold(0.0, f32::max);
        assert!(furthest <= 1e-6, "{furthest}");
        correct += usize::from(best(&ours) == Some(rest[0].into()));
    }
    assert_eq!(correct, right);
}

#[test]
fn the_file_of_the_older_exporter_imports_into_the_committed_package() {
    assert_imports_into_its_package("lenet");
}

#[test]
fn the_file_of_the_default_exporter_imports_into_the_committed_package() {
    assert_imports_into_its_package("batchnorm");
}

#[test]
fn lenet_answers_as_pytorch_on_all_held_out_digits() {
    assert_answers_as_its_source("lenet", <[u8]>::to_vec, 439);
}

#[test]
fn batchnorm_answers_as_pytorch_on_all_held_out_digits() {
    let sixteenths = |pixels: &[u8]| pixels.iter().flat_map(|pixel| (f32::from(*pixel) / 16.0).to_le_bytes()).collect();
    assert_answers_as_its_source("batchnorm", sixteenths, 444);
}

#[test]
fn version_json_is_what_pack_computes() {
    for name in ["lenet", "batchnorm"] {
        let version: VersionFile = serde_json::from_slice(&read(name, "version.json")).expect("version.json is valid");
        let computed = VersionFile::of(&package(name), version.units_per_block).expect("the golden vectors hold");
        assert_eq!(computed, version);
    }
}
