//! `tokenizer.json` of byte-pair encoding over bytes, and the texts it is given.

use super::bases::tokenizer_of;
use super::{edit_seeds, Document};
use crate::memory;
use votive_engine::ByteLevelTokenizer;

/// As the file calls its model.
const KIND: &str = "BPE";

/// Between the text and the tokenizer of a case that is no edit.
const SEPARATOR: u8 = 0xff;

/// What the library's regular expression takes, once in a process: itself, and the states that texts have led to.
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
    assert!(ids.len() <= text.len() + 1, "{} tokens of {} bytes", ids.len(), text.len());
    assert_eq!(tokenizer.encode(&text), Some(ids.clone()), "the same text again");
    // A space before the text is the only thing that may be added to it.
    let back = tokenizer.decode(&ids);
    assert!(back == text || back.strip_prefix(' ') == Some(&text), "{text:?} came back as {back:?}");
}

pub fn seeds() -> Vec<Vec<u8>> {
    let texts: [&[u8]; 4] = [b"hello, hell! \n", "\u{e9} 中文 }}}".as_bytes(), b"<|end|>\0\x01", b""];
    let documents =
        texts.map(|text| Document::seed(&[text, &[SEPARATOR], tokenizer_of(KIND).text().as_bytes()].concat()));
    documents.into_iter().chain(edit_seeds()).collect()
}
