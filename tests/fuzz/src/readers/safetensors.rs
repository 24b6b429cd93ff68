//! The header of a safetensors file.

use super::bases::{weights_file, BASES};
use super::{edit_seeds, parsing_bytes, Document};
use crate::memory;
use votive_engine::{Header, MAX_DIMENSIONS, MAX_HEADER_BYTES, MAX_TENSORS};

pub fn run(case: &[u8]) {
    match Document::of(case) {
        Document::Bytes(bytes) => check(bytes),
        Document::Edits(mut edits) => {
            let base = &BASES[usize::from(edits.arbitrary::<u8>().unwrap_or(0)) % BASES.len()];
            let header = base.header.as_ref().map(|header| header.edited(&mut edits, 4));
            check(&weights_file(header.as_deref(), &base.tensors));
        }
    }
}

fn check(file: &[u8]) {
    let declared = file.first_chunk().map_or(0, |length| u64::from_le_bytes(*length));
    let json = declared.min(MAX_HEADER_BYTES).min(file.len() as u64) as usize;
    let Ok(header) = memory::within(parsing_bytes(json), || Header::read(file, file.len() as u64)) else { return };
    let mut entries: Vec<_> = header.iter().map(|(_, entry)| entry).collect();
    assert!(entries.len() <= MAX_TENSORS);
    entries.sort_by_key(|entry| entry.bytes.start);
    let mut end = 8 + json;
    for entry in entries {
        assert!(entry.shape.len() <= MAX_DIMENSIONS);
        assert_eq!(entry.bytes.start, end, "each tensor begins where the one before ends");
        let elements: u128 = entry.shape.iter().map(|n| *n as u128).product();
        let (block, block_bytes) = entry.element.block();
        assert_eq!(elements / block as u128 * block_bytes as u128, entry.bytes.len() as u128);
        end = entry.bytes.end;
    }
    assert_eq!(end, file.len(), "the tensors fill the file");
}

pub fn seeds() -> Vec<Vec<u8>> {
    let documents = BASES.iter().map(|base| Document::seed(&base.weights()));
    documents.chain(edit_seeds()).collect()
}
