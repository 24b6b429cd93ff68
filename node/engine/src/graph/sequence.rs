//! Layers one after the other.

use super::Forward;
use crate::ops::{values, OpError};
use crate::Budget;
use candle_core::Tensor;

/// What layers made of rows.
pub(super) struct LayersRun {
    output: Tensor,
    /// What went into the last layer with weights.
    last_layer_inputs: Tensor,
}

impl LayersRun {
    /// The part of `count` rows from `first` on.
    pub fn of_rows(&self, first: usize, count: usize) -> Result<Forward, OpError> {
        let rows = |tensor: &Tensor| Ok::<_, OpError>(values(&tensor.narrow(0, first, count)?)?);
        Ok(Forward { output: rows(&self.output)?, last_layer_inputs: rows(&self.last_layer_inputs)? })
    }
}

/// Runs `layers` one after the other, and keeps what goes into the one at `last_weighted`, which makes a tensor of its own.
pub(super) fn run_layers<L>(
    (layers, last_weighted): (&[L], usize),
    mut x: Tensor,
    budget: &Budget,
    forward: impl Fn(&L, &Tensor) -> Result<Tensor, OpError>,
) -> Result<LayersRun, OpError> {
    let mut last_layer_inputs = x.clone();
    for (index, layer) in layers.iter().enumerate() {
        budget.check()?;
        if index == last_weighted {
            last_layer_inputs = x.clone();
        }
        x = forward(layer, &x)?;
    }
    Ok(LayersRun { output: x, last_layer_inputs })
}
