//! The header of a safetensors file, read with suspicion before anything else touches the file.
//!
//! The format: eight bytes of header length (little-endian), that many bytes of JSON, then the tensors' bytes without a
//! gap. Source: the safetensors README, "Format". What is checked here goes beyond the format where a valid file could
//! still exhaust a machine.

use super::remarks::Remarks;
use super::row_order::RowOrder;
use super::HeaderError;
use half::{bf16, f16};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use votive_kernels::BlockFormat;

/// The longest header, in bytes. 800,000 empty tensors fit 53 MB of header and cost ten times that when parsed.
pub const MAX_HEADER_BYTES: u64 = 1 << 20;

/// The most tensors of a file.
pub const MAX_TENSORS: usize = 10_000;

/// The most dimensions of a tensor.
pub const MAX_DIMENSIONS: usize = 8;

const LENGTH_BYTES: usize = 8;

/// What of a file [`Header::read`] looks at, at most.
pub const MAX_START_BYTES: u64 = MAX_HEADER_BYTES + LENGTH_BYTES as u64;

/// What the elements of a tensor are: f32, what is exactly an f32 once it is loaded, int8, and blocks of a GGUF file. Other
/// types have no arithmetic in kernel_spec 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElementType {
    /// Little-endian f32.
    F32,
    /// Little-endian IEEE 754 half precision, each of which is an f32 too.
    F16,
    /// The upper halves of little-endian f32, whose lower halves are zero.
    Bf16,
    /// Signed bytes, −127 to 127.
    I8,
    /// Elements that are quantised block by block.
    Blocks(BlockFormat),
}

impl ElementType {
    /// The elements that lie together, and their bytes.
    pub const fn block(self) -> (usize, usize) {
        match self {
            Self::F32 => (1, 4),
            Self::F16 | Self::Bf16 => (1, 2),
            Self::I8 => (1, 1),
            Self::Blocks(format) => (format.block_inputs(), format.block_bytes()),
        }
    }

    /// Adds the values of `bytes`, whole elements of floats, to `values`.
    pub(super) fn read_floats(self, bytes: &[u8], values: &mut Vec<f32>) {
        match self {
            Self::F32 => values.extend(bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes))),
            Self::F16 => values.extend(bytes.as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32())),
            Self::Bf16 => values.extend(bytes.as_chunks().0.iter().map(|bytes| bf16::from_le_bytes(*bytes).to_f32())),
            Self::I8 | Self::Blocks(_) => unreachable!("the plan takes floats where it asks for floats; qed"),
        }
    }

    /// Whether every element is an f32, as it stands or shorter.
    pub const fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F16 | Self::Bf16)
    }
}

/// A tensor as the header describes it, after every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorEntry {
    /// Type of the elements.
    pub element: ElementType,
    /// Dimensions, the slowest first. None is zero.
    pub shape: Vec<usize>,
    /// Where its bytes lie in the file.
    pub bytes: Range<usize>,
    /// The order of its rows in the file.
    pub rows: RowOrder,
}

impl TensorEntry {
    /// How many elements it has.
    pub fn elements(&self) -> usize {
        let (elements, bytes) = self.element.block();
        self.bytes.len() / bytes * elements
    }

    /// Bytes of a row, which is an element of its first dimension.
    pub fn row_bytes(&self) -> usize {
        self.bytes.len() / self.shape.first().unwrap_or(&1)
    }
}

/// The tensors of a file by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    tensors: BTreeMap<String, TensorEntry>,
}

impl Header {
    /// The header of these tensors, which have been checked.
    pub(super) fn of(tensors: BTreeMap<String, TensorEntry>) -> Self {
        Self { tensors }
    }

    /// Bytes of memory, at most, that putting the rows of a tensor in order takes.
    pub fn window_bytes(&self) -> u64 {
        let ordered = self.tensors.values().filter(|entry| entry.rows != RowOrder::AsStored);
        ordered.map(|entry| entry.rows.window() as u64 * entry.row_bytes() as u64).max().unwrap_or(0)
    }

    /// Declares the order of the rows of a llama's queries and keys, which turn with the positions.
    pub fn order_rotary_rows(&mut self, order: RowOrder) {
        let turns = |name: &str| ["self_attn.q_proj.", "self_attn.k_proj."].iter().any(|part| name.contains(part));
        for (_, entry) in self.tensors.iter_mut().filter(|(name, _)| turns(name)) {
            entry.rows = order;
        }
    }

    /// Reads and checks the header of a file of `size` bytes, which begins with `start`: its first [`MAX_START_BYTES`], or all
    /// of it. Allocates in proportion to the header only.
    pub fn read(start: &[u8], size: u64) -> Result<Self, HeaderError> {
        let json = header_json(start, size)?;
        let RawHeader(mut raw) = serde_json::from_slice(json)?;
        if raw.len() > MAX_TENSORS {
            return Err(HeaderError::TooManyTensors(raw.len()));
        }
        let mut names = HashSet::with_capacity(raw.len());
        if let Some((name, _)) = raw.iter().find(|(name, _)| !names.insert(name.as_str())) {
            return Err(HeaderError::DuplicateName(name.clone()));
        }
        raw.sort_by_key(|(_, tensor)| tensor.data_offsets);

        let tensors_start = LENGTH_BYTES + json.len();
        let after_header = size.saturating_sub(tensors_start as u64);
        let mut end = 0u64;
        let mut tensors = BTreeMap::new();
        for (name, tensor) in raw {
            let entry = check_tensor(&name, tensor, end, tensors_start)?;
            end = (entry.bytes.end - tensors_start) as u64;
            // Here, and not at the end, so that a range never lies outside of the file.
            if end > after_header {
                return Err(HeaderError::FileSize { tensors: end, file: after_header });
            }
            tensors.insert(name, entry);
        }
        if end != after_header {
            return Err(HeaderError::FileSize { tensors: end, file: after_header });
        }
        Ok(Self { tensors })
    }

    /// The tensor of that name.
    pub fn get(&self, name: &str) -> Option<&TensorEntry> {
        self.tensors.get(name)
    }

    /// All tensors, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &TensorEntry)> {
        self.tensors.iter().map(|(name, entry)| (name.as_str(), entry))
    }
}

/// The bytes of the header's JSON.
fn header_json(start: &[u8], size: u64) -> Result<&[u8], HeaderError> {
    let Some((length, rest)) = start.split_first_chunk::<LENGTH_BYTES>() else {
        return Err(HeaderError::Truncated { size, need: LENGTH_BYTES as u64 });
    };
    let length = u64::from_le_bytes(*length);
    if length > MAX_HEADER_BYTES {
        return Err(HeaderError::HeaderTooLong(length));
    }
    // At most `MAX_HEADER_BYTES`, of which `start` has all there are, so both the cast and the sum are exact; qed
    rest.get(..length as usize).ok_or(HeaderError::Truncated { size, need: length + LENGTH_BYTES as u64 })
}

fn check_tensor(name: &str, raw: RawTensor, expected: u64, tensors_start: usize) -> Result<TensorEntry, HeaderError> {
    let element = match raw.dtype.as_str() {
        "F32" => ElementType::F32,
        "F16" => ElementType::F16,
        "BF16" => ElementType::Bf16,
        "I8" => ElementType::I8,
        _ => return Err(HeaderError::ElementType { tensor: name.into(), element: raw.dtype }),
    };
    if raw.shape.len() > MAX_DIMENSIONS || raw.shape.contains(&0) {
        return Err(HeaderError::Shape(name.into()));
    }
    let overflow = || HeaderError::ShapeOverflow(name.into());
    let size = element.block().1 as u64;
    let shape_bytes = raw.shape.iter().try_fold(size, |size, n| size.checked_mul(*n)).ok_or_else(overflow)?;
    let (begin, end) = raw.data_offsets;
    if begin != expected {
        return Err(HeaderError::NotContiguous { tensor: name.into(), begin, expected });
    }
    let range_bytes = end.saturating_sub(begin);
    if shape_bytes != range_bytes {
        return Err(HeaderError::SizeMismatch { tensor: name.into(), shape_bytes, range_bytes });
    }
    let place = |offset: u64| usize::try_from(offset).ok().and_then(|offset| offset.checked_add(tensors_start));
    let bytes = place(begin).ok_or_else(overflow)?..place(end).ok_or_else(overflow)?;
    let shape = raw.shape.into_iter().map(usize::try_from).collect::<Result<_, _>>().map_err(|_| overflow())?;
    Ok(TensorEntry { element, shape, bytes, rows: RowOrder::AsStored })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTensor {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: (u64, u64),
}

/// The entries in the order of the file, duplicates included: a map would swallow them.
struct RawHeader(Vec<(String, RawTensor)>);

impl<'de> Deserialize<'de> for RawHeader {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = RawHeader;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a map of tensors")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<RawHeader, M::Error> {
                let mut tensors = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    if name == "__metadata__" {
                        map.next_value::<Remarks>()?;
                    } else {
                        tensors.push((name, map.next_value()?));
                    }
                }
                Ok(RawHeader(tensors))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

#[cfg(test)]
#[path = "header_tests.rs"]
mod tests;
