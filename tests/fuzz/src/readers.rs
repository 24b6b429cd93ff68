//! Readers of files that anybody may have written: they refuse or they keep what they promise, and take no more memory
//! than they declare.

mod bases;
pub mod byte_level;
mod edits;
pub mod folder;
pub mod gguf;
pub mod golden;
pub mod manifest;
pub mod onnx;
pub mod package;
pub mod safetensors;
pub mod tokenizer;
mod wire;

use arbitrary::Unstructured;

/// What a reader of JSON may take of the heap for a file of `length`: the file's values, and its tree while it is parsed.
fn parsing_bytes(length: usize) -> usize {
    32 * length + (32 << 10)
}

/// A case as a reader gets it: as it stands after its first byte, or, if that is odd, as edits of a sound document.
enum Document<'a> {
    Bytes(&'a [u8]),
    Edits(Unstructured<'a>),
}

impl<'a> Document<'a> {
    fn of(case: &'a [u8]) -> Self {
        match case {
            [first, rest @ ..] if first % 2 == 1 => Self::Edits(Unstructured::new(rest)),
            [_, rest @ ..] => Self::Bytes(rest),
            [] => Self::Bytes(case),
        }
    }

    /// The case that a reader gets as `bytes`.
    fn seed(bytes: &[u8]) -> Vec<u8> {
        [&[0], bytes].concat()
    }
}

/// Cases of edits alone: the first byte says so.
fn edit_seeds() -> impl Iterator<Item = Vec<u8>> {
    (0..24u8).map(|index| {
        let byte = |place: u8| place.wrapping_mul(37).wrapping_add(index.wrapping_mul(59));
        [2 * index + 1].into_iter().chain((0..40).map(byte)).collect()
    })
}
