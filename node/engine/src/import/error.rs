//! Why an ONNX file cannot be imported.

use super::onnx::{Node, OnnxError};
use crate::package::PackageError;
use votive_kernels::KernelError;

/// Why an ONNX file cannot be imported. Names are those of the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The bytes are no ONNX model that can be read.
    #[error("the file is refused")]
    Onnx(#[from] OnnxError),
    /// An operator cannot become a layer.
    #[error("the import cannot take operator {node}")]
    Operator {
        /// The operator and its node.
        node: String,
        /// Why.
        source: OperatorError,
    },
    /// A value is given twice.
    #[error("value `{0}` is given by two nodes, constants or inputs; the file is damaged")]
    DuplicateValue(String),
    /// A node stands before one whose value it takes.
    #[error("operator {node} takes `{value}`, which is only computed after it: the graph runs in a circle or is not sorted; export the model again")]
    Order {
        /// The operator and its node.
        node: String,
        /// The value.
        value: String,
    },
    /// A node takes a value that nothing gives.
    #[error("operator {node} takes `{value}`, which no node, constant or input gives; export the model again, with its weights")]
    MissingValue {
        /// The operator and its node.
        node: String,
        /// The value.
        value: String,
    },
    /// The value to end at is not there.
    #[error("nothing in the graph gives `{0}`; name a value of the graph as the output")]
    UnknownValue(String),
    /// The graph has no output.
    #[error("the graph has no output; name one of its values as the output")]
    NoOutput,
    /// The outputs do not come from one value.
    #[error("the outputs {0:?} do not come from one value; name the one to import as the output")]
    SeveralOutputs(Vec<String>),
    /// The input is not what a request can carry.
    #[error("input `{0}` is no tensor of 32-bit floats or bytes with the shape [batch, values], [batch, height, width] or [batch, channels, height, width], of which the batch is free or 1 and the others are known; export the model with such an input")]
    Input(String),
    /// Nothing between input and output computes.
    #[error("there is no operator between input `{0}` and the output; name a later value as the output")]
    NoOperator(String),
    /// Folding made a weight that is not finite.
    #[error(
        "the weights of operator {0} are not finite once scales and shifts are folded into them; train the model again"
    )]
    NotFinite(String),
    /// The weights do not make a safetensors file.
    #[error("the weights cannot be written as safetensors; use a model with fewer layers")]
    Weights(#[source] safetensors::SafeTensorError),
    /// The layers do not make a package.
    #[error("the imported layers do not make a package")]
    Package(#[from] PackageError),
}

/// Why an operator cannot become a layer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OperatorError {
    /// The engine has nothing like it.
    #[error("the engine has no such layer: train the model without it, or end the import before it, by --output {}", shown(.0))]
    Unsupported(Option<String>),
    /// It takes none, or several, of the values that the graph computes.
    #[error("it takes {}, where layers form a chain and take one: end the import before it, by --output", computed(.0))]
    Operands(Vec<String>),
    /// The graph goes on with an output that is not the first.
    #[error("the graph goes on with its output `{0}`, which is not its first: train the model without it")]
    SideOutput(String),
    /// An attribute that the import does not know.
    #[error("it has an attribute `{0}`, which the import does not know: export the model for an older operator set")]
    UnknownAttribute(String),
    /// An attribute with a value that the engine does not compute.
    #[error("its attribute `{name}` must be {allowed}: change the layer and train the model again")]
    Attribute {
        /// Name of the attribute.
        name: &'static str,
        /// What the engine computes.
        allowed: &'static str,
    },
    /// A maximum with something else than zero.
    #[error(
        "it bounds values by constant `{0}`, where only 0 is a layer of the engine, Relu: train the model with Relu"
    )]
    Bound(String),
    /// An input is not there.
    #[error("its input {0} is missing; export the model again")]
    MissingInput(usize),
    /// An input is there that the engine cannot take.
    #[error("its input {0} is not one that the import takes: export the model for inference")]
    ExtraInput(usize),
    /// A weight or a size is computed.
    #[error("its input `{0}` is computed, where a constant is due: let the exporter fold constants, and write sizes that are known as numbers")]
    NotConstant(String),
    /// Several operators share so many weights that the package would be far longer than the file.
    #[error("it takes constant `{0}`, which another operator takes too, and so many are shared that the package would be twice as long as the file: give it one of its own")]
    SharedConstant(String),
    /// A constant has a shape that does not suit the operator.
    #[error("its constant `{name}` has shape {shape:?}, which does not fit {values}")]
    ConstantShape {
        /// Name of the constant.
        name: String,
        /// Its shape.
        shape: Vec<usize>,
        /// What it is applied to.
        values: String,
    },
    /// Sizes that are not those of what flows.
    #[error("it makes sizes {sizes:?} of {values}: they must be a batch of 1 and then those of a row, a matrix or an image of as many values")]
    Sizes {
        /// The sizes that it makes.
        sizes: Vec<i64>,
        /// What it is applied to.
        values: String,
    },
    /// A row becomes an image, or an image another one, behind the first layer.
    #[error("it makes {to} of {from}, which the engine does with the input only, before anything is computed: end the import before it, by --output")]
    Reshape {
        /// What it is applied to.
        from: String,
        /// What becomes of it.
        to: String,
    },
    /// The operator does not apply to a row, or to an image.
    #[error("the engine does not apply it to {0}: images and matrices need a Flatten before dense layers and Softmax, and only images have windows")]
    Values(String),
    /// A window that does not fit.
    #[error("its windows do not fit the image: change kernel, stride or padding")]
    Window(#[source] KernelError),
    /// A scale or shift with no layer to be folded into.
    #[error("{0} scales or shifts each value, which the engine does inside of a dense layer or a convolution only: place it right behind or right before one (before one with padding it may not shift)")]
    NotFolded(String),
    /// A constant of the file is refused.
    #[error(transparent)]
    Onnx(#[from] OnnxError),
}

/// The name of a value, as an option takes it.
fn shown(value: &Option<String>) -> String {
    value.as_ref().map_or("with the name of the value that it takes".into(), |name| format!("`{name}`"))
}

/// Values that a node computes with, and their number.
fn computed(values: &[String]) -> String {
    format!("{} computed values {values:?}", values.len())
}

impl ImportError {
    pub(super) fn operator(node: &Node, source: OperatorError) -> Self {
        Self::Operator { node: node.to_string(), source }
    }
}
