//! Graphs: the layers of a manifest, fitted to the shapes of the weights, then run over the kernels.

mod bert;
mod cnn;
mod cost;
mod dense;
mod error;
mod layer_norm;
mod layers;
mod llama;
mod loaded;
mod mlp;
mod planner;
mod rms_norm;
mod sequence;
mod table;

pub use cost::Cost;
pub use error::GraphError;
pub(crate) use loaded::LoadedGraph;

use crate::ops::OpError;
use crate::package::{Architecture, Manifest, PackageError};
use crate::tokens::TokenInput;
use crate::weights::{Header, Weights};
use crate::{Batch, Budget, Difference};
use votive_digest::Parameters;

/// A graph over inputs of type `I`. A batch is one thread's work; batches may run side by side.
pub(crate) trait Graph<I>: Send + Sync {
    /// Runs the graph on inputs, at least one, each to the bits that it has alone, and asks `budget` before each layer.
    fn forward(&self, inputs: Vec<I>, budget: &Budget) -> Result<Vec<Forward>, OpError>;
}

/// A graph that answers token by token, as a request's parameters ask. A batch is one thread's work, and asks the budgets of
/// its calls before each layer.
pub(crate) trait Generates: Send + Sync {
    /// Answers the calls of a batch, each to the bits that it has alone, and ends each as soon as it has its last token. Before
    /// each token another call may join.
    ///
    /// # Errors
    /// What ended all calls that run.
    fn generate(&self, batch: &mut dyn Batch<TokenCall, End<Generated>>) -> Result<(), OpError>;

    /// Whether `answer` is what [`generate`](Self::generate) gives to `call`, by one pass over the input and the answer.
    fn replay(&self, call: TokenCall, answer: &[u32]) -> Result<Option<Replayed>, OpError>;
}

/// One call of a graph that generates.
pub(crate) struct TokenCall {
    pub input: Vec<u32>,
    pub parameters: Parameters,
    pub budget: Budget,
}

/// How a call ended: with what was computed, or with `None` if its input, or the parameters of a graph that generates, is not what
/// the manifest declares.
pub(crate) type End<T> = Result<Option<T>, OpError>;

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
                let input = match tokenizer {
                    None => ids(graph.spec().vocabulary),
                    Some(file) => TokenInput::byte_level(graph.spec(), input.bytes(), &file)?,
                };
                LoadedGraph::Generator { input, graph: Box::new(graph.load(weights)?) }
            }
        })
    }
}
