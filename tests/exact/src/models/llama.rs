//! Two decoders that generate tokens: of f32 weights, with a head and biases of its own; and of int8 weights, whose head is its
//! table of words.

use super::{
    package::{manifest, Site, Tensors, Weights},
    Model, INPUTS,
};
use crate::operands::Sequence;
use color_eyre::eyre::Result;
use serde_json::json;

const VOCABULARY: usize = 301;
const HIDDEN: usize = 48;
const INTERMEDIATE: usize = 100;
const LAYERS: usize = 2;
const HEADS: usize = 6;
const KEY_VALUE_HEADS: usize = 2;
const HEAD_SIZE: usize = 10;
const MAX_PROMPT: usize = 30;
const MAX_ANSWER: usize = 17;

pub fn f32(site: Site<'_>) -> Result<Model> {
    model(site, "llama", Weights::F32)
}

pub fn i8(site: Site<'_>) -> Result<Model> {
    model(site, "llama_i8", Weights::I8)
}

fn model(site: Site<'_>, name: &'static str, weights: Weights) -> Result<Model> {
    let is_tied = weights == Weights::I8;
    let mut manifest = manifest(name, "llama", json!({ "dtype": "u32", "shape": [MAX_PROMPT] }), MAX_ANSWER);
    manifest["output"]["dtype"] = "u32".into();
    manifest["llama"] = json!({
        "vocabulary": VOCABULARY, "hidden": HIDDEN, "intermediate": INTERMEDIATE, "layers": LAYERS, "heads": HEADS,
        "key_value_heads": KEY_VALUE_HEADS, "head_size": HEAD_SIZE, "max_tokens": MAX_PROMPT + MAX_ANSWER,
        "rotary_base": 10_000.0, "epsilon": 1e-5, "tied_head": is_tied, "attention_biases": !is_tied,
        "stop_tokens": [7, 300],
    });
    let mut tensors = Tensors::new(weights, 2400);
    tensors.matrix("model.embed_tokens", [VOCABULARY, HIDDEN], 1.0).f32("model.norm.weight", &[HIDDEN], 1.5);
    if !is_tied {
        tensors.matrix("lm_head", [VOCABULARY, HIDDEN], 1.0);
    }
    for layer in 0..LAYERS {
        add_layer(&mut tensors, &format!("model.layers.{layer}"), !is_tied);
    }
    Ok(Model { name, package: tensors.into_package(site, &manifest)?, inputs: prompts(2401) })
}

/// The tensors of a layer, by the names of Hugging Face's `LlamaForCausalLM`.
fn add_layer(tensors: &mut Tensors, layer: &str, has_biases: bool) {
    let name = |part: &str| format!("{layer}.{part}");
    let reach = 2.0 / (HIDDEN as f32).sqrt();
    for (part, heads) in [("q", HEADS), ("k", KEY_VALUE_HEADS), ("v", KEY_VALUE_HEADS)] {
        let part = name(&format!("self_attn.{part}_proj"));
        tensors.matrix(&part, [heads * HEAD_SIZE, HIDDEN], reach);
        if has_biases {
            tensors.f32(format!("{part}.bias"), &[heads * HEAD_SIZE], 0.5);
        }
    }
    tensors
        .matrix(&name("self_attn.o_proj"), [HIDDEN, HEADS * HEAD_SIZE], reach)
        .matrix(&name("mlp.gate_proj"), [INTERMEDIATE, HIDDEN], reach)
        .matrix(&name("mlp.up_proj"), [INTERMEDIATE, HIDDEN], reach)
        .matrix(&name("mlp.down_proj"), [HIDDEN, INTERMEDIATE], reach)
        .f32(name("input_layernorm.weight"), &[HIDDEN], 1.5)
        .f32(name("post_attention_layernorm.weight"), &[HIDDEN], 1.5);
}

/// Prompts of each length.
fn prompts(seed: u64) -> Vec<Vec<u8>> {
    let mut sequence = Sequence::new(seed);
    let mut id = || (sequence.below(VOCABULARY as u64) as u32).to_le_bytes();
    (0..INPUTS).map(|index| (0..=index % MAX_PROMPT).flat_map(|_| id()).collect()).collect()
}
