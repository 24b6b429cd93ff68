//! Golden vectors alone.

use super::bases::BASES;
use super::{edit_seeds, parsing_bytes, Document};
use crate::memory;
use votive_digest::MAX_INPUT_BYTES;
use votive_engine::{GoldenFile, MAX_GOLDEN_VECTORS};

pub fn run(case: &[u8]) {
    match Document::of(case) {
        Document::Bytes(bytes) => check(bytes),
        Document::Edits(mut edits) => check(BASES[0].golden.edited(&mut edits, 4).as_bytes()),
    }
}

fn check(json: &[u8]) {
    let Ok(golden) = memory::within(parsing_bytes(json.len()), || GoldenFile::parse(json)) else { return };
    assert!((1..=MAX_GOLDEN_VECTORS).contains(&golden.vectors.len()));
    assert!(golden.vectors.iter().all(|vector| vector.input.len() <= MAX_INPUT_BYTES as usize));
    let written = serde_json::to_vec(&golden).expect("vectors that were read can be written");
    assert_eq!(GoldenFile::parse(&written).expect("what was written can be read"), golden);
}

pub fn seeds() -> Vec<Vec<u8>> {
    [Document::seed(BASES[0].golden.text().as_bytes())].into_iter().chain(edit_seeds()).collect()
}
