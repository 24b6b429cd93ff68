//! What a bert begins with: a row for each token.

use super::super::layer_norm::LayerNorm;
use super::super::planner::Planner;
use super::super::GraphError;
use crate::ops::{self, OpError};
use crate::package::BertSpec;
use crate::weights::{Weights, WeightsError};
use candle_core::Tensor;

/// Tables of words, positions and token types, and the norm of their sum.
pub(super) struct Embeddings<T> {
    words: T,
    positions: T,
    token_types: T,
    norm: LayerNorm<T>,
}

impl Embeddings<String> {
    pub fn plan(spec: &BertSpec, planner: &mut Planner) -> Result<Self, GraphError> {
        let mut table =
            |name: &str, rows| planner.matrix(0, &format!("embeddings.{name}_embeddings.weight"), (rows, spec.hidden));
        let words = table("word", spec.vocabulary)?;
        let positions = table("position", spec.max_positions)?;
        let token_types = table("token_type", spec.token_types)?;
        let norm = LayerNorm::plan(0, "embeddings.LayerNorm", spec.hidden, spec.epsilon(), planner)?;
        Ok(Self { words, positions, token_types, norm })
    }

    pub fn load(self, weights: &Weights) -> Result<Embeddings<Tensor>, WeightsError> {
        Ok(Embeddings {
            words: weights.f32(&self.words)?,
            positions: weights.f32(&self.positions)?,
            token_types: weights.f32(&self.token_types)?,
            norm: self.norm.load(weights)?,
        })
    }
}

impl Embeddings<Tensor> {
    /// The rows of `ids`, at positions 0, 1, … and of token type 0.
    pub fn forward(&self, ids: &[u32]) -> Result<Tensor, OpError> {
        // At most `max_tokens`, which is below 2³²; qed
        let positions: Vec<u32> = (0..ids.len() as u32).collect();
        let x = ops::add(&ops::embed(&self.words, ids)?, &ops::embed(&self.positions, &positions)?)?;
        let x = ops::add(&x, &ops::embed(&self.token_types, &vec![0; ids.len()])?)?;
        self.norm.forward(&x)
    }
}
