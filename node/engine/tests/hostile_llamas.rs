//! Llamas that are described wrongly, or whose weights do not fit, are refused.

mod fixture;

use fixture::llama::*;
use fixture::*;
use serde_json::{json, Value};
use votive_engine::{Architecture, GraphError, ManifestError, PackageError, WeightsError};

fn refused(manifest: &Value, tensors: &[Raw]) -> PackageError {
    let store = Store::new();
    refusal(&store.add("package", manifest, &safetensors(tensors)))
}

fn refused_manifest(change: impl FnOnce(&mut Value)) -> ManifestError {
    let mut manifest = llama_manifest();
    change(&mut manifest);
    match refused(&manifest, &llama_tensors()) {
        PackageError::Manifest(error) => error,
        other => panic!("{other:?} is not about the manifest"),
    }
}

#[test]
fn a_size_of_zero_or_beyond_its_bound_is_refused_by_its_name() {
    let fields = [
        ("vocabulary", 1 << 18),
        ("hidden", 1 << 13),
        ("intermediate", 1 << 15),
        ("layers", 128),
        ("heads", 256),
        ("key_value_heads", HEADS),
        ("head_size", 512),
        ("max_tokens", 1 << 13),
    ];
    for (name, bound) in fields {
        for wrong in [0, bound + 1, usize::MAX] {
            let error = refused_manifest(|manifest| manifest["llama"][name] = wrong.into());
            assert!(
                matches!(&error, ManifestError::Size { section: "llama", field, value, .. } if *field == name && *value == wrong),
                "{name} = {wrong}: {error:?}"
            );
        }
    }
}

#[test]
fn heads_that_cannot_be_shared_or_split_are_refused() {
    let shared = refused_manifest(|manifest| manifest["llama"]["key_value_heads"] = 3.into());
    assert!(matches!(shared, ManifestError::KeyValueHeads { key_value_heads: 3, heads: HEADS }));
    let odd = refused_manifest(|manifest| manifest["llama"]["head_size"] = 7.into());
    assert!(matches!(odd, ManifestError::HeadSize(7)));
    let without_size = refused_manifest(|manifest| {
        manifest["llama"]["head_size"] = Value::Null;
        manifest["llama"]["heads"] = 6.into();
    });
    assert!(matches!(without_size, ManifestError::Heads { section: "llama", heads: 6, hidden: HIDDEN }));
    let too_large = refused_manifest(|manifest| {
        manifest["llama"]["head_size"] = Value::Null;
        manifest["llama"]["hidden"] = 8192.into();
    });
    assert!(matches!(too_large, ManifestError::Size { field: "head_size", value: 2048, .. }));
}

#[test]
fn an_epsilon_or_a_base_that_is_no_plain_float_of_its_range_is_refused() {
    for epsilon in [0.0, -1e-5, 1e300, 1.0 + f64::from(f32::EPSILON) / 2.0] {
        let error = refused_manifest(|manifest| manifest["llama"]["epsilon"] = epsilon.into());
        assert!(matches!(error, ManifestError::Epsilon("llama")), "{epsilon}: {error:?}");
    }
    for base in [0.0, 0.5, -10_000.0, 1e39, 1.0 + f64::from(f32::EPSILON) / 2.0] {
        let error = refused_manifest(|manifest| manifest["llama"]["rotary_base"] = base.into());
        assert!(matches!(error, ManifestError::RotaryBase), "{base}: {error:?}");
    }
}

#[test]
fn tokens_that_the_vocabulary_does_not_have_or_that_stand_twice_are_refused() {
    let begin = refused_manifest(|manifest| manifest["llama"]["begin_token"] = VOCABULARY.into());
    assert!(matches!(begin, ManifestError::Token { field: "begin_token", .. }));
    for stop in [json!([VOCABULARY]), json!([1, 2, 1]), (0..17).collect()] {
        let error = refused_manifest(|manifest| manifest["llama"]["stop_tokens"] = stop);
        assert!(matches!(error, ManifestError::Token { field: "stop_tokens", most: 16 }));
    }
}

#[test]
fn a_prompt_or_an_answer_that_fills_the_context_is_refused() {
    for shape in [json!([MAX_TOKENS]), json!([2, 2])] {
        let input = refused_manifest(|manifest| manifest["input"]["shape"] = shape.clone());
        assert!(matches!(input, ManifestError::ContextShape { what: "input", most: 15, .. }), "{input:?}");
        let output = refused_manifest(|manifest| manifest["output"]["shape"] = shape.clone());
        assert!(matches!(output, ManifestError::ContextShape { what: "output", most: 15, .. }), "{output:?}");
    }
    let with_begin = refused_manifest(|manifest| {
        manifest["llama"]["begin_token"] = 1.into();
        manifest["input"]["shape"] = json!([MAX_TOKENS - 1]);
    });
    assert!(matches!(with_begin, ManifestError::ContextShape { what: "input", most: 14, .. }));
}

#[test]
fn an_answer_longer_than_the_chain_carries_is_refused() {
    let error = refused_manifest(|manifest| {
        manifest["llama"]["max_tokens"] = 8192.into();
        manifest["output"]["shape"] = json!([1025]);
    });
    assert!(matches!(error, ManifestError::Shape { what: "output", bytes: 4100, limit: 4096 }));
}

#[test]
fn values_out_of_a_llama_and_tokens_out_of_a_bert_are_refused() {
    let llama = refused_manifest(|manifest| manifest["output"]["dtype"] = "f32".into());
    assert!(matches!(llama, ManifestError::OutputType(Architecture::Llama)));
    let mut manifest = mlp_manifest();
    manifest["output"]["dtype"] = "u32".into();
    let mlp = refused(&manifest, &mlp_tensors());
    assert!(matches!(mlp, PackageError::Manifest(ManifestError::OutputType(Architecture::Mlp))));
    let input = refused_manifest(|manifest| manifest["input"] = json!({ "dtype": "u8", "shape": [4] }));
    assert!(matches!(input, ManifestError::InputType(Architecture::Llama)));
}

#[test]
fn labels_of_tokens_are_refused() {
    let labels: Vec<String> = (0..MAX_ANSWER).map(|label| label.to_string()).collect();
    let error = refused_manifest(|manifest| manifest["output"]["labels"] = labels.into());
    assert!(matches!(error, ManifestError::Labels { labels: MAX_ANSWER, values: 0 }));
}

#[test]
fn a_llama_without_its_sizes_or_with_those_of_another_is_refused() {
    let without = refused_manifest(|manifest| manifest["llama"] = Value::Null);
    let with_layers = refused_manifest(|manifest| manifest["layers"] = json!([{ "type": "softmax" }]));
    let with_bert = refused_manifest(|manifest| manifest["bert"] = fixture::bert::bert_manifest()["bert"].clone());
    for error in [without, with_layers, with_bert] {
        assert!(matches!(error, ManifestError::Graph(Architecture::Llama)), "{error:?}");
    }
    let unknown = refused_manifest(|manifest| manifest["llama"]["sliding_window"] = 8.into());
    assert!(text(&unknown).contains("unknown field `sliding_window`"));
}

#[test]
fn each_tensor_that_is_missing_is_refused_by_its_name() {
    for (manifest, tensors) in [(llama_manifest(), llama_tensors()), biased(), tied()] {
        for index in 0..tensors.len() {
            let (mut rest, removed) = (Vec::new(), &tensors[index].name);
            rest.extend(tensors.iter().filter(|tensor| tensor.name != *removed).map(copy));
            let error = refused(&manifest, &rest);
            assert!(
                matches!(&error, PackageError::Graph(GraphError::MissingTensor { tensor, .. }) if tensor == removed),
                "{removed}: {error:?}"
            );
        }
    }
}

fn copy(tensor: &Raw) -> Raw {
    let Raw { name, dtype, shape, bytes } = tensor;
    Raw { name: name.clone(), dtype, shape: shape.clone(), bytes: bytes.clone() }
}

#[test]
fn each_tensor_of_another_shape_is_refused_by_its_name() {
    for index in 0..llama_tensors().len() {
        let mut tensors = llama_tensors();
        tensors[index].shape.push(1);
        let changed = tensors[index].name.clone();
        let error = refused(&llama_manifest(), &tensors);
        assert!(
            matches!(&error, PackageError::Graph(GraphError::TensorShape { tensor, .. }) if *tensor == changed),
            "{changed}: {error:?}"
        );
    }
}

#[test]
fn a_head_beside_a_tied_one_and_biases_that_are_not_declared_are_refused() {
    let tied = refused(&tied().0, &llama_tensors());
    assert!(matches!(tied, PackageError::Graph(GraphError::UnusedTensor(name)) if name == "lm_head.weight"));
    let biased = refused(&llama_manifest(), &biased().1);
    assert!(matches!(biased, PackageError::Graph(GraphError::UnusedTensor(name)) if name.ends_with("proj.bias")));
}

#[test]
fn int8_of_minus_128_and_scales_that_are_missing_or_not_finite_are_refused() {
    for (manifest, tensors) in [(llama_manifest(), llama_tensors()), tied()] {
        for name in ["model.embed_tokens", "model.layers.1.mlp.down_proj"] {
            let spoiled = |part: &str, change: &dyn Fn(&mut Raw)| {
                let mut tensors = all_quantised(tensors.iter().map(copy).collect());
                let name = format!("{name}.{part}");
                change(tensors.iter_mut().find(|tensor| tensor.name == name).expect("it is there"));
                refused(&manifest, &tensors)
            };
            let low = spoiled("weight", &|tensor| tensor.bytes[0] = 0x80);
            assert!(matches!(low, PackageError::Weights(WeightsError::OutOfRange(_))), "{name}: {low:?}");
            let infinite = spoiled("scales", &|tensor| tensor.bytes[..4].copy_from_slice(&f32::INFINITY.to_le_bytes()));
            assert!(matches!(infinite, PackageError::Weights(WeightsError::NotFinite(_))), "{name}: {infinite:?}");
            let missing = spoiled("scales", &|tensor| tensor.name.push('s'));
            assert!(matches!(missing, PackageError::Graph(GraphError::MissingTensor { .. })), "{name}: {missing:?}");
        }
    }
}

#[test]
fn keys_and_values_count_towards_the_memory() {
    let memory = |max_tokens: usize| {
        let mut manifest = llama_manifest();
        manifest["llama"]["max_tokens"] = max_tokens.into();
        manifest["limits"]["memory_bytes"] = 1.into();
        match refused(&manifest, &llama_tensors()) {
            PackageError::MemoryUnderstated { need, .. } => need,
            other => panic!("{other:?} is not about memory"),
        }
    };
    // Keys and values of 16 elements at least, as floats.
    let of_a_token = 2 * LAYERS * KEY_VALUE_HEADS * 16 * 4;
    assert!(memory(4096) - memory(2048) >= (2048 * of_a_token) as u64);
}
