//! The packages of iris and wine as they are committed, beside the ONNX files that they are imported from.

use std::path::{Path, PathBuf};
use votive_digest::{AnswerCode, Parameters};
use votive_engine::import::{import_onnx, ImportOptions};
use votive_engine::{EngineLimits, Package, VersionFile};

fn folder(name: &str) -> PathBuf {
    Path::new("../../models/tabular").join(name)
}

fn package(name: &str) -> Package {
    Package::load(&folder(name).join("package"), None, &EngineLimits::default()).expect("the package loads")
}

fn read(name: &str, file: &str) -> Vec<u8> {
    std::fs::read(folder(name).join(file)).expect("the file is committed")
}

/// The package of the committed ONNX file, imported as README.md of the models says.
#[track_caller]
fn assert_imports_into_its_package(name: &str) {
    let committed = package(name);
    let manifest = committed.manifest();
    let options = ImportOptions {
        name: name.into(),
        task: "tabular-classification".into(),
        licence: "Apache-2.0".into(),
        labels: manifest.output.labels.clone(),
        output: None,
        golden_inputs: committed.golden().vectors.iter().map(|vector| vector.input.clone()).collect(),
    };
    let imported = import_onnx(&read(name, "model.onnx"), &options).expect("the file is imported");
    let store = tempfile::TempDir::new().expect("a temporary folder");
    let written = imported.draft.write(&store.path().join("package"), &EngineLimits::default());
    assert_eq!(written.expect("the package is written").root(), committed.root());
}

/// Each held-out row has its values, its label, and what scikit-learn predicted.
#[track_caller]
fn assert_predicts_as_its_source(name: &str, columns: usize, rows: usize, right: usize) {
    let (package, held_out) = (package(name), read(name, "heldout.bin"));
    let labels = &package.manifest().output.labels;
    let lines: Vec<_> = held_out.chunks_exact(columns * 4 + 2).map(|line| line.split_at(columns * 4)).collect();
    let answer = |input| {
        let completion = package.run(input, &Parameters::default()).expect("the row is answered");
        assert_eq!((completion.code, completion.output.len()), (AnswerCode::Complete, 12));
        let best = package.manifest().output.best(&completion.output).map(|(label, _)| label.to_owned());
        labels.iter().position(|label| Some(label) == best.as_ref()).map(|index| index as u8)
    };
    let guesses: Vec<_> = lines.iter().map(|(input, _)| answer(input)).collect();
    assert_eq!(lines.len(), rows);
    assert!(guesses.iter().zip(&lines).all(|(guess, (_, line))| *guess == Some(line[1])), "as scikit-learn");
    assert_eq!(guesses.iter().zip(&lines).filter(|(guess, (_, line))| **guess == Some(line[0])).count(), right);
}

#[test]
fn the_file_of_iris_imports_into_the_committed_package() {
    assert_imports_into_its_package("iris");
}

#[test]
fn the_file_of_wine_imports_into_the_committed_package() {
    assert_imports_into_its_package("wine");
}

#[test]
fn iris_predicts_as_scikit_learn_on_all_held_out_flowers() {
    assert_predicts_as_its_source("iris", 4, 38, 38);
}

#[test]
fn wine_predicts_as_scikit_learn_on_all_held_out_wines() {
    assert_predicts_as_its_source("wine", 13, 45, 45);
}

#[test]
fn version_json_is_what_pack_computes() {
    for name in ["iris", "wine"] {
        let version: VersionFile = serde_json::from_slice(&read(name, "version.json")).expect("version.json is valid");
        let computed = VersionFile::of(&package(name), version.units_per_block).expect("the golden vectors hold");
        assert_eq!(computed, version);
    }
}
