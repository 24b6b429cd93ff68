//! An RMS norm with its weight.

use super::planner::Planner;
use super::GraphError;
use crate::ops::{self, OpError};
use crate::weights::{Weights, WeightsError};
use candle_core::Tensor;

/// An RMS norm. `T` is a tensor's name while a graph is planned, and the tensor once it is loaded.
pub(super) struct RmsNorm<T> {
    weight: T,
    epsilon: f32,
}

impl RmsNorm<String> {
    /// The norm of `{name}.weight` over rows of `columns`.
    pub fn plan(
        layer: usize,
        name: &str,
        columns: usize,
        epsilon: f32,
        planner: &mut Planner,
    ) -> Result<Self, GraphError> {
        Ok(Self { weight: planner.row(layer, &format!("{name}.weight"), columns)?, epsilon })
    }

    pub fn load(self, weights: &Weights) -> Result<RmsNorm<Tensor>, WeightsError> {
        Ok(RmsNorm { weight: weights.f32(&self.weight)?, epsilon: self.epsilon })
    }
}

impl RmsNorm<Tensor> {
    pub fn forward(&self, x: &Tensor) -> Result<Tensor, OpError> {
        ops::rms_norm(x, &self.weight, self.epsilon)
    }
}
