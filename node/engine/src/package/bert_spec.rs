//! How a manifest describes a bert.

use super::field_checks::{check_epsilon, check_sizes};
use super::tensor_spec::{InputSpec, InputType};
use super::ManifestError;
use crate::tokens::MIN_TOKENS;
use serde::{Deserialize, Serialize};

/// Sizes of a bert, the encoder of sentence embeddings. Every product of two of them fits a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BertSpec {
    /// Values of a token between layers, and of the embedding: 1 to 1,024.
    pub hidden: usize,
    /// Encoder layers: 1 to 64.
    pub layers: usize,
    /// Attention heads: they divide `hidden`.
    pub heads: usize,
    /// Values of a token inside of a feed-forward block: 1 to 16,384.
    pub intermediate: usize,
    /// Rows of the table of words: 1 to 262,144.
    pub vocabulary: usize,
    /// Rows of the table of positions: 1 to 8,192.
    pub max_positions: usize,
    /// Rows of the table of token types, of which the first is used: 1 to 16.
    pub token_types: usize,
    /// The most tokens of one call, at most `max_positions`.
    pub max_tokens: usize,
    /// What layer norms add to the variance: the float nearest to it is taken.
    pub epsilon: f64,
    /// How the tokens' values become one embedding.
    pub pooling: Pooling,
    /// Whether the embedding is divided by its length.
    pub normalise: bool,
}

/// How the values of all tokens become one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Pooling {
    /// Their mean.
    Mean,
}

impl BertSpec {
    /// The epsilon of the kernels.
    pub fn epsilon(&self) -> f32 {
        self.epsilon as f32
    }

    /// Values of one head.
    pub fn head_size(&self) -> usize {
        self.hidden / self.heads
    }

    pub(super) fn check(&self, input: &InputSpec) -> Result<(), ManifestError> {
        let bounded = [
            ("hidden", self.hidden, 1 << 10),
            ("layers", self.layers, 64),
            ("heads", self.heads, self.hidden),
            ("intermediate", self.intermediate, 1 << 14),
            ("vocabulary", self.vocabulary, 1 << 18),
            ("max_positions", self.max_positions, 1 << 13),
            ("token_types", self.token_types, 16),
            ("max_tokens", self.max_tokens, self.max_positions),
        ];
        check_sizes("bert", bounded)?;
        if !self.hidden.is_multiple_of(self.heads) {
            return Err(ManifestError::Heads { section: "bert", heads: self.heads, hidden: self.hidden });
        }
        check_epsilon("bert", self.epsilon)?;
        match input.dtype {
            InputType::Utf8 if input.shape.len() != 1 || self.max_tokens < MIN_TOKENS => Err(ManifestError::TextShape),
            InputType::U32 if input.shape != [self.max_tokens] => {
                Err(ManifestError::TokenShape { max_tokens: self.max_tokens })
            }
            _ => Ok(()),
        }
    }
}
