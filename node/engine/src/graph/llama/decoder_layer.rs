//! A decoder layer: attention to the tokens so far, then a gated feed-forward block, each of a norm and added to what it was
//! given.

use super::super::dense::{DenseShape, LoadedDense, PlannedDense};
use super::super::planner::Planner;
use super::super::rms_norm::RmsNorm;
use super::super::GraphError;
use super::PREFILL_ROWS;
use crate::ops::{self, OpError};
use crate::package::LlamaSpec;
use crate::weights::{Weights, WeightsError};
use candle_core::Tensor;
use votive_kernels::{Function, KeyValueCache, RotaryTable};

/// The weights of one layer. `D` is a dense layer and `T` a tensor, planned or loaded.
pub(super) struct DecoderLayer<D, T> {
    heads: usize,
    attention_norm: RmsNorm<T>,
    query: D,
    key: D,
    value: D,
    attention_output: D,
    feed_forward_norm: RmsNorm<T>,
    gate: D,
    up: D,
    down: D,
}

/// Where the rows of a call stand, and how that turns their heads.
pub(super) struct Positions<'a> {
    pub table: &'a RotaryTable,
    pub of_rows: &'a [u32],
}

impl DecoderLayer<PlannedDense, String> {
    /// Plans the decoder layer `index`, whose tensors are named as Hugging Face's `LlamaForCausalLM` names them.
    pub fn plan(index: usize, spec: &LlamaSpec, planner: &mut Planner) -> Result<Self, GraphError> {
        let &LlamaSpec { hidden, intermediate, attention_biases, max_tokens, .. } = spec;
        let (queries, keys) = (spec.query_values(), spec.key_values());
        let name = |part: &str| format!("model.layers.{index}.{part}");
        let layer = index + 1;
        let plain = |inputs, outputs| DenseShape { inputs, outputs, rows: max_tokens, has_bias: false };
        let biased = |inputs, outputs| DenseShape { has_bias: attention_biases, ..plain(inputs, outputs) };
        let mut dense = |part: &str, shape| PlannedDense::plan(layer, &name(part), shape, planner);
        let query = dense("self_attn.q_proj", biased(hidden, queries))?;
        let key = dense("self_attn.k_proj", biased(hidden, keys))?;
        let value = dense("self_attn.v_proj", biased(hidden, keys))?;
        let attention_output = dense("self_attn.o_proj", plain(queries, hidden))?;
        let gate = dense("mlp.gate_proj", plain(hidden, intermediate))?;
        let up = dense("mlp.up_proj", plain(hidden, intermediate))?;
        let down = dense("mlp.down_proj", plain(intermediate, hidden))?;
        let mut norm = |part: &str| RmsNorm::plan(layer, &name(part), hidden, spec.epsilon(), planner);
        let attention_norm = norm("input_layernorm")?;
        let feed_forward_norm = norm("post_attention_layernorm")?;
        // Each token attends to those before it: half of a square, for scores and for values.
        planner.cost.multiply(max_tokens, max_tokens * queries);
        let heads = spec.heads;
        Ok(Self { heads, attention_norm, query, key, value, attention_output, feed_forward_norm, gate, up, down })
    }

    /// The floats, at most, that the layer holds for a call's rows beside the keys and values.
    pub fn workspace_values(&self, spec: &LlamaSpec) -> usize {
        let &LlamaSpec { hidden, intermediate, max_tokens, .. } = spec;
        let rows = max_tokens.min(PREFILL_ROWS);
        let (queries, keys) = (spec.query_values(), spec.key_values());
        // Rows, their norm and what is added; queries and keys before and after they turn; queries and scores of a block.
        let block = 32 * (max_tokens.next_multiple_of(16) + spec.head_size());
        let attending = rows * (4 * hidden + 3 * queries + 3 * keys) + self.attention_output.workspace_values(rows);
        // Rows, their norm and the sum; the gate before and after its function, the other half, and their product.
        let feeding = rows * (5 * hidden + 4 * intermediate) + self.down.workspace_values(rows);
        feeding.max(attending + block)
    }

    pub fn load(self, weights: &Weights) -> Result<DecoderLayer<LoadedDense, Tensor>, WeightsError> {
        Ok(DecoderLayer {
            heads: self.heads,
            attention_norm: self.attention_norm.load(weights)?,
            query: self.query.load(weights)?,
            key: self.key.load(weights)?,
            value: self.value.load(weights)?,
            attention_output: self.attention_output.load(weights)?,
            feed_forward_norm: self.feed_forward_norm.load(weights)?,
            gate: self.gate.load(weights)?,
            up: self.up.load(weights)?,
            down: self.down.load(weights)?,
        })
    }
}

impl DecoderLayer<LoadedDense, Tensor> {
    /// Runs the layer on a row for each token, as many of each context, to whose cache it adds their keys and values.
    pub fn forward(
        &self,
        x: &Tensor,
        positions: &Positions,
        caches: &mut [&mut KeyValueCache],
    ) -> Result<Tensor, OpError> {
        let x = ops::add(self.attend(x, positions, caches)?, x)?;
        ops::add(self.feed_forward(&x)?, &x)
    }

    fn attend(&self, x: &Tensor, positions: &Positions, caches: &mut [&mut KeyValueCache]) -> Result<Tensor, OpError> {
        let turned = |x: Tensor| ops::rotate(x, positions.table, positions.of_rows);
        let x = self.attention_norm.forward(x)?;
        let query = turned(self.query.forward(&x)?)?;
        ops::append(caches, &turned(self.key.forward(&x)?)?, &self.value.forward(&x)?)?;
        self.attention_output.forward(&ops::attend_causally(&query, caches, self.heads, self.query.threads())?)
    }

    fn feed_forward(&self, x: &Tensor) -> Result<Tensor, OpError> {
        let x = self.feed_forward_norm.forward(x)?;
        let gate = ops::map(self.gate.forward(&x)?, Function::Silu, self.gate.threads())?;
        self.down.forward(&ops::multiply(gate, &self.up.forward(&x)?)?)
    }
}
