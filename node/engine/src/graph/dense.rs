//! A linear layer over many rows, whose weight is packed once.

use super::layers::WeightName;
use super::planner::Planner;
use super::GraphError;
use crate::ops::{self, OpError};
use crate::weights::{Weights, WeightsError};
use candle_core::Tensor;
use votive_kernels::{KernelError, PackedLinear, PackedLinearI8};

/// What a dense layer is planned for.
#[derive(Clone, Copy)]
pub(super) struct DenseShape {
    /// Values of an input row.
    pub inputs: usize,
    /// Values of an output row.
    pub outputs: usize,
    /// The most rows of one product.
    pub rows: usize,
    /// Whether there is a tensor of biases.
    pub has_bias: bool,
}

/// A linear layer. `W` and `T` are names while a graph is planned, then the packed weight and the tensor.
pub(super) struct Dense<W, T> {
    inputs: usize,
    outputs: usize,
    weight: W,
    bias: Option<T>,
}

/// A dense layer before its weight is loaded.
pub(super) type PlannedDense = Dense<WeightName, String>;

/// A dense layer that runs.
pub(super) type LoadedDense = Dense<PackedWeight, Tensor>;

/// A weight arranged for products.
pub(super) enum PackedWeight {
    F32(PackedLinear),
    I8(PackedLinearI8),
}

impl PlannedDense {
    /// The layer of `{name}.weight` (outputs × inputs; with int8 also `{name}.scales`) and, with a bias, `{name}.bias`.
    pub fn plan(layer: usize, name: &str, shape: DenseShape, planner: &mut Planner) -> Result<Self, GraphError> {
        let DenseShape { inputs, outputs, rows, has_bias } = shape;
        let weight = planner.matrix(layer, name, (outputs, inputs))?;
        let bias = has_bias.then(|| planner.row(layer, &format!("{name}.bias"), outputs)).transpose()?;
        let refused = |source: KernelError| GraphError::Shape { layer, source };
        let values = inputs as u64 * outputs as u64;
        // The tensors' own bytes are counted with the header, and held until the weight is packed.
        let (tensors, packed) = match &weight {
            WeightName::F32(_) => (values * size_of::<f32>() as u64, PackedLinear::size_bytes_of(inputs, outputs)),
            WeightName::I8 { .. } => {
                let scales = outputs as u64 * size_of::<f32>() as u64;
                (values + scales, PackedLinearI8::size_bytes_of(inputs, outputs))
            }
        };
        planner.cost.weight_bytes += packed.map_err(refused)?.saturating_sub(tensors);
        planner.cost.hold(tensors.div_ceil(size_of::<f32>() as u64));
        planner.cost.multiply(rows, inputs.saturating_mul(outputs));
        Ok(Self { inputs, outputs, weight, bias })
    }

    /// The floats, at most, whose room the layer takes beside its input and output in a product of `rows`: the int8 copy of
    /// its input and a scale for each row.
    pub fn workspace_values(&self, rows: usize) -> usize {
        match self.weight {
            WeightName::F32(_) => 0,
            WeightName::I8 { .. } => rows * (self.inputs.div_ceil(size_of::<f32>()) + 1),
        }
    }

    pub fn load(self, weights: &Weights) -> Result<LoadedDense, WeightsError> {
        let shape = (self.inputs, self.outputs);
        let weight = match self.weight {
            WeightName::F32(name) => PackedWeight::F32(weights.packed(&name, shape)?),
            WeightName::I8 { weight, scales } => PackedWeight::I8(weights.packed_i8((&weight, &scales), shape)?),
        };
        let bias = self.bias.map(|name| weights.f32(&name)).transpose()?;
        Ok(Dense { inputs: self.inputs, outputs: self.outputs, weight, bias })
    }
}

impl LoadedDense {
    pub fn forward(&self, x: &Tensor) -> Result<Tensor, OpError> {
        match &self.weight {
            PackedWeight::F32(weight) => ops::packed_linear(x, weight, self.bias.as_ref()),
            PackedWeight::I8(weight) => ops::packed_linear_i8(x, weight, self.bias.as_ref()),
        }
    }
}
