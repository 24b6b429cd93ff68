//! The header of a GGUF file, read with suspicion before anything else touches the file.
//!
//! The format: magic and version; metadata; for each tensor its name, dimensions (the fastest first), type and offset; then,
//! aligned, the tensors. Source: ggml's docs/gguf.md, version 3. What is checked here goes beyond the format where a valid
//! file could still exhaust a machine, or a reader's arithmetic wrap.

mod cursor;
mod error;
mod metadata;
mod names;

pub use cursor::MAX_GGUF_HEADER_BYTES;
pub use error::GgufError;

use super::{ElementType, Header, RowOrder, TensorEntry, MAX_TENSORS};
use cursor::Cursor;
use std::collections::{BTreeMap, HashSet};
use std::io::Read;
use votive_kernels::BlockFormat;

/// The longest name of a tensor, in bytes: the format's.
pub const MAX_NAME_BYTES: u64 = 64;

/// The most dimensions of a tensor: ggml's.
pub const MAX_GGUF_DIMENSIONS: u32 = 4;

/// Reads and checks the header of a file of `size` bytes, from its start on. Names become those of Hugging Face.
///
/// Allocates a name and an entry for each tensor and the keys of the metadata, which are bounded in number and length.
///
/// # Errors
/// Why the file is refused: it is no GGUF file of version 3, ends too early, or holds what kernel_spec 1 has no arithmetic for.
pub fn read(reader: impl Read, size: u64) -> Result<Header, GgufError> {
    let mut cursor = Cursor::new(reader, size);
    if cursor.array()? != *b"GGUF" {
        return Err(GgufError::Magic);
    }
    let version = cursor.u32()?;
    if version != 3 {
        return Err(GgufError::Version(version));
    }
    let (tensors, entries) = (cursor.u64()?, cursor.u64()?);
    if tensors > MAX_TENSORS as u64 {
        return Err(GgufError::TooManyTensors(tensors));
    }
    let alignment = metadata::alignment(&mut cursor, entries)?;
    let mut names = HashSet::new();
    let mut declared = Vec::new();
    for _ in 0..tensors {
        let tensor = Declared::read(&mut cursor)?;
        // By the name that it will have: two names may stand for one tensor.
        if !names.insert(names::translated(&tensor.name)) {
            return Err(GgufError::DuplicateName(tensor.name));
        }
        declared.push(tensor);
    }
    place(declared, cursor.position().next_multiple_of(alignment), alignment, size)
}

/// The tensors at their places in a file of `size` bytes, of which the first is at `start`.
fn place(mut declared: Vec<Declared>, start: u64, alignment: u64, size: u64) -> Result<Header, GgufError> {
    declared.sort_by_key(|tensor| tensor.offset);
    let mut end = 0u64;
    let mut tensors = BTreeMap::new();
    for tensor in declared {
        let Declared { name, element, shape, bytes, offset: begin } = tensor;
        let overflow = || GgufError::ShapeOverflow(name.clone());
        let expected = end.checked_next_multiple_of(alignment).ok_or_else(overflow)?;
        if begin != expected {
            return Err(GgufError::NotContiguous { tensor: name, begin, expected });
        }
        end = begin.checked_add(bytes).ok_or_else(overflow)?;
        // Here, and not at the end, so that a range never lies outside of the file.
        let file_end = start.checked_add(end).ok_or_else(overflow)?;
        if file_end > size {
            return Err(GgufError::FileSize { tensors: file_end, file: size });
        }
        let at = |offset: u64| usize::try_from(offset).map_err(|_| overflow());
        let bytes = at(start + begin)?..at(file_end)?;
        tensors.insert(names::translated(&name), TensorEntry { element, shape, bytes, rows: RowOrder::AsStored });
    }
    let tensors_end = start.saturating_add(end);
    // Converters fill up the last tensor as well, or leave it as it is.
    if size != tensors_end && size != tensors_end.next_multiple_of(alignment) {
        return Err(GgufError::FileSize { tensors: tensors_end, file: size });
    }
    Ok(Header::of(tensors))
}

/// A tensor as the header declares it.
struct Declared {
    name: String,
    element: ElementType,
    /// Dimensions, the slowest first.
    shape: Vec<usize>,
    bytes: u64,
    /// Where it begins, counted from the first tensor.
    offset: u64,
}

impl Declared {
    fn read<R: Read>(cursor: &mut Cursor<R>) -> Result<Self, GgufError> {
        let name = cursor.text(MAX_NAME_BYTES)?.ok_or(GgufError::Name)?;
        let count = cursor.u32()?;
        if !(1..=MAX_GGUF_DIMENSIONS).contains(&count) {
            return Err(GgufError::Shape(name));
        }
        let dimensions = (0..count).map(|_| cursor.u64()).collect::<Result<Vec<_>, _>>()?;
        if dimensions.contains(&0) {
            return Err(GgufError::Shape(name));
        }
        let (number, offset) = (cursor.u32()?, cursor.u64()?);
        let element =
            element_type(number).ok_or_else(|| GgufError::ElementType { tensor: name.clone(), element: number })?;
        let (block, block_bytes) = element.block();
        let (block, block_bytes) = (block as u64, block_bytes as u64);
        if !dimensions[0].is_multiple_of(block) {
            return Err(GgufError::PartialBlock { tensor: name, inputs: dimensions[0], block });
        }
        let overflow = || GgufError::ShapeOverflow(name.clone());
        let elements = dimensions.iter().try_fold(1u64, |product, n| product.checked_mul(*n)).ok_or_else(overflow)?;
        let bytes = (elements / block).checked_mul(block_bytes).ok_or_else(overflow)?;
        let shape = dimensions.iter().rev().map(|n| usize::try_from(*n)).collect::<Result<_, _>>();
        Ok(Self { shape: shape.map_err(|_| overflow())?, name, element, bytes, offset })
    }
}

/// The element type of ggml's number.
fn element_type(number: u32) -> Option<ElementType> {
    match number {
        0 => Some(ElementType::F32),
        1 => Some(ElementType::F16),
        8 => Some(ElementType::Blocks(BlockFormat::Q8_0)),
        12 => Some(ElementType::Blocks(BlockFormat::Q4K)),
        14 => Some(ElementType::Blocks(BlockFormat::Q6K)),
        30 => Some(ElementType::Bf16),
        _ => None,
    }
}

#[cfg(test)]
#[path = "gguf_tests.rs"]
mod tests;
