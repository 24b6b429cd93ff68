//! Weights that are damaged, hostile or of the wrong shape are refused as part of a whole package.

mod fixture;

use fixture::*;
use serde_json::{json, Value};
use votive_engine::{GraphError, HeaderError, PackageError, WeightsError};
use votive_kernels::KernelError;

fn refused(manifest: &Value, weights: &[u8]) -> PackageError {
    let store = Store::new();
    refusal(&store.add("package", manifest, weights))
}

fn refused_layers(layers: Value, tensors: &[Raw]) -> PackageError {
    let input = json!({ "dtype": "u8", "shape": [4] });
    refused(&manifest("mlp", input, 3, layers), &safetensors(tensors))
}

#[test]
fn truncated_weights_are_refused() {
    let weights = mlp_weights();
    let error = refused(&mlp_manifest(), &weights[..weights.len() - 1]);
    assert!(matches!(error, PackageError::Header(HeaderError::FileSize { .. })));
    assert!(text(&error).contains("truncated"));
}

#[test]
fn a_header_length_of_a_gibibyte_is_refused() {
    let mut weights = mlp_weights();
    weights[..8].copy_from_slice(&(1u64 << 30).to_le_bytes());
    let error = refused(&mlp_manifest(), &weights);
    assert!(matches!(error, PackageError::Header(HeaderError::HeaderTooLong(1_073_741_824))));
}

#[test]
fn a_tensor_of_2_to_the_63_elements_is_refused() {
    let header = r#"{"fc1.weight":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}}"#;
    let error = refused(&mlp_manifest(), &raw_safetensors(header, &[0; 4]));
    assert!(matches!(error, PackageError::Header(HeaderError::ShapeOverflow(_))));
}

#[test]
fn overlapping_tensors_are_refused() {
    let header = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#;
    let error = refused(&mlp_manifest(), &raw_safetensors(header, &[0; 12]));
    assert!(matches!(error, PackageError::Header(HeaderError::NotContiguous { .. })));
    assert!(text(&error).contains("overlap"));
}

#[test]
fn two_tensors_of_one_name_are_refused() {
    let header =
        r#"{"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"I8","shape":[1],"data_offsets":[1,2]}}"#;
    let error = refused(&mlp_manifest(), &raw_safetensors(header, &[0; 2]));
    assert!(matches!(error, PackageError::Header(HeaderError::DuplicateName(name)) if name == "a"));
}

#[test]
fn ten_thousand_and_one_tensors_are_refused() {
    let entry = |i: usize| format!(r#""{i}":{{"dtype":"I8","shape":[1],"data_offsets":[{i},{}]}}"#, i + 1);
    let entries: Vec<String> = (0..10_001).map(entry).collect();
    let error = refused(&mlp_manifest(), &raw_safetensors(&format!("{{{}}}", entries.join(",")), &[0; 10_001]));
    assert!(matches!(error, PackageError::Header(HeaderError::TooManyTensors(10_001))));
}

#[test]
fn a_weight_that_does_not_fit_the_input_is_refused() {
    let mut manifest = mlp_manifest();
    manifest["input"]["shape"] = json!([3]);
    let error = refused(&manifest, &mlp_weights());
    assert!(matches!(error, PackageError::Graph(GraphError::TensorShape { layer: 0, .. })));
    assert!(text(&error).contains("tensor `fc1.weight` of layer 0 has shape [5, 4] where [5, 3] fits"));
}

#[test]
fn a_bias_that_does_not_fit_its_layer_is_refused() {
    let mut tensors = mlp_tensors();
    tensors[1] = seeded("fc1.bias", &[4], 2);
    let error = refused(&mlp_manifest(), &safetensors(&tensors));
    assert!(text(&error).contains("tensor `fc1.bias` of layer 0 has shape [4] where [5] fits"));
}

#[test]
fn a_weight_of_three_dimensions_is_refused() {
    let mut tensors = mlp_tensors();
    tensors[0] = seeded("fc1.weight", &[5, 4, 1], 1);
    let error = refused(&mlp_manifest(), &safetensors(&tensors));
    assert!(matches!(error, PackageError::Graph(GraphError::TensorRank { dimensions: 2, .. })));
}

#[test]
fn an_output_that_the_graph_does_not_give_is_refused() {
    let mut manifest = mlp_manifest();
    manifest["output"]["shape"] = json!([4]);
    let error = refused(&manifest, &mlp_weights());
    assert!(matches!(error, PackageError::Graph(GraphError::Output { graph: 3, manifest: 4 })));
}

#[test]
fn a_tensor_that_is_not_there_is_refused() {
    let error = refused(&mlp_manifest(), &safetensors(&mlp_tensors()[..3]));
    assert!(matches!(error, PackageError::Graph(GraphError::MissingTensor { tensor, .. }) if tensor == "fc2.bias"));
}

#[test]
fn a_tensor_that_no_layer_takes_is_refused() {
    let mut tensors = mlp_tensors();
    tensors.push(seeded("stray", &[1], 9));
    let error = refused(&mlp_manifest(), &safetensors(&tensors));
    assert!(matches!(error, PackageError::Graph(GraphError::UnusedTensor(name)) if name == "stray"));
}

#[test]
fn a_tensor_that_two_layers_take_is_refused() {
    let layer = json!({ "type": "linear", "weight": "w" });
    let error = refused_layers(json!([layer, layer]), &[seeded("w", &[4, 4], 1)]);
    assert!(matches!(error, PackageError::Graph(GraphError::SharedTensor { layer: 1, .. })));
}

#[test]
fn a_graph_without_weights_is_refused() {
    let mut manifest = mlp_manifest();
    manifest["layers"] = json!([{ "type": "softmax" }]);
    let error = refused(&manifest, &raw_safetensors("{}", &[]));
    assert!(matches!(error, PackageError::Graph(GraphError::NoWeights)));
}

#[test]
fn an_int8_weight_without_scales_is_refused() {
    let layers = json!([{ "type": "linear", "weight": "w" }]);
    let error = refused_layers(layers, &[i8_tensor("w", &[3, 4], &[1; 12])]);
    assert!(matches!(error, PackageError::Graph(GraphError::ElementType { .. })));
}

#[test]
fn an_int8_weight_of_minus_128_is_refused() {
    let layers = json!([{ "type": "linear", "weight": "w", "scales": "s" }]);
    let error = refused_layers(layers, &[i8_tensor("w", &[3, 4], &[i8::MIN; 12]), seeded("s", &[3], 1)]);
    assert!(matches!(error, PackageError::Weights(WeightsError::OutOfRange(name)) if name == "w"));
}

#[test]
fn weights_that_are_not_finite_are_refused() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut tensors = mlp_tensors();
        tensors[3] = f32_tensor("fc2.bias", &[3], &[0.0, value, 0.0]);
        let error = refused(&mlp_manifest(), &safetensors(&tensors));
        assert!(matches!(&error, PackageError::Weights(WeightsError::NotFinite(name)) if name == "fc2.bias"));
        assert!(text(&error).contains("NaN or an infinity"));
    }
}

#[test]
fn a_convolution_in_an_mlp_is_refused() {
    let mut manifest = cnn_manifest();
    manifest["architecture"] = "mlp".into();
    manifest["input"]["shape"] = json!([36]);
    let error = refused(&manifest, &cnn_weights());
    assert!(matches!(error, PackageError::Graph(GraphError::Layer { layer: 0, .. })));
}

#[test]
fn a_linear_layer_over_an_image_is_refused() {
    let mut manifest = cnn_manifest();
    manifest["layers"].as_array_mut().expect("a list").remove(3);
    let error = refused(&manifest, &cnn_weights());
    assert!(matches!(error, PackageError::Graph(GraphError::Layer { layer: 3, .. })));
}

#[test]
fn a_stride_of_zero_is_refused() {
    let mut manifest = cnn_manifest();
    manifest["layers"][0]["stride"] = 0.into();
    let error = refused(&manifest, &cnn_weights());
    let shape = GraphError::Shape { layer: 0, source: KernelError::ZeroDimension };
    assert_eq!(text(&error), text(&PackageError::Graph(shape)));
}

#[test]
fn padding_that_would_take_all_memory_is_refused() {
    let mut manifest = cnn_manifest();
    manifest["layers"][0]["padding"] = usize::MAX.into();
    assert!(matches!(refused(&manifest, &cnn_weights()), PackageError::Graph(GraphError::Padding(0))));
}

#[test]
fn a_pool_window_larger_than_its_image_is_refused() {
    let mut manifest = cnn_manifest();
    manifest["layers"][2]["kernel"] = 7.into();
    let error = refused(&manifest, &cnn_weights());
    assert!(matches!(error, PackageError::Graph(GraphError::Shape { layer: 2, .. })));
}
