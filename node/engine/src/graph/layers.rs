//! Layers that several graphs share. `T` is a tensor's name while a graph is planned, and the tensor once it is loaded.

use crate::ops::{self, OpError};
use crate::package::LayerSpec;
use crate::weights::{Weights, WeightsError};
use candle_core::Tensor;
use votive_kernels::{Conv2dShape, LinearShape};

/// A linear layer over one row.
pub(super) struct Linear<W, T> {
    pub shape: LinearShape,
    pub weight: W,
    pub bias: Option<T>,
}

/// Name and type of a matrix that is planned.
pub(super) enum WeightName {
    F32(String),
    I8 { weight: String, scales: String },
}

/// A matrix of floats, or of int8 with a scale for each row.
pub(super) enum Weight {
    F32(Tensor),
    I8 { weight: Vec<i8>, scales: Tensor },
}

impl WeightName {
    pub fn load(self, weights: &Weights) -> Result<Weight, WeightsError> {
        Ok(match self {
            Self::F32(name) => Weight::F32(weights.f32(&name)?),
            Self::I8 { weight, scales } => Weight::I8 { weight: weights.i8(&weight)?, scales: weights.f32(&scales)? },
        })
    }
}

impl Linear<WeightName, String> {
    pub fn load(self, weights: &Weights) -> Result<Linear<Weight, Tensor>, WeightsError> {
        let weight = self.weight.load(weights)?;
        let bias = self.bias.map(|name| weights.f32(&name)).transpose()?;
        Ok(Linear { shape: self.shape, weight, bias })
    }
}

impl Linear<Weight, Tensor> {
    pub fn forward(&self, x: &Tensor) -> Result<Tensor, OpError> {
        match &self.weight {
            Weight::F32(weight) => ops::linear(x, weight, self.bias.as_ref(), self.shape),
            Weight::I8 { weight, scales } => ops::linear_i8(x, (weight, scales), self.bias.as_ref(), self.shape),
        }
    }
}

/// A convolution of one image.
pub(super) struct Conv2d<T> {
    pub shape: Conv2dShape,
    pub weight: T,
    pub bias: Option<T>,
}

impl Conv2d<String> {
    pub fn load(self, weights: &Weights) -> Result<Conv2d<Tensor>, WeightsError> {
        let bias = self.bias.map(|name| weights.f32(&name)).transpose()?;
        Ok(Conv2d { shape: self.shape, weight: weights.f32(&self.weight)?, bias })
    }
}

impl Conv2d<Tensor> {
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
            Self::Relu => ops::in_place("relu", x, votive_kernels::relu),
            Self::Tanh => ops::in_place("tanh", x, votive_kernels::tanh),
            Self::Sigmoid => ops::in_place("sigmoid", x, votive_kernels::sigmoid),
            Self::Softmax { columns } => ops::in_place("softmax", x, |values| votive_kernels::softmax(values, columns)),
        }
    }
}
