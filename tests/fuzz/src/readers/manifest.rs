//! `manifest.json` alone.

use super::bases::BASES;
use super::{edit_seeds, parsing_bytes, Document};
use crate::memory;
use votive_digest::{MAX_INPUT_BYTES, MAX_OUTPUT_BYTES};
use votive_engine::{Manifest, MAX_MANIFEST_BYTES};

pub fn run(case: &[u8]) {
    match Document::of(case) {
        Document::Bytes(bytes) => check(bytes),
        Document::Edits(mut edits) => {
            let base = &BASES[usize::from(edits.arbitrary::<u8>().unwrap_or(0)) % BASES.len()];
            check(base.manifest.edited(&mut edits, 4).as_bytes());
        }
    }
}

fn check(json: &[u8]) {
    let limit = parsing_bytes(json.len().min(MAX_MANIFEST_BYTES));
    let Ok(manifest) = memory::within(limit, || Manifest::parse(json)) else { return };
    assert!((1..=MAX_INPUT_BYTES as usize).contains(&manifest.input.bytes()));
    assert!((1..=MAX_OUTPUT_BYTES as usize).contains(&manifest.output.bytes()));
    assert!(manifest.files.contains(&manifest.weights) && manifest.files.contains(&manifest.golden));
    let written = serde_json::to_vec(&manifest).expect("a manifest that was read can be written");
    // A longer form of the same numbers may exceed the limit of the file.
    if written.len() <= MAX_MANIFEST_BYTES {
        assert_eq!(Manifest::parse(&written).expect("what was written can be read"), manifest);
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let documents = BASES.iter().map(|base| Document::seed(base.manifest.text().as_bytes()));
    documents.chain(edit_seeds()).collect()
}
