//! What a bert begins with: a row for each token.

use super::super::layer_norm::LayerNorm;
use super::super::layers::{Weight, WeightName};
use super::super::planner::Planner;
use super::super::table::Table;
use super::super::GraphError;
use crate::ops::{self, OpError};
use crate::package::BertSpec;
use crate::weights::{Weights, WeightsError};
use candle_core::Tensor;

/// Tables of words, positions and token types, and the norm of their sum.
///
/// `W` is a matrix and `T` a tensor, planned or loaded.
pub(super) struct Embeddings<W, T> {
    words: Table<W>,
    positions: Table<W>,
    token_types: Table<W>,
    norm: LayerNorm<T>,
}

impl Embeddings<WeightName, String> {
    pub fn plan(spec: &BertSpec, planner: &mut Planner) -> Result<Self, GraphError> {
        let mut table =
            |name: &str, rows| Table::plan(0, &format!("embeddings.{name}_embeddings"), (rows, spec.hidden), planner);
        let words = table("word", spec.vocabulary)?;
        let positions = table("position", spec.max_positions)?;
        let token_types = table("token_type", spec.token_types)?;
        let norm = LayerNorm::plan(0, "embeddings.LayerNorm", spec.hidden, spec.epsilon(), planner)?;
        Ok(Self { words, positions, token_types, norm })
    }

    pub fn load(self, weights: &Weights) -> Result<Embeddings<Weight, Tensor>, WeightsError> {
        Ok(Embeddings {
            words: self.words.load(weights)?,
            positions: self.positions.load(weights)?,
            token_types: self.token_types.load(weights)?,
            norm: self.norm.load(weights)?,
        })
    }
}

impl Embeddings<Weight, Tensor> {
    /// The rows of each text's ids, at positions 0, 1, … and of token type 0.
    pub fn forward(&self, texts: &[Vec<u32>]) -> Result<Tensor, OpError> {
        let ids = texts.concat();
        // At most `max_tokens`, which is below 2³²; qed
        let positions: Vec<u32> = texts.iter().flat_map(|ids| 0..ids.len() as u32).collect();
        let x = ops::add(self.words.rows(&ids)?, &self.positions.rows(&positions)?)?;
        let x = ops::add(x, &self.token_types.rows(&vec![0; ids.len()])?)?;
        self.norm.forward(x)
    }
}
