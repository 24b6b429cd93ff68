//! A layer norm with its weights.

use super::planner::Planner;
use super::GraphError;
use crate::ops::{self, OpError};
use crate::weights::{Weights, WeightsError};
use candle_core::Tensor;

/// A layer norm. `T` is a tensor's name while a graph is planned, and the tensor once it is loaded.
pub(super) struct LayerNorm<T> {
    weight: T,
    bias: T,
    epsilon: f32,
}

impl LayerNorm<String> {
    /// The norm of `{name}.weight` and `{name}.bias` over rows of `columns`.
    pub fn plan(
        layer: usize,
        name: &str,
        columns: usize,
        epsilon: f32,
        planner: &mut Planner,
    ) -> Result<Self, GraphError> {
        let weight = planner.row(layer, &format!("{name}.weight"), columns)?;
        let bias = planner.row(layer, &format!("{name}.bias"), columns)?;
        Ok(Self { weight, bias, epsilon })
    }

    pub fn load(self, weights: &Weights) -> Result<LayerNorm<Tensor>, WeightsError> {
        let (weight, bias) = (weights.f32(&self.weight)?, weights.f32(&self.bias)?);
        Ok(LayerNorm { weight, bias, epsilon: self.epsilon })
    }
}

impl LayerNorm<Tensor> {
    pub fn forward(&self, x: Tensor) -> Result<Tensor, OpError> {
        ops::layer_norm(x, &self.weight, &self.bias, self.epsilon)
    }
}
