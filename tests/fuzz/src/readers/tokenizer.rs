//! `tokenizer.json`, and the texts it is given.

use super::bases::tokenizer_of;
use super::{edit_seeds, Document};
use crate::memory;
use arbitrary::Unstructured;
use votive_engine::Tokenizer;

/// As the file calls its model.
const KIND: &str = "WordPiece";

/// Between the text and the tokenizer of a case that is no edit.
const SEPARATOR: u8 = 0xff;

/// A text that has every kind of character that the normaliser treats, many times.
const LONG_BYTES: usize = 256;

pub fn run(case: &[u8]) {
    match Document::of(case) {
        Document::Bytes(bytes) => {
            let mut parts = bytes.splitn(2, |byte| *byte == SEPARATOR);
            let (text, json) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            check(json, text, (20, 6));
        }
        Document::Edits(mut edits) => {
            let json = tokenizer_of(KIND).edited(&mut edits, 4);
            let sizes = sizes(&mut edits);
            check(json.as_bytes(), edits.take_rest(), sizes);
        }
    }
}

/// Words of the model's table, and tokens that a text is cut to.
fn sizes(case: &mut Unstructured<'_>) -> (usize, usize) {
    let mut byte = || usize::from(case.arbitrary::<u8>().unwrap_or(0));
    (1 + byte() % 40, Tokenizer::MIN_TOKENS + byte() % 20)
}

fn check(json: &[u8], text: &[u8], (vocabulary, max_tokens): (usize, usize)) {
    let limit = Tokenizer::memory_bytes(json.len(), vocabulary).map_or(0, |bytes| bytes as usize) + (32 << 10);
    let Ok(tokenizer) = memory::within(limit, || Tokenizer::parse(json, vocabulary, max_tokens)) else { return };
    let text = String::from_utf8_lossy(text);
    let ids = memory::within(512 * text.len() + (64 << 10), || tokenizer.encode(&text));
    assert!((2..=max_tokens).contains(&ids.len()), "{} tokens where {max_tokens} are the most", ids.len());
    assert!(ids.iter().all(|id| (*id as usize) < vocabulary), "{ids:?} of {vocabulary} words");
    // Most of a case's time goes to a long text: only the others are asked twice.
    assert!(text.len() > LONG_BYTES || tokenizer.encode(&text) == ids, "another answer to the same text");
}

pub fn seeds() -> Vec<Vec<u8>> {
    let texts: [&[u8]; 4] = [b"hello, world!", "un\u{e9}able 中文 CAFÉ".as_bytes(), b"[CLS] aaaaaaaaaaaaaaa", b""];
    let documents =
        texts.map(|text| Document::seed(&[text, &[SEPARATOR], tokenizer_of(KIND).text().as_bytes()].concat()));
    documents.into_iter().chain(edit_seeds()).collect()
}
