//! Why the bytes of a file are no ONNX model that can be read.

use super::wire::MAX_NAME_BYTES;
use crate::weights::MAX_DIMENSIONS;

/// Why the bytes of a file are no ONNX model that can be read. Names are those of the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OnnxError {
    /// A message or a list ends in the middle.
    #[error("the file is truncated, or no ONNX file; export the model again")]
    Truncated,
    /// An integer of more than 64 bits.
    #[error("the file holds an integer of more than 64 bits: it is damaged, or no ONNX file; export the model again")]
    Varint,
    /// A group, or a kind of field that protocol buffers do not have.
    #[error("the file holds a field of wire type {0}: it is damaged, or no ONNX file; export the model again")]
    WireType(u64),
    /// A field of another type than ONNX gives it.
    #[error("field {0} of a message has another type than ONNX gives it; export the model again")]
    FieldType(u64),
    /// A name is longer than [`MAX_NAME_BYTES`].
    #[error("a name has {0} bytes, the limit is {MAX_NAME_BYTES}; rename what bears it")]
    LongName(usize),
    /// A name is no UTF-8.
    #[error("a name is no UTF-8; rename what bears it")]
    Name(#[source] std::str::Utf8Error),
    /// A name holds a control character.
    #[error("name `{0}` holds a control character; rename what bears it")]
    ControlCharacter(String),
    /// A list is longer than the import takes.
    #[error("the file holds more than {limit} {what}; use a smaller model")]
    TooMany {
        /// What the list holds.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// Something stands twice that may stand once.
    #[error("`{0}` stands twice where it may stand once; export the model again")]
    Twice(&'static str),
    /// The file has no graph.
    #[error("the file holds no graph: it is no ONNX model; give the file that the exporter wrote")]
    NoGraph,
    /// The file does not say by which version its operators are meant.
    #[error("the file names no operator set, so what its operators mean is not known; export the model again")]
    NoOperatorSet,
    /// A version of operators that the import does not know.
    #[error("the file uses operator set {version} of {domain}, this import knows {first} to {last}; export the model for one of them")]
    OperatorSet {
        /// The domain of the operators.
        domain: &'static str,
        /// The file's version.
        version: i64,
        /// The first version that is known.
        first: i64,
        /// The last version that is known.
        last: i64,
    },
    /// The graph stores tensors by their few non-zero values.
    #[error("the file holds sparse tensors; export the model with dense ones")]
    Sparse,
    /// A tensor lies in another file.
    #[error("tensor `{0}` lies in another file; export the model into one file, without external data (in PyTorch, external_data=False)")]
    ExternalData(String),
    /// A tensor is a part of a larger one.
    #[error("tensor `{0}` is a segment of a larger one; export the model again with whole tensors")]
    Segment(String),
    /// A dimension below zero, too many of them, or a product that overflows.
    #[error("tensor `{0}` has a negative dimension, more than {MAX_DIMENSIONS} dimensions, or more elements than a machine can count; the file is damaged or hostile")]
    Dimensions(String),
    /// A tensor does not hold what its shape says.
    #[error("tensor `{tensor}` takes {expected} elements by its shape but does not hold as many; the file is damaged")]
    ElementCount {
        /// Name of the tensor.
        tensor: String,
        /// Elements by its shape.
        expected: usize,
    },
    /// A tensor's elements are not of the type that its use asks for.
    #[error("tensor `{tensor}` has elements of ONNX type {actual}, where {expected} is due; export the model in 32-bit floats")]
    ElementType {
        /// Name of the tensor.
        tensor: String,
        /// ONNX's number of the type.
        actual: i64,
        /// The type that is due.
        expected: &'static str,
    },
    /// An attribute is not of the type that its operator gives it.
    #[error("attribute `{0}` is no {1}; export the model again")]
    AttributeType(String, &'static str),
}
