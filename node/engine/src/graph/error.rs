//! Why layers and weights do not make a graph.

use crate::package::Architecture;
use votive_kernels::KernelError;

/// Why the layers of a manifest and the tensors of its weights do not make a graph. Layers count from 0; of a
/// bert or llama, 0 is the embeddings and n the layer n − 1 of the tensors' names; after a llama's layers comes its head.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// The input's shape is not of the architecture's kind.
    #[error("an input of {dimensions} dimensions does not suit architecture {architecture:?}: mlp takes [values], cnn [channels, height, width]")]
    InputRank {
        /// Dimensions of the input.
        dimensions: usize,
        /// The architecture.
        architecture: Architecture,
    },
    /// A layer that the architecture does not have, or not at this place.
    #[error("layer {layer} does not suit architecture {architecture:?} at its place: images need a flatten before linear and softmax, and only cnn has images")]
    Layer {
        /// Index of the layer.
        layer: usize,
        /// The architecture.
        architecture: Architecture,
    },
    /// A layer names a tensor that the weights do not hold.
    #[error("layer {layer} needs tensor `{tensor}`, which the weights do not hold; correct its name there, which has no prefix such as `bert.`, or the manifest (`tied_head`, `attention_biases`)")]
    MissingTensor {
        /// Index of the layer.
        layer: usize,
        /// Name of the tensor.
        tensor: String,
    },
    /// Two layers name one tensor.
    #[error("layer {layer} takes tensor `{tensor}`, which is taken already; give it one of its own")]
    SharedTensor {
        /// Index of the layer.
        layer: usize,
        /// Name of the tensor.
        tensor: String,
    },
    /// No layer takes a tensor.
    #[error("no layer takes tensor `{0}`; correct the manifest (`tied_head`, `attention_biases`) if one should, or remove it from the weights")]
    UnusedTensor(String),
    /// A tensor does not have the layer's shape.
    #[error("tensor `{tensor}` of layer {layer} has shape {actual:?} where {expected:?} fits")]
    TensorShape {
        /// Index of the layer.
        layer: usize,
        /// Name of the tensor.
        tensor: String,
        /// The shape that fits.
        expected: Vec<usize>,
        /// The shape it has.
        actual: Vec<usize>,
    },
    /// A tensor does not have the layer's count of dimensions.
    #[error("tensor `{tensor}` of layer {layer} has shape {actual:?}, which is not of {dimensions} dimensions")]
    TensorRank {
        /// Index of the layer.
        layer: usize,
        /// Name of the tensor.
        tensor: String,
        /// The dimensions it should have.
        dimensions: usize,
        /// The shape it has.
        actual: Vec<usize>,
    },
    /// A tensor's elements are of a type that does not suit its use.
    #[error("tensor `{tensor}` of layer {layer} has the wrong element type: only a matrix may be I8 or of blocks, and exactly with I8 it needs `scales`")]
    ElementType {
        /// Index of the layer.
        layer: usize,
        /// Name of the tensor.
        tensor: String,
    },
    /// A window, a stride or a size that the kernels do not compute.
    #[error("the shape of layer {layer} cannot be computed; change its kernel, stride or padding")]
    Shape {
        /// Index of the layer.
        layer: usize,
        /// The kernels' answer.
        source: KernelError,
    },
    /// Padding as wide as the window, which computes with nothing but zeros.
    #[error("layer {0} has padding as wide as its window or wider; reduce it")]
    Padding(usize),
    /// No layer has weights.
    #[error("the graph has no layer with weights, so there is nothing to trace; add one")]
    NoWeights,
    /// The graph and the manifest disagree about the output.
    #[error("the graph ends in {graph} values, `output.shape` declares {manifest}; correct one of them")]
    Output {
        /// Values of the last layer.
        graph: usize,
        /// Values by the manifest.
        manifest: usize,
    },
    /// One call takes more arithmetic than allowed.
    #[error("one call takes {need} multiplications, the limit is {limit}; use a smaller model or fewer tokens")]
    TooMuchWork {
        /// Multiplications of the longest call.
        need: u64,
        /// The most of the architecture.
        limit: u64,
    },
}
