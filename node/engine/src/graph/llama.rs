//! Llama: a transformer decoder that generates tokens (Touvron et al., 2023), with shared heads of keys and values (Ainslie et
//! al., 2023).

mod context;
mod decoder_layer;
mod generate;
mod replay;

use super::dense::{DenseShape, LoadedDense, PlannedDense};
use super::layers::{Weight, WeightName};
use super::planner::Planner;
use super::rms_norm::RmsNorm;
use super::table::Table;
use super::{End, Generated, Generates, GraphError, Replayed, TokenCall};
use crate::ops::{self, OpError};
use crate::package::{LlamaSpec, Manifest};
use crate::weights::{Weights, WeightsError};
use crate::{Batch, Budget};
use candle_core::Tensor;
use context::Context;
use decoder_layer::{DecoderLayer, Positions};
use votive_kernels::{KernelError, RotaryTable};

/// The rows that go through the layers at once: enough for products that are not bound by reading weights, and few enough
/// that what lies between layers stays small beside them.
const PREFILL_ROWS: usize = 256;

/// The rows that go through the last product at once, whose outputs are as many as the vocabulary has words.
const HEAD_ROWS: usize = 64;

/// Words, decoder layers, and the product that makes logits. `D` is a dense layer, `W` a matrix and `T` a tensor, planned or
/// loaded; `R` is what turns heads, once it is loaded.
pub(super) struct Llama<D, W, T, R> {
    spec: LlamaSpec,
    /// The most tokens of an answer.
    max_answer: usize,
    /// The table of words, unless it is the weight of the head.
    words: Option<Table<W>>,
    layers: Vec<DecoderLayer<D, T>>,
    norm: RmsNorm<T>,
    head: D,
    rotary: R,
}

/// A llama before its weights are loaded.
pub(super) type PlannedLlama = Llama<PlannedDense, WeightName, String, ()>;

/// A llama that runs.
pub(super) type LoadedLlama = Llama<LoadedDense, Weight, Tensor, RotaryTable>;

/// Plans the llama of a manifest, and counts the most tokens of its output.
pub(super) fn plan(manifest: &Manifest, planner: &mut Planner) -> Result<(PlannedLlama, usize), GraphError> {
    let spec = manifest.llama.clone().expect("the manifest's check asks a llama for its sizes; qed");
    let max_answer = manifest.output.values();
    let (vocabulary, hidden, last) = (spec.vocabulary, spec.hidden, spec.layers + 1);
    let words = "model.embed_tokens";
    let table = (!spec.tied_head).then(|| Table::plan(0, words, (vocabulary, hidden), planner)).transpose()?;
    let layers = (0..spec.layers).map(|index| DecoderLayer::plan(index, &spec, planner)).collect::<Result<_, _>>()?;
    let norm = RmsNorm::plan(last, "model.norm", hidden, spec.epsilon(), planner)?;
    let head = if spec.tied_head { words } else { "lm_head" };
    let shape = DenseShape { inputs: hidden, outputs: vocabulary, rows: max_answer, has_bias: false };
    let head = PlannedDense::plan(last, head, shape, planner)?;
    let planned = Llama { spec, max_answer, words: table, layers, norm, head, rotary: () };
    planned.count(planner)?;
    Ok((planned, max_answer))
}

impl PlannedLlama {
    /// Counts the memory of a call: all keys and values, what the trace hashes, and the widest step.
    fn count(&self, planner: &mut Planner) -> Result<(), GraphError> {
        let Self { spec, max_answer, head, .. } = self;
        let refused = |source: KernelError| GraphError::Shape { layer: 0, source };
        let contexts = Context::values(spec).map_err(refused)?;
        // As values, as bytes, and as what is hashed.
        let trace = 3 * max_answer * spec.hidden;
        let rows = HEAD_ROWS.min(*max_answer);
        // The last rows and their norm; logits twice; the candidates of a draw with their weights.
        let drawing = 2 * spec.hidden * (PREFILL_ROWS.min(spec.max_tokens) + rows)
            + 2 * spec.vocabulary * (rows + 2)
            + head.workspace_values(rows);
        let widest = self.layers.iter().map(|layer| layer.workspace_values(spec)).fold(drawing, usize::max);
        planner.cost.hold((contexts + trace + widest) as u64);
        planner.cost.weight_bytes += (spec.max_tokens * spec.head_size() * size_of::<f32>()) as u64;
        Ok(())
    }

    /// The sizes.
    pub fn spec(&self) -> &LlamaSpec {
        &self.spec
    }

    pub fn load(self, weights: &Weights) -> Result<LoadedLlama, WeightsError> {
        let Self { spec, max_answer, words, layers, norm, head, rotary: () } = self;
        let rotary = RotaryTable::new(spec.head_size(), spec.rotary_base(), spec.max_tokens);
        Ok(Llama {
            max_answer,
            words: words.map(|words| words.load(weights)).transpose()?,
            layers: layers.into_iter().map(|layer| layer.load(weights)).collect::<Result<_, _>>()?,
            norm: norm.load(weights)?,
            head: head.load(weights)?,
            rotary: rotary.expect("the manifest's check has bounded the head, the base and the positions; qed"),
            spec,
        })
    }
}

impl Generates for LoadedLlama {
    fn generate(&self, batch: &mut dyn Batch<TokenCall, End<Generated>>) -> Result<(), OpError> {
        self.answer(batch)
    }

    fn replay(&self, call: TokenCall, answer: &[u32]) -> Result<Option<Replayed>, OpError> {
        self.order(call).map(|order| self.redraw(&order, answer)).transpose()
    }
}

impl LoadedLlama {
    /// Runs `tokens`, at most [`PREFILL_ROWS`], as many after those of each context, and returns a row for each: what goes into
    /// the last product. A row has the same bits whatever runs with it.
    fn advance(&self, tokens: &[u32], contexts: &mut [&mut Context], budget: &Budget) -> Result<Tensor, OpError> {
        let of_context = tokens.len() / contexts.len();
        let of_rows: Vec<u32> = contexts.iter().flat_map(|context| context.positions(of_context)).collect();
        let positions = Positions { table: &self.rotary, of_rows: &of_rows };
        let mut x = match &self.words {
            Some(words) => words.rows(tokens)?,
            None => self.head.weight_rows(tokens)?,
        };
        for (index, layer) in self.layers.iter().enumerate() {
            budget.check()?;
            let mut caches: Vec<_> = contexts.iter_mut().map(|context| context.cache(index)).collect();
            x = layer.forward(&x, &positions, &mut caches)?;
        }
        // The head is another step, and the largest where the vocabulary is.
        budget.check()?;
        self.norm.forward(&x)
    }

    /// The logits of each of `rows`, which [`advance`](Self::advance) has returned.
    fn logits(&self, rows: &Tensor) -> Result<Vec<f32>, OpError> {
        Ok(ops::values(&self.head.forward(rows)?)?)
    }
}

#[cfg(test)]
mod tests;
