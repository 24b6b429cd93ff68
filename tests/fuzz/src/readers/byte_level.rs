//! `tokenizer.json` of byte-pair encoding over bytes, and the texts it is given.

use super::bases::tokenizer_of;
use super::{edit_seeds, Document};
use crate::fixture::llama::byte_level_tokenizer;
use crate::memory;
use serde_json::json;
use tokenizers::normalizers::NFC;
use tokenizers::{NormalizedString, Normalizer};
use votive_engine::ByteLevelTokenizer;

/// As the file calls its model.
const KIND: &str = "BPE";

/// Between the text and the tokenizer of a case that is no edit.
const SEPARATOR: u8 = 0xff;

/// The expressions of Llama 3 and Qwen 2.
const PATTERNS: [&str; 2] = [
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
];

/// What a regular expression takes, once in a process: itself, and the states that texts have led to.
const REGEX_BYTES: usize = 4 << 20;

/// Words of the model's table.
const VOCABULARY: usize = crate::fixture::llama::VOCABULARY;

pub fn run(case: &[u8]) {
    match Document::of(case) {
        Document::Bytes(bytes) => {
            let mut parts = bytes.splitn(2, |byte| *byte == SEPARATOR);
            let (text, json) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            check(json, text);
        }
        Document::Edits(mut edits) => {
            let json = tokenizer_of(KIND).edited(&mut edits, 4);
            check(json.as_bytes(), edits.take_rest());
        }
    }
}

fn check(json: &[u8], text: &[u8]) {
    let limit = ByteLevelTokenizer::memory_bytes(json.len(), VOCABULARY).map_or(0, |bytes| bytes as usize) + (32 << 10);
    let Ok(tokenizer) = memory::within(limit, || ByteLevelTokenizer::parse(json, VOCABULARY)) else { return };
    let text = String::from_utf8_lossy(text);
    let ids = memory::within(1024 * text.len() + REGEX_BYTES, || tokenizer.encode(&text));
    let Some(ids) = ids else { return };
    assert!(ids.iter().all(|id| (*id as usize) < VOCABULARY), "{ids:?} of {VOCABULARY} words");
    assert!(ids.len() <= 2 * text.len() + 1, "{} tokens of {} bytes", ids.len(), text.len());
    assert_eq!(tokenizer.encode(&text), Some(ids.clone()), "the same text again");
    // A text that is composed looks the same.
    let (back, text) = (composed(&tokenizer.decode(&ids)), composed(&text));
    assert!(is_but_for_spaces(&back, &text), "{text:?} came back as {back:?}");
}

/// Whether `back` is `text`, or has more spaces: some tokenizers add one before the text and one after each special token.
fn is_but_for_spaces(back: &str, text: &str) -> bool {
    let mut rest = text.chars().peekable();
    back.chars().all(|char| rest.next_if_eq(&char).is_some() || char == ' ') && rest.next().is_none()
}

/// `text` in NFC, in which some tokenizers read it.
fn composed(text: &str) -> String {
    let mut text = NormalizedString::from(text);
    NFC.normalize(&mut text).expect("composing refuses nothing; qed");
    text.get().to_owned()
}

/// The sound tokenizer as Llama 3's and Qwen 2's are: an expression, a template and words that are composed.
fn published(pattern: &str) -> String {
    let mut tokenizer = byte_level_tokenizer();
    let split = json!({ "type": "Split", "pattern": { "Regex": pattern }, "behavior": "Isolated", "invert": false });
    let mut byte_level = tokenizer["pre_tokenizer"].clone();
    byte_level["use_regex"] = false.into();
    tokenizer["pre_tokenizer"] = json!({ "type": "Sequence", "pretokenizers": [split, byte_level] });
    tokenizer["normalizer"] = json!({ "type": "NFC" });
    tokenizer["post_processor"] = json!({
        "type": "TemplateProcessing",
        "single": [{ "SpecialToken": { "id": "<|end|>", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } }],
        "pair": [], "special_tokens": { "<|end|>": { "id": "<|end|>", "ids": [261], "tokens": ["<|end|>"] } },
    });
    tokenizer.to_string()
}

pub fn seeds() -> Vec<Vec<u8>> {
    let texts: [&[u8]; 4] = [b"hello, hell! \n", "\u{e9} 中文 }}}".as_bytes(), b"<|end|>\0\x01", b""];
    let files = [tokenizer_of(KIND).text().to_owned()].into_iter().chain(PATTERNS.map(published));
    let documents =
        files.flat_map(|file| texts.map(|text| Document::seed(&[text, &[SEPARATOR], file.as_bytes()].concat())));
    documents.chain(edit_seeds()).collect()
}
