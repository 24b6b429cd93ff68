//! Graphs: the layers of a manifest, fitted to the shapes of the weights, then run over the kernels.

mod bert;
mod cnn;
mod cost;
mod dense;
mod error;
mod layer_norm;
mod layers;
mod mlp;
mod planner;
mod table;

pub use cost::Cost;
pub use error::GraphError;

use crate::ops::OpError;
use crate::package::{Architecture, InputSpec, Manifest, PackageError};
use crate::tokens::TokenInput;
use crate::weights::{Header, Weights};
use crate::Budget;
use candle_core::Tensor;

/// A graph over inputs of type `I`. One call is one thread's work; calls may run side by side.
pub(crate) trait Graph<I>: Send + Sync {
    /// Runs the graph on one input, and asks `budget` before each layer.
    fn forward(&self, input: I, budget: &Budget) -> Result<Forward, OpError>;
}

/// A loaded graph, and how it reads the bytes of a request.
pub(crate) enum LoadedGraph {
    OfValues { input: InputSpec, graph: Box<dyn Graph<Vec<f32>>> },
    OfTokens { input: TokenInput, graph: Box<dyn Graph<Vec<u32>>> },
}

impl LoadedGraph {
    /// Runs the graph on one request's input; `None` if that is not what the manifest declares.
    pub fn forward(&self, input: &[u8], budget: &Budget) -> Result<Option<Forward>, OpError> {
        match self {
            Self::OfValues { input: spec, graph } => {
                let Some(values) = spec.read(input) else { return Ok(None) };
                votive_kernels::check_finite(&values)?;
                graph.forward(values, budget).map(Some)
            }
            Self::OfTokens { input: tokens, graph } => {
                tokens.read(input).map(|ids| graph.forward(ids, budget)).transpose()
            }
        }
    }
}

/// What one call computed.
pub(crate) struct Forward {
    /// The output of the last layer.
    pub output: Vec<f32>,
    /// The input of the last linear or convolutional layer: what the trace hashes.
    pub last_layer_inputs: Vec<f32>,
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
        };
        if outputs != manifest.output.values() {
            return Err(GraphError::Output { graph: outputs, manifest: manifest.output.values() });
        }
        Ok(Self { cost: planner.finish()?, graph })
    }

    /// Loads the tokenizer, if there is the file of one, and the weights.
    pub fn load(
        self,
        manifest: &Manifest,
        tokenizer: Option<Vec<u8>>,
        weights: &Weights,
    ) -> Result<LoadedGraph, PackageError> {
        let input = manifest.input.clone();
        Ok(match self.graph {
            PlannedGraph::Mlp(graph) => LoadedGraph::OfValues { input, graph: Box::new(graph.load(weights)?) },
            PlannedGraph::Cnn(graph) => LoadedGraph::OfValues { input, graph: Box::new(graph.load(weights)?) },
            PlannedGraph::Bert(graph) => {
                let input = match tokenizer {
                    None => TokenInput::ids(graph.spec()),
                    // Before the weights, so that what parsing takes is free for them again.
                    Some(file) => TokenInput::text(graph.spec(), input.bytes(), &file)?,
                };
                LoadedGraph::OfTokens { input, graph: Box::new(graph.load(weights)?) }
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
