//! Models that transformers saved and files that llama.cpp quantised answer as torch and llama.cpp say. `peers/README.md` tells how
//! the packages were made.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use votive_digest::{AnswerCode, Parameters};
use votive_engine::{ByteLevelTokenizer, Package};

/// How far a value of an embedding may be from torch's in float64.
const TOLERANCE: f64 = 1e-6;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers").join(name)
}

fn expected<T: for<'de> Deserialize<'de>>(name: &str) -> T {
    let json = fs::read(path(&format!("{name}.json"))).expect("a file of answers");
    serde_json::from_slice(&json).expect("it is JSON")
}

fn load(name: &str) -> Package {
    Package::load(&path(name), None, &Default::default()).expect("the package loads")
}

fn output(package: &Package, input: &[u8], max_units: usize) -> Vec<u8> {
    let parameters = Parameters { max_units: max_units as u32, ..Parameters::default() };
    let completion = package.run(input, &parameters).expect("the package runs");
    assert_eq!(completion.code, AnswerCode::Complete);
    completion.output
}

fn ids(ids: &[u32]) -> Vec<u8> {
    ids.iter().flat_map(|id| id.to_le_bytes()).collect()
}

/// A row of ids, and the likeliest tokens after it.
#[derive(Deserialize)]
struct Answer {
    /// The text that the row is of, if the model takes texts.
    text: Option<String>,
    prompt: Vec<u32>,
    tokens: Vec<u32>,
}

fn answers_as_expected(name: &str) {
    let package = load(name);
    let answers: Vec<Answer> = expected(name);
    assert!(answers.len() >= 8, "{name} has {} prompts", answers.len());
    for Answer { text, prompt, tokens } in answers {
        let input = text.map_or_else(|| ids(&prompt), String::into_bytes);
        assert_eq!(output(&package, &input, tokens.len()), ids(&tokens), "{name} after {prompt:?}");
    }
}

#[test]
fn a_llama_that_transformers_saved_answers_as_torch() {
    answers_as_expected("saved/llama");
}

#[test]
fn a_qwen_that_transformers_saved_answers_texts_as_torch() {
    answers_as_expected("saved/qwen2");
}

#[test]
fn files_that_llama_cpp_quantised_answer_as_llama_cpp() {
    for name in ["quantised/llama-q4_k_m", "quantised/qwen2-q8_0"] {
        answers_as_expected(name);
    }
}

#[test]
fn a_bert_that_transformers_saved_embeds_texts_as_torch() {
    #[derive(Deserialize)]
    struct Embedding {
        text: String,
        values: Vec<f64>,
    }
    let package = load("saved/bert");
    let embeddings: Vec<Embedding> = expected("saved/bert");
    assert!(!embeddings.is_empty());
    for Embedding { text, values } in embeddings {
        let output = output(&package, text.as_bytes(), 1);
        let told = output.as_chunks().0.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes)));
        assert_eq!(told.len(), values.len());
        for (told, right) in told.zip(&values) {
            assert!((told - right).abs() < TOLERANCE, "{text:?}: {told} is not {right}");
        }
    }
}

#[test]
fn tokenizers_that_transformers_saved_give_their_tokens() {
    #[derive(Deserialize)]
    struct Tokens {
        texts: Vec<String>,
        tokens: BTreeMap<String, Vec<Vec<u32>>>,
    }
    let Tokens { texts, tokens } = expected("tokenizers");
    assert_eq!(tokens.len(), 4);
    for (name, tokens) in tokens {
        let file = fs::read(path(&format!("tokenizers/{name}.json"))).expect("a tokenizer");
        let tokenizer = ByteLevelTokenizer::parse(&file, 512).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        for (text, tokens) in texts.iter().zip(tokens) {
            assert_eq!(tokenizer.encode(text), Some(tokens), "{name}: {text:?}");
        }
    }
}
