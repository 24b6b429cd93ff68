//! The sound packages that edits begin with: those of the engine's own tests, cut so short that a million of them are hashed in
//! minutes and that each file fits a case.

use super::edits::Sound;
use crate::fixture::bert::{bert_manifest, bert_tensors, text_manifest, tokenizer};
use crate::fixture::gguf::GgufFile;
use crate::fixture::gguf_llama::{converted, in_gguf};
use crate::fixture::llama::{byte_level_tokenizer, llama_manifest, llama_tensors, prompt_manifest, tied, VOCABULARY};
use crate::fixture::*;
use serde_json::{json, Value};
use std::sync::LazyLock;

/// A sound package. The weights are apart: a header that is edited as JSON, and the bytes after it.
#[derive(Debug)]
pub struct Base {
    pub manifest: Sound,
    /// None if the weights are a GGUF file.
    pub header: Option<Sound>,
    /// What follows the header; the whole file, if there is none.
    pub tensors: Vec<u8>,
    pub golden: Sound,
    pub tokenizer: Option<Sound>,
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
        base(one_layer("bert", bert_manifest()), &safetensors(&of_one_layer(bert_tensors())), None),
        base(one_layer("bert", bert_manifest()), &safetensors(&all_quantised(of_one_layer(bert_tensors()))), None),
        base(one_layer("bert", text_manifest()), &safetensors(&of_one_layer(bert_tensors())), Some(tokenizer())),
        base(few_words(llama_manifest()), &safetensors(&llama_of_few_words()), None),
        prompts(),
        Base {
            manifest: in_gguf(few_words(llama_manifest()), "neighbours").into(),
            header: None,
            tensors: gguf_llama().bytes(),
            golden: golden(),
            tokenizer: None,
        },
    ]
});

/// The llama of few words in a GGUF file.
pub fn gguf_llama() -> GgufFile {
    converted(&llama_of_few_words())
}

/// A llama over texts, whose words are all that its tokenizer needs: in int8, and its head is its table.
fn prompts() -> Base {
    let mut manifest = one_layer("llama", prompt_manifest());
    manifest["llama"]["tied_head"] = true.into();
    manifest["llama"]["begin_token"] = 10.into();
    manifest["llama"]["stop_tokens"] = json!([261, 33]);
    base(manifest, &safetensors(&all_quantised(of_one_layer(tied().1))), Some(byte_level_tokenizer()))
}

/// Words of the llamas over token ids.
pub const FEW_WORDS: usize = 8;

/// The manifest of a llama of one layer and [`FEW_WORDS`].
fn few_words(manifest: Value) -> Value {
    let mut manifest = one_layer("llama", manifest);
    manifest["llama"]["vocabulary"] = FEW_WORDS.into();
    manifest
}

/// The tensors of that llama.
fn llama_of_few_words() -> Vec<Raw> {
    let mut tensors = of_one_layer(llama_tensors());
    for tensor in tensors.iter_mut().filter(|tensor| tensor.shape[0] == VOCABULARY) {
        tensor.bytes.truncate(tensor.bytes.len() / VOCABULARY * FEW_WORDS);
        tensor.shape[0] = FEW_WORDS;
    }
    tensors
}

fn one_layer(section: &str, mut manifest: Value) -> Value {
    manifest[section]["layers"] = 1.into();
    manifest
}

/// Those of `tensors` that a transformer of one layer has.
fn of_one_layer(mut tensors: Vec<Raw>) -> Vec<Raw> {
    tensors.retain(|tensor| !tensor.name.contains(".1."));
    tensors
}

fn base(manifest: Value, weights: &[u8], tokenizer: Option<Value>) -> Base {
    let (length, rest) = weights.split_first_chunk().expect("a safetensors file begins with its header's length; qed");
    let (header, tensors) = rest.split_at(u64::from_le_bytes(*length) as usize);
    let header: Value = serde_json::from_slice(header).expect("the fixture's header is JSON; qed");
    Base {
        manifest: manifest.into(),
        header: Some(header.into()),
        tensors: tensors.to_vec(),
        golden: golden(),
        tokenizer: tokenizer.map(Sound::from),
    }
}

fn golden() -> Sound {
    json!({ "vectors": [{ "input": "00" }, { "input": "ff01", "digest": format!("0x{}", "7".repeat(64)) }] }).into()
}

impl Base {
    /// Where the weights lie in the package.
    pub fn weights_path(&self) -> &'static str {
        match self.header {
            Some(_) => "model.safetensors",
            None => "model.gguf",
        }
    }

    /// The file of the weights.
    pub fn weights(&self) -> Vec<u8> {
        weights_file(self.header.as_ref().map(Sound::text), &self.tensors)
    }
}

/// A file of a header and what follows it.
pub fn weights_file(header: Option<&str>, tensors: &[u8]) -> Vec<u8> {
    match header {
        Some(header) => [&(header.len() as u64).to_le_bytes(), header.as_bytes(), tensors].concat(),
        None => tensors.to_vec(),
    }
}

/// The tokenizer of a package, of the kind `model`.
pub fn tokenizer_of(model: &str) -> &'static Sound {
    let mut tokenizers = BASES.iter().filter_map(|base| base.tokenizer.as_ref());
    tokenizers.find(|tokenizer| tokenizer.get("model")["type"] == model).expect("a package has one of each kind; qed")
}
