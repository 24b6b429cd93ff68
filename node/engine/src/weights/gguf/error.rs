//! Why a GGUF file is refused.

use super::cursor::MAX_GGUF_HEADER_BYTES;
use super::metadata::{MAX_ALIGNMENT, MAX_ENTRIES, MAX_KEY_BYTES, MIN_ALIGNMENT};
use super::{MAX_GGUF_DIMENSIONS, MAX_NAME_BYTES};
use crate::weights::MAX_TENSORS;
use std::io;

/// Why the header of a GGUF file is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GgufError {
    /// The system refuses to read the file, or it is no longer what was hashed.
    #[error("the GGUF file cannot be read; check that nothing writes to the package, and try again")]
    Io(#[source] io::Error),
    /// The file ends inside its header.
    #[error(
        "the GGUF file is truncated: it has {size} bytes, its header needs {need} or more; fetch or export it again"
    )]
    Truncated {
        /// Length of the file.
        size: u64,
        /// Length up to the end of what was being read.
        need: u64,
    },
    /// The header is longer than [`MAX_GGUF_HEADER_BYTES`].
    #[error("the GGUF header is longer than {MAX_GGUF_HEADER_BYTES} bytes; remove metadata, such as chat templates or merges")]
    HeaderTooLong,
    /// The first four bytes are not `GGUF`.
    #[error(
        "the file of weights does not begin with `GGUF`; name it .safetensors if it is such a file, or export it again"
    )]
    Magic,
    /// Another version of the format.
    #[error("the GGUF file is of version {0}, only 3 in little-endian order is read; export it again with a current converter")]
    Version(u32),
    /// More entries of metadata than [`MAX_ENTRIES`].
    #[error("the GGUF file has {0} entries of metadata, the limit is {MAX_ENTRIES}; remove some")]
    TooManyEntries(u64),
    /// A key of the metadata that is empty, too long or no UTF-8.
    #[error("a key of the GGUF metadata is not of 1 to {MAX_KEY_BYTES} bytes of UTF-8; export the file again")]
    Key,
    /// Two entries have one key.
    #[error("the GGUF file has two entries of metadata named `{0}`; remove one")]
    DuplicateKey(String),
    /// A value of the metadata is of no type of the format, or an array of arrays.
    #[error(
        "the GGUF metadata `{key}` has a value of type {value_type}, which is none of the format or nested; remove it"
    )]
    ValueType {
        /// Key of the entry.
        key: String,
        /// The type it declares.
        value_type: u32,
    },
    /// An array so long that its size overflows.
    #[error("the size of the GGUF metadata `{0}` overflows; the file is damaged or hostile")]
    ArrayOverflow(String),
    /// An alignment that is not one.
    #[error("`general.alignment` of the GGUF file must be an u32, a power of two from {MIN_ALIGNMENT} to {MAX_ALIGNMENT}; export it again")]
    Alignment,
    /// More tensors than [`MAX_TENSORS`].
    #[error("the GGUF file has {0} tensors, the limit is {MAX_TENSORS}; merge some of them")]
    TooManyTensors(u64),
    /// A tensor's name that is empty, too long or no UTF-8.
    #[error("a tensor of the GGUF file has a name that is not of 1 to {MAX_NAME_BYTES} bytes of UTF-8; rename it")]
    Name,
    /// Two tensors have one name.
    #[error("the GGUF file has two tensors named `{0}`; rename one")]
    DuplicateName(String),
    /// Too few or too many dimensions, or one that is zero.
    #[error("tensor `{0}` of the GGUF file has a dimension of zero, or not 1 to {MAX_GGUF_DIMENSIONS} dimensions; reshape or remove it")]
    Shape(String),
    /// The size of the shape does not fit a machine word.
    #[error("the shape of tensor `{0}` overflows when multiplied out; the GGUF file is damaged or hostile")]
    ShapeOverflow(String),
    /// An element type without arithmetic in this kernel_spec.
    #[error("tensor `{tensor}` of the GGUF file is of ggml's type {element}; quantise it to Q8_0, Q4_K or Q6_K (as Q4_K_M llama.cpp takes other types where rows are no multiple of 256), or convert it to F32, F16 or BF16")]
    ElementType {
        /// Name of the tensor.
        tensor: String,
        /// The number of the type it declares.
        element: u32,
    },
    /// Rows that are no whole number of blocks.
    #[error("the rows of tensor `{tensor}` have {inputs} values, which is no multiple of {block}, its type's block; use another type for it")]
    PartialBlock {
        /// Name of the tensor.
        tensor: String,
        /// Values of a row.
        inputs: u64,
        /// Values of a block.
        block: u64,
    },
    /// A tensor does not begin where the one before it ends, rounded up to the alignment.
    #[error("tensor `{tensor}` of the GGUF file begins at {begin} where {expected} is due: tensors overlap, leave a gap or are not aligned; export the file again")]
    NotContiguous {
        /// Name of the tensor.
        tensor: String,
        /// Where it begins, counted from the first.
        begin: u64,
        /// Where the tensor before it ends, aligned.
        expected: u64,
    },
    /// The tensors do not fill the file.
    #[error("the tensors of the GGUF file end at byte {tensors} but the file has {file}: it is truncated or has a tail; fetch or export it again")]
    FileSize {
        /// Where the last tensor ends.
        tensors: u64,
        /// Length of the file.
        file: u64,
    },
}
