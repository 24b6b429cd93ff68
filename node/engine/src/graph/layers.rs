//! Layers that several graphs share. `T` is a tensor's name while a graph is planned, and the tensor once it is loaded.

use crate::ops::{self, OpError};
use crate::package::LayerSpec;
use crate::weights::{Weights, WeightsError};
use crate::Threads;
use candle_core::Tensor;
use std::sync::Arc;
use votive_kernels::{
    BlockFormat, Conv2dShape, KernelError, LinearShape, PackedLinear, PackedLinearBlocks, PackedLinearI8,
    QuantisedBlocks, QuantisedRows,
};

/// A linear layer over one row.
pub(super) struct Linear<W, T> {
    pub shape: LinearShape,
    pub weight: W,
    pub bias: Option<T>,
}

/// Name and type of a matrix that is planned.
pub(super) enum WeightName {
    F32(String),
    I8 {
        weight: String,
        scales: String,
    },
    Blocks {
        weight: String,
        format: BlockFormat,
        /// Inputs and outputs.
        sizes: (usize, usize),
    },
}

/// A matrix of floats, of int8 with a scale for each row, or of blocks.
pub(super) enum Weight {
    F32(Tensor),
    I8 { weight: Vec<i8>, scales: Tensor },
    Blocks(PackedLinearBlocks),
}

impl WeightName {
    /// The floats, at most, whose room a product of `rows` with this matrix takes beside its input and output: the input as it
    /// is quantised, and what the kernel arranges.
    pub fn workspace_values(&self, (inputs, outputs): (usize, usize), rows: usize) -> Result<usize, KernelError> {
        let (quantised, arranged) = match self {
            Self::F32(_) => (0, PackedLinear::workspace_bytes_of(inputs, outputs, rows)?),
            Self::I8 { .. } => {
                let arranged = PackedLinearI8::workspace_bytes_of(inputs, outputs, rows)?;
                (QuantisedRows::size_bytes_of(inputs, rows), arranged)
            }
            Self::Blocks { .. } => (QuantisedBlocks::size_bytes_of(inputs, rows), 0),
        };
        let bytes = quantised.saturating_add(usize::try_from(arranged).unwrap_or(usize::MAX));
        Ok(bytes.div_ceil(size_of::<f32>()))
    }

    pub fn load(self, weights: &Weights) -> Result<Weight, WeightsError> {
        Ok(match self {
            Self::F32(name) => Weight::F32(weights.f32(&name)?),
            Self::I8 { weight, scales } => Weight::I8 { weight: weights.i8(&weight)?, scales: weights.f32(&scales)? },
            Self::Blocks { weight, format, sizes } => Weight::Blocks(weights.packed_blocks((&weight, format), sizes)?),
        })
    }

    /// Loads the matrix, which is outputs × inputs, for products.
    pub fn pack(self, (inputs, outputs): (usize, usize), weights: &Weights) -> Result<PackedWeight, WeightsError> {
        let sizes = (inputs, outputs);
        let matrix = match self {
            Self::F32(name) => PackedMatrix::F32(weights.packed(&name, sizes)?),
            Self::I8 { weight, scales } => PackedMatrix::I8(weights.packed_i8((&weight, &scales), sizes)?),
            Self::Blocks { weight, format, .. } => {
                PackedMatrix::Blocks(weights.packed_blocks((&weight, format), sizes)?)
            }
        };
        Ok(PackedWeight { matrix, threads: weights.threads().clone() })
    }
}

/// A matrix arranged for products, and the threads that share them.
pub(super) struct PackedWeight {
    matrix: PackedMatrix,
    threads: Arc<Threads>,
}

enum PackedMatrix {
    F32(PackedLinear),
    I8(PackedLinearI8),
    Blocks(PackedLinearBlocks),
}

impl PackedWeight {
    /// The product of each row of `x`, and a bias.
    pub fn forward(&self, x: &Tensor, bias: Option<&Tensor>) -> Result<Tensor, OpError> {
        match &self.matrix {
            PackedMatrix::F32(weight) => ops::linear(x, weight, bias, &self.threads),
            PackedMatrix::I8(weight) => ops::linear(x, weight, bias, &self.threads),
            PackedMatrix::Blocks(weight) => ops::linear(x, weight, bias, &self.threads),
        }
    }

    /// The threads that share its products.
    pub fn threads(&self) -> &Threads {
        &self.threads
    }

    /// The rows that `ids` name, as those of a table.
    pub fn rows(&self, ids: &[u32]) -> Result<Tensor, OpError> {
        match &self.matrix {
            PackedMatrix::F32(weight) => ops::embed_packed(weight, ids),
            PackedMatrix::I8(weight) => ops::embed_packed_i8(weight, ids),
            PackedMatrix::Blocks(weight) => ops::embed_blocks(weight, ids),
        }
    }
}

impl Linear<WeightName, String> {
    pub fn load(self, weights: &Weights) -> Result<Linear<PackedWeight, Tensor>, WeightsError> {
        let weight = self.weight.pack((self.shape.inputs, self.shape.outputs), weights)?;
        let bias = self.bias.map(|name| weights.f32(&name)).transpose()?;
        Ok(Linear { shape: self.shape, weight, bias })
    }
}

impl Linear<PackedWeight, Tensor> {
    pub fn forward(&self, x: &Tensor) -> Result<Tensor, OpError> {
        self.weight.forward(x, self.bias.as_ref())
    }
}

/// A convolution of one image. `W` and `T` are names while a graph is planned, then the packed weight and the tensor.
pub(super) struct Conv2d<W, T> {
    pub shape: Conv2dShape,
    pub weight: W,
    pub bias: Option<T>,
}

impl Conv2d<String, String> {
    pub fn load(self, weights: &Weights) -> Result<Conv2d<PackedLinear, Tensor>, WeightsError> {
        let Conv2dShape { in_channels, kernel_height, kernel_width, out_channels, .. } = self.shape;
        let weight = weights.packed(&self.weight, (in_channels * kernel_height * kernel_width, out_channels))?;
        let bias = self.bias.map(|name| weights.f32(&name)).transpose()?;
        Ok(Conv2d { shape: self.shape, weight, bias })
    }
}

impl Conv2d<PackedLinear, Tensor> {
    pub fn forward(&self, x: &Tensor) -> Result<Tensor, OpError> {
        ops::conv2d(x, &self.weight, self.bias.as_ref(), self.shape)
    }
}

/// A function of each value, or of each row, that has no weights.
#[derive(Clone, Copy)]
pub(super) enum Activation {
    Relu,
    Tanh,
    Sigmoid,
    /// Over a row of that many columns.
    Softmax {
        columns: usize,
    },
}

impl Activation {
    /// The activation that `layer` is, if it is one, over rows of `columns`.
    pub fn of(layer: &LayerSpec, columns: usize) -> Option<Self> {
        match layer {
            LayerSpec::Relu {} => Some(Self::Relu),
            LayerSpec::Tanh {} => Some(Self::Tanh),
            LayerSpec::Sigmoid {} => Some(Self::Sigmoid),
            LayerSpec::Softmax {} => Some(Self::Softmax { columns }),
            _ => None,
        }
    }

    pub fn forward(self, x: &Tensor) -> Result<Tensor, OpError> {
        match self {
            Self::Relu => ops::in_place("relu", x.clone(), votive_kernels::relu),
            Self::Tanh => ops::in_place("tanh", x.clone(), votive_kernels::tanh),
            Self::Sigmoid => ops::in_place("sigmoid", x.clone(), votive_kernels::sigmoid),
            Self::Softmax { columns } => {
                ops::in_place("softmax", x.clone(), |values| votive_kernels::softmax(values, columns))
            }
        }
    }
}
