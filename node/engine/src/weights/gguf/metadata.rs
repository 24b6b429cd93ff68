//! The metadata of a GGUF file, of which only the alignment is used: what a model is, its manifest says.

use super::cursor::Cursor;
use super::GgufError;
use std::collections::HashSet;
use std::io::Read;

/// The most entries; converters write about 30.
pub const MAX_ENTRIES: u64 = 1_024;

/// The longest key, in bytes.
pub const MAX_KEY_BYTES: u64 = 256;

/// The bounds of an alignment, which is a power of two.
pub const MIN_ALIGNMENT: u64 = 8;
pub const MAX_ALIGNMENT: u64 = 1 << 16;

/// The alignment of a file that declares none.
const DEFAULT_ALIGNMENT: u64 = 32;

/// Numbers of types that are not plain bytes; see [`size`] for the others.
const UINT32: u32 = 4;
const STRING: u32 = 8;
const ARRAY: u32 = 9;

/// Reads over `entries` of metadata, and returns the alignment of the tensors.
pub(super) fn alignment<R: Read>(cursor: &mut Cursor<R>, entries: u64) -> Result<u64, GgufError> {
    if entries > MAX_ENTRIES {
        return Err(GgufError::TooManyEntries(entries));
    }
    let mut keys = HashSet::new();
    let mut alignment = DEFAULT_ALIGNMENT;
    for _ in 0..entries {
        let key = cursor.text(MAX_KEY_BYTES)?.ok_or(GgufError::Key)?;
        let value_type = cursor.u32()?;
        if key != "general.alignment" {
            skip(cursor, &key, value_type)?;
        } else if value_type == UINT32 {
            alignment = u64::from(cursor.u32()?);
        } else {
            return Err(GgufError::Alignment);
        }
        if let Some(key) = keys.replace(key) {
            return Err(GgufError::DuplicateKey(key));
        }
    }
    let is_one = alignment.is_power_of_two() && (MIN_ALIGNMENT..=MAX_ALIGNMENT).contains(&alignment);
    is_one.then_some(alignment).ok_or(GgufError::Alignment)
}

/// Reads over a value.
fn skip<R: Read>(cursor: &mut Cursor<R>, key: &str, value_type: u32) -> Result<(), GgufError> {
    let unknown = |value_type| GgufError::ValueType { key: key.into(), value_type };
    match value_type {
        STRING => cursor.skip_text(),
        ARRAY => {
            let (element, length) = (cursor.u32()?, cursor.u64()?);
            if element == STRING {
                // Each has eight bytes or more, so that the limit of the header bounds the loop.
                return (0..length).try_for_each(|_| cursor.skip_text());
            }
            let size = size(element).ok_or_else(|| unknown(element))?;
            cursor.skip(length.checked_mul(size).ok_or_else(|| GgufError::ArrayOverflow(key.into()))?)
        }
        _ => cursor.skip(size(value_type).ok_or_else(|| unknown(value_type))?),
    }
}

/// Bytes of a number or a truth value of the type; `None` if it is another type.
fn size(value_type: u32) -> Option<u64> {
    match value_type {
        // uint8, int8, bool
        0 | 1 | 7 => Some(1),
        // uint16, int16
        2 | 3 => Some(2),
        // uint32, int32, float32
        UINT32 | 5 | 6 => Some(4),
        // uint64, int64, float64
        10..=12 => Some(8),
        _ => None,
    }
}
