//! An encoder of sentence embeddings over token ids.

use super::{
    package::{manifest, Site, Tensors, Weights},
    Model, INPUTS,
};
use crate::operands::Sequence;
use color_eyre::eyre::Result;
use serde_json::json;

const HIDDEN: usize = 48;
const LAYERS: usize = 2;
const HEADS: usize = 4;
const INTERMEDIATE: usize = 100;
const VOCABULARY: usize = 90;
const MAX_TOKENS: usize = 34;

pub fn f32(site: Site<'_>) -> Result<Model> {
    model(site, "bert", Weights::F32)
}

pub fn i8(site: Site<'_>) -> Result<Model> {
    model(site, "bert_i8", Weights::I8)
}

fn model(site: Site<'_>, name: &'static str, weights: Weights) -> Result<Model> {
    let mut manifest = manifest(name, "bert", json!({ "dtype": "u32", "shape": [MAX_TOKENS] }), HIDDEN);
    manifest["bert"] = json!({
        "hidden": HIDDEN, "layers": LAYERS, "heads": HEADS, "intermediate": INTERMEDIATE, "vocabulary": VOCABULARY,
        "max_positions": MAX_TOKENS, "token_types": 2, "max_tokens": MAX_TOKENS, "epsilon": 1e-12, "pooling": "mean",
        "normalise": true,
    });
    let package = tensors(weights).into_package(site, &manifest)?;
    Ok(Model { name, package, inputs: inputs(2301) })
}

/// The tensors, by the names of Hugging Face's `BertModel`.
fn tensors(weights: Weights) -> Tensors {
    let mut tensors = Tensors::new(weights, 2300);
    tensors
        .matrix("embeddings.word_embeddings", [VOCABULARY, HIDDEN], 1.0)
        .matrix("embeddings.position_embeddings", [MAX_TOKENS, HIDDEN], 0.5)
        .matrix("embeddings.token_type_embeddings", [2, HIDDEN], 0.5);
    norm(&mut tensors, "embeddings.LayerNorm");
    for layer in 0..LAYERS {
        let name = |part: &str| format!("encoder.layer.{layer}.{part}");
        for part in ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"] {
            tensors.dense(&name(part), HIDDEN, HIDDEN);
        }
        norm(&mut tensors, &name("attention.output.LayerNorm"));
        tensors.dense(&name("intermediate.dense"), INTERMEDIATE, HIDDEN);
        tensors.dense(&name("output.dense"), HIDDEN, INTERMEDIATE);
        norm(&mut tensors, &name("output.LayerNorm"));
    }
    tensors
}

fn norm(tensors: &mut Tensors, name: &str) {
    tensors.f32(format!("{name}.weight"), &[HIDDEN], 1.0).f32(format!("{name}.bias"), &[HIDDEN], 0.5);
}

/// Sequences of tokens of each length.
fn inputs(seed: u64) -> Vec<Vec<u8>> {
    let mut sequence = Sequence::new(seed);
    let mut id = || (sequence.below(VOCABULARY as u64) as u32).to_le_bytes();
    (0..INPUTS).map(|index| (0..=index % MAX_TOKENS).flat_map(|_| id()).collect()).collect()
}
