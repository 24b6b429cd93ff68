//! A table of rows, of which a graph takes those that ids name.

use super::layers::{Weight, WeightName};
use super::planner::Planner;
use super::GraphError;
use crate::ops::{self, OpError};
use crate::weights::{Weights, WeightsError};
use candle_core::Tensor;

/// A table. `W` is its tensors' names while a graph is planned, and the tensors once it is loaded.
pub(super) struct Table<W>(W);

impl Table<WeightName> {
    /// The table `{name}.weight` of `rows` × `columns`, with int8 also `{name}.scales`.
    pub fn plan(
        layer: usize,
        name: &str,
        (rows, columns): (usize, usize),
        planner: &mut Planner,
    ) -> Result<Self, GraphError> {
        let table = planner.matrix(layer, name, (rows, columns))?;
        if matches!(table, WeightName::Blocks { .. }) {
            planner.pack(layer, &table, (columns, rows))?;
        }
        Ok(Self(table))
    }

    pub fn load(self, weights: &Weights) -> Result<Table<Weight>, WeightsError> {
        self.0.load(weights).map(Table)
    }
}

impl Table<Weight> {
    /// The rows of `ids`.
    pub fn rows(&self, ids: &[u32]) -> Result<Tensor, OpError> {
        match &self.0 {
            Weight::F32(table) => ops::embed(table, ids),
            Weight::I8 { weight, scales } => ops::embed_i8((weight, scales), ids),
            Weight::Blocks(table) => ops::embed_blocks(table, ids),
        }
    }
}
