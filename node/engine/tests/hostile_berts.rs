//! Berts that are described wrongly, or whose weights do not fit, are refused.

mod fixture;

use fixture::bert::*;
use fixture::*;
use serde_json::{json, Value};
use votive_engine::{Architecture, GraphError, ManifestError, PackageError, WeightsError};

fn refused(manifest: &Value, tensors: &[Raw]) -> PackageError {
    let store = Store::new();
    refusal(&store.add("package", manifest, &safetensors(tensors)))
}

fn refused_manifest(change: impl FnOnce(&mut Value)) -> PackageError {
    let mut manifest = bert_manifest();
    change(&mut manifest);
    refused(&manifest, &bert_tensors())
}

fn refused_tensor(name: &str, change: impl FnOnce(&mut Raw)) -> PackageError {
    let mut tensors = bert_tensors();
    change(tensors.iter_mut().find(|tensor| tensor.name == name).expect("the tensor is there"));
    refused(&bert_manifest(), &tensors)
}

fn refused_int8(name: &str, change: impl FnOnce(&mut Raw)) -> PackageError {
    let mut tensors = all_quantised(bert_tensors());
    change(tensors.iter_mut().find(|tensor| tensor.name == name).expect("the tensor is there"));
    refused(&bert_manifest(), &tensors)
}

#[test]
fn a_size_of_zero_or_beyond_its_bound_is_refused_by_its_name() {
    let fields = [
        ("hidden", 1 << 10),
        ("layers", 64),
        ("heads", HIDDEN),
        ("intermediate", 1 << 14),
        ("vocabulary", 1 << 18),
        ("max_positions", 1 << 13),
        ("token_types", 16),
        ("max_tokens", 7),
    ];
    for (name, bound) in fields {
        for wrong in [0, bound + 1, usize::MAX] {
            let error = refused_manifest(|manifest| manifest["bert"][name] = wrong.into());
            assert!(
                matches!(&error, PackageError::Manifest(ManifestError::Size { section: "bert", field, value, .. }) if *field == name && *value == wrong),
                "{name} = {wrong}: {error:?}"
            );
        }
    }
}

#[test]
fn heads_that_do_not_divide_the_hidden_values_are_refused() {
    let error = refused_manifest(|manifest| manifest["bert"]["heads"] = 3.into());
    assert!(matches!(
        error,
        PackageError::Manifest(ManifestError::Heads { section: "bert", heads: 3, hidden: HIDDEN })
    ));
}

#[test]
fn an_epsilon_that_is_no_positive_float_is_refused() {
    // The last lies in the middle of 1 and the next float.
    for epsilon in [0.0, -1e-12, 1e-60, 1e300, 1.0 + f64::from(f32::EPSILON) / 2.0] {
        let error = refused_manifest(|manifest| manifest["bert"]["epsilon"] = epsilon.into());
        assert!(matches!(error, PackageError::Manifest(ManifestError::Epsilon("bert"))), "{epsilon}: {error:?}");
    }
}

#[test]
fn an_unknown_pooling_is_refused() {
    let error = refused_manifest(|manifest| manifest["bert"]["pooling"] = "max".into());
    assert!(text(&error).contains("unknown variant `max`"));
}

#[test]
fn an_unknown_field_is_refused() {
    let error = refused_manifest(|manifest| manifest["bert"]["dropout"] = 0.into());
    assert!(text(&error).contains("unknown field `dropout`"));
}

#[test]
fn a_bert_without_its_sizes_or_with_layers_is_refused() {
    let without = refused_manifest(|manifest| manifest["bert"] = Value::Null);
    let with = refused_manifest(|manifest| manifest["layers"] = json!([{ "type": "softmax" }]));
    for error in [without, with] {
        assert!(matches!(error, PackageError::Manifest(ManifestError::Graph(Architecture::Bert))), "{error:?}");
    }
}

#[test]
fn an_mlp_with_the_sizes_of_a_bert_is_refused() {
    let mut manifest = mlp_manifest();
    manifest["bert"] = bert_manifest()["bert"].clone();
    let error = refused(&manifest, &mlp_tensors());
    assert!(matches!(error, PackageError::Manifest(ManifestError::Graph(Architecture::Mlp))));
}

#[test]
fn values_into_a_bert_and_tokens_into_an_mlp_are_refused() {
    let bert = refused_manifest(|manifest| manifest["input"] = json!({ "dtype": "f32", "shape": [MAX_TOKENS] }));
    assert!(matches!(bert, PackageError::Manifest(ManifestError::InputType(Architecture::Bert))));
    let mut manifest = mlp_manifest();
    manifest["input"] = json!({ "dtype": "u32", "shape": [4] });
    let mlp = refused(&manifest, &mlp_tensors());
    assert!(matches!(mlp, PackageError::Manifest(ManifestError::InputType(Architecture::Mlp))));
}

#[test]
fn an_input_shape_that_is_not_the_most_tokens_is_refused() {
    for shape in [json!([MAX_TOKENS - 1]), json!([MAX_TOKENS, 1])] {
        let error = refused_manifest(|manifest| manifest["input"]["shape"] = shape);
        assert!(matches!(error, PackageError::Manifest(ManifestError::TokenShape { max_tokens: MAX_TOKENS })));
    }
}

#[test]
fn an_output_of_another_length_than_the_hidden_values_is_refused() {
    let error = refused_manifest(|manifest| manifest["output"]["shape"] = json!([HIDDEN + 1]));
    assert!(matches!(error, PackageError::Graph(GraphError::Output { graph: HIDDEN, .. })));
}

#[test]
fn each_tensor_that_is_missing_is_refused_by_its_name() {
    for index in 0..bert_tensors().len() {
        let mut tensors = bert_tensors();
        let removed = tensors.remove(index).name;
        let error = refused(&bert_manifest(), &tensors);
        assert!(
            matches!(&error, PackageError::Graph(GraphError::MissingTensor { tensor, .. }) if *tensor == removed),
            "{removed}: {error:?}"
        );
    }
}

#[test]
fn each_tensor_of_another_shape_is_refused_by_its_name() {
    for index in 0..bert_tensors().len() {
        let mut tensors = bert_tensors();
        tensors[index].shape.push(1);
        let changed = tensors[index].name.clone();
        let error = refused(&bert_manifest(), &tensors);
        assert!(
            matches!(&error, PackageError::Graph(GraphError::TensorShape { tensor, .. }) if *tensor == changed),
            "{changed}: {error:?}"
        );
    }
}

#[test]
fn a_tensor_that_no_layer_takes_is_refused() {
    let mut tensors = bert_tensors();
    tensors.push(seeded("pooler.dense.bias", &[HIDDEN], 1));
    let error = refused(&bert_manifest(), &tensors);
    assert!(matches!(error, PackageError::Graph(GraphError::UnusedTensor(name)) if name == "pooler.dense.bias"));
}

#[test]
fn an_int8_weight_without_its_scales_is_refused() {
    for name in ["encoder.layer.0.output.dense", "embeddings.word_embeddings"] {
        let scales = format!("{name}.scales");
        let error = refused_tensor(&format!("{name}.weight"), |tensor| {
            *tensor = quantised(tensor).into_iter().next().expect("the weight")
        });
        assert!(
            matches!(&error, PackageError::Graph(GraphError::MissingTensor { tensor, .. }) if *tensor == scales),
            "{error:?}"
        );
    }
}

#[test]
fn scales_of_a_weight_of_floats_are_refused() {
    let mut tensors = bert_tensors();
    tensors.push(seeded("encoder.layer.0.output.dense.scales", &[HIDDEN], 1));
    let error = refused(&bert_manifest(), &tensors);
    assert!(
        matches!(error, PackageError::Graph(GraphError::UnusedTensor(name)) if name == "encoder.layer.0.output.dense.scales")
    );
}

#[test]
fn scales_of_another_length_or_of_int8_are_refused() {
    for (index, wrong) in [f32_tensor("", &[HIDDEN + 1], &[1.0; HIDDEN + 1]), i8_tensor("", &[HIDDEN], &[1; HIDDEN])]
        .into_iter()
        .enumerate()
    {
        let name = "encoder.layer.0.output.dense.scales";
        let error = refused_int8(name, |tensor| *tensor = Raw { name: name.into(), ..wrong });
        let is_right = match index {
            0 => matches!(&error, PackageError::Graph(GraphError::TensorShape { tensor, .. }) if tensor == name),
            _ => matches!(&error, PackageError::Graph(GraphError::ElementType { tensor, .. }) if tensor == name),
        };
        assert!(is_right, "{error:?}");
    }
}

#[test]
fn int8_weights_of_minus_128_are_refused() {
    for name in ["encoder.layer.1.output.dense.weight", "embeddings.word_embeddings.weight"] {
        let error = refused_int8(name, |tensor| tensor.bytes[3] = 0x80);
        assert!(
            matches!(&error, PackageError::Weights(WeightsError::OutOfRange(tensor)) if tensor == name),
            "{error:?}"
        );
    }
}

#[test]
fn scales_that_are_not_finite_are_refused() {
    for name in ["encoder.layer.1.output.dense.scales", "embeddings.word_embeddings.scales"] {
        let error = refused_int8(name, |tensor| tensor.bytes[..4].copy_from_slice(&f32::INFINITY.to_le_bytes()));
        assert!(
            matches!(&error, PackageError::Weights(WeightsError::NotFinite(tensor)) if tensor == name),
            "{error:?}"
        );
    }
}

#[test]
fn half_precision_that_is_not_finite_is_refused() {
    for (dtype, infinity) in [("F16", 0x7c00u16), ("BF16", 0x7f80)] {
        let name = "encoder.layer.0.output.dense.bias";
        let error = refused_tensor(name, |tensor| {
            tensor.dtype = dtype;
            tensor.bytes = infinity.to_le_bytes().repeat(HIDDEN);
        });
        assert!(
            matches!(&error, PackageError::Weights(WeightsError::NotFinite(tensor)) if tensor == name),
            "{error:?}"
        );
    }
}

#[test]
fn an_int8_norm_or_bias_is_refused() {
    for name in ["embeddings.LayerNorm.weight", "encoder.layer.0.output.dense.bias"] {
        let error = refused_tensor(name, |tensor| *tensor = i8_tensor(name, &[HIDDEN], &[1; HIDDEN]));
        assert!(
            matches!(&error, PackageError::Graph(GraphError::ElementType { tensor, .. }) if tensor == name),
            "{error:?}"
        );
    }
}

#[test]
fn weights_that_are_not_finite_are_refused_wherever_they_are_used() {
    for name in [
        "embeddings.word_embeddings.weight",
        "encoder.layer.1.output.dense.weight",
        "encoder.layer.0.output.dense.bias",
    ] {
        let error = refused_tensor(name, |tensor| tensor.bytes[..4].copy_from_slice(&f32::NAN.to_le_bytes()));
        assert!(
            matches!(&error, PackageError::Weights(WeightsError::NotFinite(tensor)) if tensor == name),
            "{error:?}"
        );
    }
}

#[test]
fn a_bert_that_needs_more_memory_than_it_declares_is_refused() {
    let error = refused_manifest(|manifest| manifest["limits"]["memory_bytes"] = 20_000.into());
    assert!(matches!(error, PackageError::MemoryUnderstated { need, declared: 20_000 } if need > 20_000));
}
