//! Manifests that declare what no request, no answer or no machine can carry are refused.

mod fixture;

use fixture::*;
use serde_json::{json, Value};
use votive_engine::{EngineLimits, GoldenError, ManifestError, Package, PackageError};

fn refused(change: impl FnOnce(&mut Value)) -> PackageError {
    let store = Store::new();
    let mut manifest = mlp_manifest();
    change(&mut manifest);
    refusal(&store.add("package", &manifest, &mlp_weights()))
}

#[test]
fn another_format_is_refused() {
    let error = refused(|manifest| manifest["format"] = 2.into());
    assert!(matches!(error, PackageError::Manifest(ManifestError::Format(2))));
}

#[test]
fn an_unknown_kernel_spec_is_refused() {
    let error = refused(|manifest| manifest["kernel_spec"] = 2.into());
    assert!(matches!(error, PackageError::Manifest(ManifestError::KernelSpec(2))));
    assert!(text(&error).contains("kernel_spec 2"));
}

#[test]
fn an_unknown_architecture_is_refused() {
    let error = refused(|manifest| manifest["architecture"] = "transformer".into());
    assert!(text(&error).contains("unknown variant `transformer`"));
}

#[test]
fn an_input_longer_than_a_request_carries_is_refused() {
    let error = refused(|manifest| manifest["input"]["shape"] = json!([4097]));
    let shape = ManifestError::Shape { what: "input", bytes: 4097, limit: 4096 };
    assert_eq!(text(&error), text(&PackageError::Manifest(shape)));
}

#[test]
fn an_input_shape_that_overflows_is_refused() {
    let error = refused(|manifest| manifest["input"]["shape"] = json!([usize::MAX, usize::MAX]));
    assert!(matches!(error, PackageError::Manifest(ManifestError::Shape { what: "input", bytes: u64::MAX, .. })));
}

#[test]
fn an_output_longer_than_an_answer_carries_is_refused() {
    let error = refused(|manifest| manifest["output"]["shape"] = json!([1025]));
    assert!(matches!(error, PackageError::Manifest(ManifestError::Shape { what: "output", bytes: 4100, .. })));
}

#[test]
fn an_empty_input_shape_is_refused() {
    let error = refused(|manifest| manifest["input"]["shape"] = json!([]));
    assert!(matches!(error, PackageError::Manifest(ManifestError::Shape { bytes: 0, .. })));
}

#[test]
fn a_scale_that_is_no_f32_is_refused() {
    for scale in [0.1, 0.0, -1.0, 1e300, 1e-60] {
        let error = refused(|manifest| manifest["input"]["scale"] = scale.into());
        assert!(matches!(error, PackageError::Manifest(ManifestError::Scale)));
    }
}

#[test]
fn a_scale_of_f32_values_is_refused() {
    let error = refused(|manifest| manifest["input"]["dtype"] = "f32".into());
    assert!(matches!(error, PackageError::Manifest(ManifestError::Scale)));
}

#[test]
fn labels_that_do_not_count_up_to_the_values_are_refused() {
    let error = refused(|manifest| manifest["output"]["labels"] = json!(["yes", "no"]));
    assert!(matches!(error, PackageError::Manifest(ManifestError::Labels { labels: 2, values: 3 })));
}

#[test]
fn a_file_listed_twice_is_refused() {
    let error = refused(|manifest| manifest["files"] = json!(["golden.json", "golden.json"]));
    assert!(matches!(error, PackageError::Manifest(ManifestError::DuplicateFile(path)) if path == "golden.json"));
}

#[test]
fn weights_that_are_not_listed_are_refused() {
    let error = refused(|manifest| manifest["files"] = json!(["golden.json"]));
    assert!(matches!(error, PackageError::Manifest(ManifestError::NotListed(path)) if path == "model.safetensors"));
}

#[test]
fn a_graph_without_layers_is_refused() {
    let error = refused(|manifest| manifest["layers"] = json!([]));
    assert!(matches!(error, PackageError::Manifest(ManifestError::Layers(0))));
}

#[test]
fn an_empty_licence_is_refused() {
    let error = refused(|manifest| manifest["licence"] = "".into());
    assert!(matches!(error, PackageError::Manifest(ManifestError::Text("licence"))));
}

#[test]
fn a_package_that_needs_more_memory_than_it_declares_is_refused() {
    let error = refused(|manifest| manifest["limits"]["memory_bytes"] = 100.into());
    assert!(matches!(error, PackageError::MemoryUnderstated { need, declared: 100 } if need > 100));
    assert!(error.to_string().contains("its manifest declares 100"));
}

#[test]
fn a_package_that_declares_more_memory_than_the_limit_is_refused() {
    let store = Store::new();
    let folder = store.add("package", &mlp_manifest(), &mlp_weights());
    let limits = EngineLimits { max_memory_bytes: 1 << 19, ..EngineLimits::default() };
    let error = Package::load(&folder, None, &limits).expect_err("refused");
    assert!(matches!(error, PackageError::Memory { need: 1_048_576, limit: 524_288 }));
    assert_eq!(error.cause(), "memory");
}

#[test]
fn more_golden_vectors_than_a_version_carries_are_refused() {
    let store = Store::new();
    let folder = store.add("package", &mlp_manifest(), &mlp_weights());
    let vectors = vec![json!({ "input": "00" }); 9];
    write(&folder, "golden.json", json!({ "vectors": vectors }).to_string().as_bytes());
    assert!(matches!(refusal(&folder), PackageError::Golden(GoldenError::Count(9))));
}
