//! The header of a GGUF file.

use super::bases::gguf_llama;
use super::{edit_seeds, parsing_bytes, Document};
use crate::fixture::gguf::*;
use crate::memory;
use arbitrary::{Result, Unstructured};
use std::sync::LazyLock;
use votive_engine::{read_gguf, MAX_GGUF_DIMENSIONS, MAX_GGUF_HEADER_BYTES, MAX_TENSORS};

/// Numbers at which sizes and offsets break.
const NUMBERS: [u64; 12] = [0, 1, 3, 31, 32, 255, 256, 1 << 31, 1 << 32, 1 << 61, 1 << 63, u64::MAX];

/// A tensor of each type.
static BASE: LazyLock<GgufFile> = LazyLock::new(|| {
    let blocks = [(F16, 4, 8), (BF16, 4, 8), (Q8_0, 64, 68), (Q4_K, 256, 144), (Q6_K, 256, 210)];
    let tensor = |(index, (element, inputs, bytes)): (usize, (u32, u64, usize))| GgufTensor {
        name: format!("blk.{index}.ffn_up.weight"),
        dimensions: vec![inputs, 1],
        element,
        bytes: vec![index as u8; bytes],
    };
    let tensors = blocks.into_iter().enumerate().map(tensor);
    GgufFile::new([f32s("token_embd.weight", &[2, 3], &[1.0; 6])].into_iter().chain(tensors).collect())
});

pub fn run(case: &[u8]) {
    match Document::of(case) {
        Document::Bytes(bytes) => check(bytes),
        Document::Edits(mut edits) => {
            let mut file = BASE.clone();
            let cut = spoil(&mut file, &mut edits).unwrap_or(0);
            let mut bytes = file.bytes();
            bytes.truncate(bytes.len() - cut.min(bytes.len()));
            check(&bytes);
        }
    }
}

/// Changes a few fields, and says how many bytes the end of the file loses.
fn spoil(file: &mut GgufFile, case: &mut Unstructured<'_>) -> Result<usize> {
    for _ in 0..=case.arbitrary::<u8>()? % 4 {
        let number = NUMBERS[usize::from(case.arbitrary::<u8>()?) % NUMBERS.len()];
        let at = usize::from(case.arbitrary::<u8>()?) % file.tensors.len();
        let entry = usize::from(case.arbitrary::<u8>()?) % file.metadata.len();
        match case.arbitrary::<u8>()? % 12 {
            0 => file.version = case.arbitrary()?,
            1 => file.declared_tensors = Some(number),
            2 => file.declared_entries = Some(number),
            3 => file.tensors[at].element = u32::from(case.arbitrary::<u8>()? % 32),
            4 => file.tensors[at].dimensions[0] = number,
            5 => file.tensors[at].dimensions.extend([number, 1, 1]),
            6 => file.tensors[at].name = String::from_utf8_lossy(case.bytes(8)?).into_owned(),
            7 => file.offsets = Some(vec![number; file.tensors.len()]),
            8 => file.metadata.push(("general.alignment".into(), 4, case.arbitrary::<u32>()?.to_le_bytes().to_vec())),
            9 => file.metadata[entry].1 = u32::from(case.arbitrary::<u8>()? % 16),
            10 => file.metadata[entry].2 = array(u32::from(case.arbitrary::<u8>()? % 16), number, case.bytes(8)?),
            _ => file.tensors.swap(0, at),
        }
    }
    Ok(usize::from(case.arbitrary::<u8>()?.saturating_sub(128)))
}

fn check(file: &[u8]) {
    let limit = parsing_bytes(file.len().min(MAX_GGUF_HEADER_BYTES as usize));
    let Ok(header) = memory::within(limit, || read_gguf(file, file.len() as u64)) else { return };
    let mut entries: Vec<_> = header.iter().map(|(_, entry)| entry).collect();
    assert!(entries.len() <= MAX_TENSORS);
    entries.sort_by_key(|entry| entry.bytes.start);
    let mut end = 0;
    for entry in entries {
        assert!((1..=MAX_GGUF_DIMENSIONS as usize).contains(&entry.shape.len()));
        assert!(
            entry.bytes.start >= end && entry.bytes.end <= file.len(),
            "{:?} overlaps or leaves the file",
            entry.bytes
        );
        let elements: u128 = entry.shape.iter().map(|n| *n as u128).product();
        let (block, block_bytes) = entry.element.block();
        assert_eq!(elements / block as u128 * block_bytes as u128, entry.bytes.len() as u128);
        end = entry.bytes.end;
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let files = [BASE.clone(), gguf_llama()].map(|file| Document::seed(&file.bytes()));
    files.into_iter().chain(edit_seeds()).collect()
}
