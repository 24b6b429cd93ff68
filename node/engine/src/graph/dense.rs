//! A linear layer over many rows, whose weight is packed once.

use super::layers::{PackedWeight, WeightName};
use super::planner::Planner;
use super::GraphError;
use crate::ops::{OpError, COLUMN_ROWS};
use crate::weights::{Weights, WeightsError};
use crate::Threads;
use candle_core::Tensor;

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

impl PlannedDense {
    /// The layer of `{name}.weight` (outputs × inputs; with int8 also `{name}.scales`) and, with a bias, `{name}.bias`.
    pub fn plan(layer: usize, name: &str, shape: DenseShape, planner: &mut Planner) -> Result<Self, GraphError> {
        let DenseShape { inputs, outputs, rows, has_bias } = shape;
        let weight = planner.matrix(layer, name, (outputs, inputs))?;
        let bias = has_bias.then(|| planner.row(layer, &format!("{name}.bias"), outputs)).transpose()?;
        planner.pack(layer, &weight, (inputs, outputs))?;
        planner.cost.multiply(rows, inputs.saturating_mul(outputs));
        Ok(Self { inputs, outputs, weight, bias })
    }

    /// The floats, at most, whose room the layer takes beside its input and output in a product of `rows`.
    pub fn workspace_values(&self, rows: usize) -> usize {
        let values = self.weight.workspace_values((self.inputs, self.outputs), rows);
        values.expect("the size of this weight in panels was counted when it was planned; qed")
    }

    /// As [`workspace_values`](Self::workspace_values), with the outputs of few rows, which threads compute apart and put together.
    pub fn shared_workspace_values(&self, rows: usize) -> usize {
        self.workspace_values(rows) + rows.min(COLUMN_ROWS) * self.outputs
    }

    pub fn load(self, weights: &Weights) -> Result<LoadedDense, WeightsError> {
        let weight = self.weight.pack((self.inputs, self.outputs), weights)?;
        let bias = self.bias.map(|name| weights.f32(&name)).transpose()?;
        Ok(Dense { inputs: self.inputs, outputs: self.outputs, weight, bias })
    }
}

impl LoadedDense {
    pub fn forward(&self, x: &Tensor) -> Result<Tensor, OpError> {
        self.weight.forward(x, self.bias.as_ref())
    }

    /// The threads that share its products, and what is computed between them.
    pub fn threads(&self) -> &Threads {
        self.weight.threads()
    }

    /// The rows of the weight that `ids` name, as those of a table.
    pub fn weight_rows(&self, ids: &[u32]) -> Result<Tensor, OpError> {
        self.weight.rows(ids)
    }
}
