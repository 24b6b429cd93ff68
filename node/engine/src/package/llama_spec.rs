//! How a manifest describes a llama.

use super::field_checks::{check_epsilon, check_sizes, is_plain};
use super::tensor_spec::{InputSpec, InputType, OutputSpec};
use super::ManifestError;
use crate::weights::RowOrder;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The most tokens that may end an answer.
pub const MAX_STOP_TOKENS: usize = 16;

/// Sizes of a llama, the decoder that generates tokens. Every product of two of them fits a tensor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LlamaSpec {
    /// Rows of the table of words, and values of the last product: 1 to 262,144.
    pub vocabulary: usize,
    /// Values of a token between layers: 1 to 8,192.
    pub hidden: usize,
    /// Values of a token inside of a feed-forward block: 1 to 32,768.
    pub intermediate: usize,
    /// Decoder layers: 1 to 128.
    pub layers: usize,
    /// Heads of queries: 1 to 256.
    pub heads: usize,
    /// Heads of keys and values: they divide `heads`.
    pub key_value_heads: usize,
    /// Values of one head, even, 1 to 512; the share of a head in `hidden` if it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_size: Option<usize>,
    /// The most tokens of prompt and answer together: 2 to 8,192.
    pub max_tokens: usize,
    /// Base of the rotary embedding: the float nearest to it is taken.
    pub rotary_base: f64,
    /// The order of the rows of queries and keys in the weights.
    #[serde(default, skip_serializing_if = "RotaryRows::is_halves")]
    pub rotary_rows: RotaryRows,
    /// What norms add to the mean of squares: the float nearest to it is taken.
    pub epsilon: f64,
    /// Whether the last product takes the table of words for its weight.
    pub tied_head: bool,
    /// Whether queries, keys and values have biases.
    #[serde(default)]
    pub attention_biases: bool,
    /// The token that every prompt begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begin_token: Option<u32>,
    /// The tokens that end an answer, at most 16.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop_tokens: Vec<u32>,
}

/// Which rows of a head's queries and keys turn together, as the weights hold them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum RotaryRows {
    /// Row i and row i + half of the head: Hugging Face's order, and that of Qwen's GGUF files.
    #[default]
    Halves,
    /// Row 2i and row 2i + 1: the order in which llama.cpp's converter writes a Llama.
    Neighbours,
}

impl RotaryRows {
    /// Whether a manifest need not name it.
    fn is_halves(&self) -> bool {
        *self == Self::Halves
    }
}

impl LlamaSpec {
    /// The order of the rows of queries and keys in the weights.
    pub(crate) fn row_order(&self) -> RowOrder {
        match self.rotary_rows {
            RotaryRows::Halves => RowOrder::AsStored,
            RotaryRows::Neighbours => RowOrder::Neighbours { head_size: self.head_size() },
        }
    }

    /// The epsilon of the kernels.
    pub fn epsilon(&self) -> f32 {
        self.epsilon as f32
    }

    /// The base of the kernels' rotary table.
    pub fn rotary_base(&self) -> f32 {
        self.rotary_base as f32
    }

    /// Values of one head.
    pub fn head_size(&self) -> usize {
        self.head_size.unwrap_or(self.hidden / self.heads)
    }

    /// Values of a token's queries.
    pub fn query_values(&self) -> usize {
        self.heads * self.head_size()
    }

    /// Values of a token's keys, and of its values.
    pub fn key_values(&self) -> usize {
        self.key_value_heads * self.head_size()
    }

    pub(super) fn check(&self, input: &InputSpec, output: &OutputSpec) -> Result<(), ManifestError> {
        let sizes = [
            ("vocabulary", self.vocabulary, 1 << 18),
            ("hidden", self.hidden, 1 << 13),
            ("intermediate", self.intermediate, 1 << 15),
            ("layers", self.layers, 128),
            ("heads", self.heads, 256),
            ("key_value_heads", self.key_value_heads, self.heads),
            ("head_size", self.head_size.unwrap_or(1), 512),
            ("max_tokens", self.max_tokens, 1 << 13),
        ];
        check_sizes("llama", sizes)?;
        check_epsilon("llama", self.epsilon)?;
        let base = self.rotary_base();
        if !(base >= 1.0 && base.is_finite() && is_plain(self.rotary_base)) {
            return Err(ManifestError::RotaryBase);
        }
        self.check_heads()?;
        self.check_tokens("begin_token", self.begin_token.as_slice(), 1)?;
        self.check_tokens("stop_tokens", &self.stop_tokens, MAX_STOP_TOKENS)?;
        self.check_context(input, output)
    }

    fn check_heads(&self) -> Result<(), ManifestError> {
        let &Self { heads, key_value_heads, hidden, .. } = self;
        if !heads.is_multiple_of(key_value_heads) {
            return Err(ManifestError::KeyValueHeads { key_value_heads, heads });
        }
        if self.head_size.is_none() && !hidden.is_multiple_of(heads) {
            return Err(ManifestError::Heads { section: "llama", heads, hidden });
        }
        if !self.head_size().is_multiple_of(2) {
            return Err(ManifestError::HeadSize(self.head_size()));
        }
        // The bound holds for a size that is not named too.
        check_sizes("llama", [("head_size", self.head_size(), 512)])
    }

    fn check_tokens(&self, field: &'static str, tokens: &[u32], most: usize) -> Result<(), ManifestError> {
        let distinct: BTreeSet<&u32> = tokens.iter().collect();
        let in_vocabulary = tokens.iter().all(|token| (*token as usize) < self.vocabulary);
        if distinct.len() == tokens.len() && tokens.len() <= most && in_vocabulary {
            return Ok(());
        }
        Err(ManifestError::Token { field, most })
    }

    /// The longest prompt leaves room for a token of the answer, and the longest answer for one of the prompt.
    fn check_context(&self, input: &InputSpec, output: &OutputSpec) -> Result<(), ManifestError> {
        let max_tokens = self.max_tokens;
        let begin = usize::from(self.begin_token.is_some());
        let prompt = max_tokens.saturating_sub(1 + begin);
        let prompt = if input.dtype == InputType::Utf8 { usize::MAX } else { prompt };
        let shapes = [("input", &input.shape, prompt), ("output", &output.shape, max_tokens - 1)];
        match shapes.into_iter().find(|(_, shape, most)| !matches!(shape[..], [size] if size <= *most)) {
            Some((what, _, most)) => Err(ManifestError::ContextShape { what, max_tokens, most }),
            None => Ok(()),
        }
    }
}
