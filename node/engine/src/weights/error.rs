//! Why a file of weights is refused.

use super::{MAX_DIMENSIONS, MAX_HEADER_BYTES, MAX_TENSORS};
use crate::package::FileError;

/// Why a safetensors header is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// The file ends inside its header.
    #[error("the safetensors file is truncated: it has {size} bytes, its header needs {need}; export it again")]
    Truncated {
        /// Length of the file.
        size: u64,
        /// Length up to the end of the header.
        need: u64,
    },
    /// The header is longer than [`MAX_HEADER_BYTES`].
    #[error("the safetensors header declares {0} bytes, the limit is {MAX_HEADER_BYTES}; use fewer tensors or less metadata")]
    HeaderTooLong(u64),
    /// The header is not the JSON that the format asks for.
    #[error("the safetensors header is not valid JSON of the format; export the file again")]
    Json(#[from] serde_json::Error),
    /// More tensors than [`MAX_TENSORS`].
    #[error("the safetensors file has {0} tensors, the limit is {MAX_TENSORS}; merge some of them")]
    TooManyTensors(usize),
    /// Two tensors have one name.
    #[error("the safetensors file has two tensors named `{0}`; rename one")]
    DuplicateName(String),
    /// An element type without arithmetic in this kernel_spec.
    #[error("tensor `{tensor}` has elements of type {element}; convert it to F32, F16, BF16 or I8, or remove it if no layer takes it, as a list of positions")]
    ElementType {
        /// Name of the tensor.
        tensor: String,
        /// The type it declares.
        element: String,
    },
    /// Too many dimensions, or one that is zero.
    #[error("tensor `{0}` has a dimension of zero or more than {MAX_DIMENSIONS} dimensions; reshape or remove it")]
    Shape(String),
    /// The size of the shape does not fit a machine word.
    #[error("the shape of tensor `{0}` overflows when multiplied out; the file is damaged or hostile")]
    ShapeOverflow(String),
    /// The byte range is not what the shape takes.
    #[error(
        "tensor `{tensor}` takes {shape_bytes} bytes by its shape but {range_bytes} by its offsets; export it again"
    )]
    SizeMismatch {
        /// Name of the tensor.
        tensor: String,
        /// Bytes by shape and element type.
        shape_bytes: u64,
        /// Bytes by offsets.
        range_bytes: u64,
    },
    /// A tensor does not begin where the one before it ends: an overlap or a gap.
    #[error("tensor `{tensor}` begins at {begin} where {expected} is due: tensors overlap or leave a gap; export the file again")]
    NotContiguous {
        /// Name of the tensor.
        tensor: String,
        /// Where it begins.
        begin: u64,
        /// Where the tensor before it ends.
        expected: u64,
    },
    /// The tensors do not fill the file.
    #[error("the tensors take {tensors} bytes but {file} follow the header: the file is truncated or has a tail; export it again")]
    FileSize {
        /// Bytes of all tensors.
        tensors: u64,
        /// Bytes after the header.
        file: u64,
    },
}

/// Why sound tensors cannot become weights.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// The file cannot be read again.
    #[error(transparent)]
    File(#[from] FileError),
    /// A weight is a NaN or an infinity.
    #[error("tensor `{0}` holds a NaN or an infinity; train or export the model again")]
    NotFinite(String),
    /// An int8 weight is −128, where kernel_spec 1 goes from −127 to 127.
    #[error("tensor `{0}` holds -128; clamp its weights to -127 and above")]
    OutOfRange(String),
    /// The system refuses memory for a tensor.
    #[error(
        "this machine has no {bytes} bytes of memory for tensor `{tensor}`; free some or do not serve the package"
    )]
    Allocation {
        /// Name of the tensor.
        tensor: String,
        /// Bytes asked for.
        bytes: u64,
    },
    /// candle cannot hold a tensor.
    #[error("candle cannot hold tensor `{tensor}`; export the file again")]
    Candle {
        /// Name of the tensor.
        tensor: String,
        /// candle's answer.
        source: candle_core::Error,
    },
}
