//! The sound packages that edits begin with: those of the engine's own tests.

use crate::fixture::bert::{bert_manifest, bert_tensors, bert_weights, text_manifest, tokenizer};
use crate::fixture::gguf_llama::{converted, in_gguf};
use crate::fixture::llama::{byte_level_tokenizer, llama_manifest, llama_tensors, llama_weights, prompt_manifest};
use crate::fixture::*;
use serde_json::{json, Value};
use std::sync::LazyLock;

/// A sound package. The weights are apart: a header that is edited as JSON, and the bytes after it.
#[derive(Clone, Debug)]
pub struct Base {
    pub manifest: Value,
    pub header: Value,
    /// What follows the header; the whole file, if the header is null.
    pub tensors: Vec<u8>,
    pub golden: Value,
    pub tokenizer: Option<Value>,
}

/// One package of each kind.
pub static BASES: LazyLock<Vec<Base>> = LazyLock::new(|| {
    let i8_layers = json!([{ "type": "linear", "weight": "w", "scales": "s", "bias": "b" }, { "type": "tanh" }]);
    let i8_manifest = manifest("mlp", json!({ "dtype": "f32", "shape": [4] }), 3, i8_layers);
    let i8_weights = safetensors(&[
        i8_tensor("w", &[3, 4], &[1, -2, 3, 127, -127, 0, 5, 6, 7, 8, 9, 10]),
        seeded("s", &[3], 1),
        seeded("b", &[3], 2),
    ]);
    let half: Vec<Raw> = mlp_tensors().iter().map(shortened).map(|[short, _]| short).collect();
    vec![
        base(mlp_manifest(), &mlp_weights(), None),
        base(i8_manifest, &i8_weights, None),
        base(mlp_manifest(), &safetensors(&half), None),
        base(cnn_manifest(), &cnn_weights(), None),
        base(bert_manifest(), &bert_weights(), None),
        base(bert_manifest(), &safetensors(&all_quantised(bert_tensors())), None),
        base(text_manifest(), &bert_weights(), Some(tokenizer())),
        base(llama_manifest(), &llama_weights(), None),
        base(prompt_manifest(), &llama_weights(), Some(byte_level_tokenizer())),
        Base {
            manifest: in_gguf(llama_manifest(), "halves"),
            header: Value::Null,
            tensors: converted(&llama_tensors()).bytes(),
            golden: golden(),
            tokenizer: None,
        },
    ]
});

fn base(manifest: Value, weights: &[u8], tokenizer: Option<Value>) -> Base {
    let (length, rest) = weights.split_first_chunk().expect("a safetensors file begins with its header's length; qed");
    let (header, tensors) = rest.split_at(u64::from_le_bytes(*length) as usize);
    let header = serde_json::from_slice(header).expect("the fixture's header is JSON; qed");
    Base { manifest, header, tensors: tensors.to_vec(), golden: golden(), tokenizer }
}

fn golden() -> Value {
    json!({ "vectors": [{ "input": "00" }, { "input": "ff01", "digest": format!("0x{}", "7".repeat(64)) }] })
}

impl Base {
    /// Where the weights lie in the package.
    pub fn weights_path(&self) -> &'static str {
        if self.header.is_null() {
            "model.gguf"
        } else {
            "model.safetensors"
        }
    }
}

/// A file of a header and what follows it.
pub fn weights_file(header: &Value, tensors: &[u8]) -> Vec<u8> {
    if header.is_null() {
        return tensors.to_vec();
    }
    let header = header.to_string();
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), tensors].concat()
}
