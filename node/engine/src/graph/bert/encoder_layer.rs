//! An encoder layer: attention, then a feed-forward block, each added to what it was given and normalised.

use super::super::dense::{DenseShape, LoadedDense, PlannedDense};
use super::super::layer_norm::LayerNorm;
use super::super::planner::Planner;
use super::super::GraphError;
use crate::ops::{self, AttentionShape, OpError};
use crate::package::BertSpec;
use crate::weights::{Weights, WeightsError};
use candle_core::Tensor;
use votive_kernels::Function;

/// The weights of one layer. `D` is a dense layer and `T` a tensor, planned or loaded.
pub(super) struct EncoderLayer<D, T> {
    attention: AttentionShape,
    query: D,
    key: D,
    value: D,
    attention_output: D,
    attention_norm: LayerNorm<T>,
    intermediate: D,
    output: D,
    output_norm: LayerNorm<T>,
}

/// What a layer computed.
pub(super) struct EncoderOutput {
    /// A row for each token.
    pub x: Tensor,
    /// What went into the layer's last product.
    pub output_inputs: Tensor,
}

impl EncoderLayer<PlannedDense, String> {
    /// Plans the encoder layer `index`, whose tensors are named as Hugging Face's `BertModel` names them.
    pub fn plan(index: usize, spec: &BertSpec, planner: &mut Planner) -> Result<Self, GraphError> {
        let &BertSpec { hidden, intermediate, heads, max_tokens, .. } = spec;
        let name = |part: &str| format!("encoder.layer.{index}.{part}");
        let layer = index + 1;
        let mut dense = |part: &str, (inputs, outputs)| {
            let shape = DenseShape { inputs, outputs, rows: max_tokens, has_bias: true };
            PlannedDense::plan(layer, &name(part), shape, planner)
        };
        let query = dense("attention.self.query", (hidden, hidden))?;
        let key = dense("attention.self.key", (hidden, hidden))?;
        let value = dense("attention.self.value", (hidden, hidden))?;
        let attention_output = dense("attention.output.dense", (hidden, hidden))?;
        let inner = dense("intermediate.dense", (hidden, intermediate))?;
        let output = dense("output.dense", (intermediate, hidden))?;
        let mut norm = |part: &str| LayerNorm::plan(layer, &name(part), hidden, spec.epsilon(), planner);
        let attention_norm = norm("attention.output.LayerNorm")?;
        let output_norm = norm("output.LayerNorm")?;
        let attention = AttentionShape { heads, head_size: spec.head_size() };
        planner.cost.multiply(2 * max_tokens, max_tokens * hidden);
        let rows = |hiddens, inners| max_tokens * (hiddens * hidden + inners * intermediate);
        let steps = [
            // What is attended with, while the last of query, key and value is computed.
            rows(4, 0) + value.shared_workspace_values(max_tokens),
            // With all three, what they attend to.
            rows(5, 0) + attention.workspace_values(max_tokens),
            // What was given, its sum with what was attended to, and the inner rows, from which the output comes.
            rows(2, 1) + inner.shared_workspace_values(max_tokens),
            rows(3, 1) + output.shared_workspace_values(max_tokens),
            // What went into the last product is divided among the calls of a batch.
            rows(1, 2),
        ];
        steps.into_iter().for_each(|values| planner.cost.hold(values as u64));
        Ok(Self {
            attention,
            query,
            key,
            value,
            attention_output,
            attention_norm,
            intermediate: inner,
            output,
            output_norm,
        })
    }

    pub fn load(self, weights: &Weights) -> Result<EncoderLayer<LoadedDense, Tensor>, WeightsError> {
        Ok(EncoderLayer {
            attention: self.attention,
            query: self.query.load(weights)?,
            key: self.key.load(weights)?,
            value: self.value.load(weights)?,
            attention_output: self.attention_output.load(weights)?,
            attention_norm: self.attention_norm.load(weights)?,
            intermediate: self.intermediate.load(weights)?,
            output: self.output.load(weights)?,
            output_norm: self.output_norm.load(weights)?,
        })
    }
}

impl EncoderLayer<LoadedDense, Tensor> {
    /// Runs the layer on a row for each token of texts of `lengths` tokens.
    pub fn forward(&self, x: &Tensor, lengths: &[usize]) -> Result<EncoderOutput, OpError> {
        let attended = self.attention_output.forward(&self.attend(x, lengths)?)?;
        let x = self.attention_norm.forward(ops::add(attended, x)?)?;
        let inner = self.intermediate.forward(&x)?;
        let inner = ops::map(inner, Function::Gelu, self.intermediate.threads())?;
        let x = self.output_norm.forward(ops::add(self.output.forward(&inner)?, &x)?)?;
        Ok(EncoderOutput { x, output_inputs: inner })
    }

    /// What the rows attend to: queries, keys and values are freed before the products that follow take room.
    fn attend(&self, x: &Tensor, lengths: &[usize]) -> Result<Tensor, OpError> {
        let (query, key, value) = (self.query.forward(x)?, self.key.forward(x)?, self.value.forward(x)?);
        ops::attend((&query, &key, &value), lengths, self.attention, self.query.threads())
    }
}
