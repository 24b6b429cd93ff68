//! A linear layer over many rows, whose weight is packed once.

use super::planner::Planner;
use super::GraphError;
use crate::ops::{self, OpError};
use crate::weights::{Weights, WeightsError};
use candle_core::Tensor;
use votive_kernels::{KernelError, PackedLinear};

/// A linear layer with a bias. `W` and `T` are names while a graph is planned, then the packed weight and the tensor.
pub(super) struct Dense<W, T> {
    pub inputs: usize,
    pub outputs: usize,
    weight: W,
    bias: T,
}

/// A dense layer before its weight is loaded.
pub(super) type PlannedDense = Dense<String, String>;

/// A dense layer that runs.
pub(super) type LoadedDense = Dense<PackedLinear, Tensor>;

impl PlannedDense {
    /// The layer of `{name}.weight` (outputs × inputs) and `{name}.bias`, which a call applies to `rows` at most.
    pub fn plan(
        layer: usize,
        name: &str,
        (inputs, outputs): (usize, usize),
        rows: usize,
        planner: &mut Planner,
    ) -> Result<Self, GraphError> {
        let weight = planner.matrix(layer, &format!("{name}.weight"), (outputs, inputs))?;
        let bias = planner.row(layer, &format!("{name}.bias"), outputs)?;
        let shape = |source: KernelError| GraphError::Shape { layer, source };
        let values = inputs as u64 * outputs as u64;
        let packed = PackedLinear::size_bytes_of(inputs, outputs).map_err(shape)?;
        planner.cost.weight_bytes += packed - values * size_of::<f32>() as u64;
        // While a weight is packed, candle's tensor of it is still held.
        planner.cost.hold(values);
        planner.cost.multiply(rows, inputs.saturating_mul(outputs));
        Ok(Self { inputs, outputs, weight, bias })
    }

    pub fn load(self, weights: &Weights) -> Result<LoadedDense, WeightsError> {
        let weight = weights.packed(&self.weight, (self.inputs, self.outputs))?;
        Ok(Dense { inputs: self.inputs, outputs: self.outputs, weight, bias: weights.f32(&self.bias)? })
    }
}

impl LoadedDense {
    pub fn forward(&self, x: &Tensor) -> Result<Tensor, OpError> {
        ops::packed_linear(x, &self.weight, &self.bias)
    }
}
