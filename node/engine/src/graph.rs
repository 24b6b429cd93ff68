//! Graphs: the layers of a manifest, fitted to the shapes of the weights, then run over the kernels.

mod bert;
mod cnn;
mod cost;
mod dense;
mod error;
mod layer_norm;
mod layers;
mod llama;
mod mlp;
mod planner;
mod rms_norm;
mod table;

pub use cost::Cost;
pub use error::GraphError;

use crate::ops::OpError;
use crate::package::{Architecture, InputSpec, Manifest, PackageError};
use crate::tokens::TokenInput;
use crate::weights::{Header, Weights};
use crate::{Budget, Difference};
use candle_core::Tensor;
use votive_digest::Parameters;

/// A graph over inputs of type `I`. One call is one thread's work; calls may run side by side.
pub(crate) trait Graph<I>: Send + Sync {
    /// Runs the graph on one input, and asks `budget` before each layer.
    fn forward(&self, input: I, budget: &Budget) -> Result<Forward, OpError>;
}

/// A graph that answers token by token, as a request's parameters ask. One call is one thread's work, and asks its budget
/// before each layer.
pub(crate) trait Generates: Send + Sync {
    /// Answers an input's tokens; `None` if they or the parameters are not what the model takes.
    fn generate(&self, input: Vec<u32>, parameters: &Parameters, budget: &Budget)
        -> Result<Option<Generated>, OpError>;

    /// Whether `answer` is what [`generate`](Self::generate) gives, by one pass over the input and the answer.
    fn replay(
        &self,
        input: Vec<u32>,
        parameters: &Parameters,
        answer: &[u32],
        budget: &Budget,
    ) -> Result<Option<Replayed>, OpError>;
}

/// A loaded graph, and how it reads the bytes of a request.
pub(crate) enum LoadedGraph {
    OfValues { input: InputSpec, graph: Box<dyn Graph<Vec<f32>>> },
    OfTokens { input: TokenInput, graph: Box<dyn Graph<Vec<u32>>> },
    Generator { input: TokenInput, graph: Box<dyn Generates> },
}

impl LoadedGraph {
    /// Runs the graph on one request's input; `None` if that, or the parameters of a graph that generates, is not what the
    /// manifest declares.
    pub fn run(&self, input: &[u8], parameters: &Parameters, budget: &Budget) -> Result<Option<Computed>, OpError> {
        Ok(match self {
            Self::OfValues { input: spec, graph } => {
                let Some(values) = spec.read(input) else { return Ok(None) };
                votive_kernels::check_finite(&values)?;
                Some(Computed::Values(graph.forward(values, budget)?))
            }
            Self::OfTokens { input: tokens, graph } => {
                let Some(ids) = tokens.read(input) else { return Ok(None) };
                Some(Computed::Values(graph.forward(ids, budget)?))
            }
            Self::Generator { input: tokens, graph } => {
                let Some(ids) = tokens.read(input) else { return Ok(None) };
                graph.generate(ids, parameters, budget)?.map(Computed::Tokens)
            }
        })
    }

    /// Replays an answer of tokens, which only a graph that generates gives; `None` as in [`run`](Self::run).
    pub fn replay(
        &self,
        input: &[u8],
        parameters: &Parameters,
        answer: &[u32],
        budget: &Budget,
    ) -> Result<Option<Replayed>, OpError> {
        let Self::Generator { input: tokens, graph } = self else { return Ok(None) };
        let Some(ids) = tokens.read(input) else { return Ok(None) };
        graph.replay(ids, parameters, answer, budget)
    }

    /// The text of an answer's tokens, for people, if there is a tokenizer that knows it.
    pub fn text(&self, answer: &[u32]) -> Option<String> {
        match self {
            Self::Generator { input, .. } => input.decode(answer),
            Self::OfValues { .. } | Self::OfTokens { .. } => None,
        }
    }
}

/// What a graph that gives values computed.
pub(crate) struct Forward {
    /// The output of the last layer.
    pub output: Vec<f32>,
    /// The input of the last linear or convolutional layer: what the trace hashes.
    pub last_layer_inputs: Vec<f32>,
}

/// What a graph that generates computed.
#[derive(Default)]
pub(crate) struct Generated {
    /// The tokens of the answer.
    pub tokens: Vec<u32>,
    /// A row for each of them: what went into the last product, and what the trace hashes.
    pub last_layer_inputs: Vec<f32>,
}

/// What comes of replaying an answer.
pub(crate) enum Replayed {
    /// It was generated so.
    Equal(Generated),
    Differs(Difference),
}

/// What one call computed, of either kind.
pub(crate) enum Computed {
    Values(Forward),
    Tokens(Generated),
}

/// A graph whose layers fit each other and their weights, before a weight is loaded.
pub(crate) struct Plan {
    /// What it will cost.
    pub cost: Cost,
    graph: PlannedGraph,
}

enum PlannedGraph {
    Mlp(mlp::PlannedMlp),
    Cnn(cnn::PlannedCnn),
    Bert(bert::PlannedBert),
    Llama(llama::PlannedLlama),
}

impl Plan {
    /// Fits the layers of `manifest` to the tensors of `header`.
    pub fn new(manifest: &Manifest, header: &Header) -> Result<Self, GraphError> {
        let mut planner = planner::Planner::new(header);
        let (graph, outputs) = match manifest.architecture {
            Architecture::Mlp => {
                let (graph, outputs) = mlp::plan(manifest, &mut planner)?;
                (PlannedGraph::Mlp(graph), outputs)
            }
            Architecture::Cnn => {
                let (graph, outputs) = cnn::plan(manifest, &mut planner)?;
                (PlannedGraph::Cnn(graph), outputs)
            }
            Architecture::Bert => {
                let (graph, outputs) = bert::plan(manifest, &mut planner)?;
                (PlannedGraph::Bert(graph), outputs)
            }
            Architecture::Llama => {
                let (graph, outputs) = llama::plan(manifest, &mut planner)?;
                (PlannedGraph::Llama(graph), outputs)
            }
        };
        if outputs != manifest.output.values() {
            return Err(GraphError::Output { graph: outputs, manifest: manifest.output.values() });
        }
        Ok(Self { cost: planner.finish(manifest.architecture)?, graph })
    }

    /// Loads the tokenizer, if there is the file of one, and the weights.
    pub fn load(
        self,
        manifest: &Manifest,
        tokenizer: Option<Vec<u8>>,
        weights: &Weights,
    ) -> Result<LoadedGraph, PackageError> {
        let input = manifest.input.clone();
        let ids = |vocabulary| TokenInput::Ids { max_tokens: input.values(), vocabulary };
        Ok(match self.graph {
            PlannedGraph::Mlp(graph) => LoadedGraph::OfValues { input, graph: Box::new(graph.load(weights)?) },
            PlannedGraph::Cnn(graph) => LoadedGraph::OfValues { input, graph: Box::new(graph.load(weights)?) },
            PlannedGraph::Bert(graph) => {
                let input = match tokenizer {
                    None => ids(graph.spec().vocabulary),
                    // Before the weights, so that what parsing takes is free for them again.
                    Some(file) => TokenInput::word_pieces(graph.spec(), input.bytes(), &file)?,
                };
                LoadedGraph::OfTokens { input, graph: Box::new(graph.load(weights)?) }
            }
            PlannedGraph::Llama(graph) => {
                let vocabulary = graph.spec().vocabulary;
                let input = match tokenizer {
                    None => ids(vocabulary),
                    Some(file) => TokenInput::byte_level(vocabulary, input.bytes(), &file)?,
                };
                LoadedGraph::Generator { input, graph: Box::new(graph.load(weights)?) }
            }
        })
    }
}

/// Runs `layers` one after the other, and keeps what goes into the one at `last_weighted`.
fn run_layers<L>(
    (layers, last_weighted): (&[L], usize),
    mut x: Tensor,
    budget: &Budget,
    forward: impl Fn(&L, &Tensor) -> Result<Tensor, OpError>,
) -> Result<Forward, OpError> {
    let mut last_layer_inputs = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        budget.check()?;
        if index == last_weighted {
            last_layer_inputs = crate::ops::values(&x)?;
        }
        x = forward(layer, &x)?;
    }
    Ok(Forward { output: crate::ops::values(&x)?, last_layer_inputs })
}
