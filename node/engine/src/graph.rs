//! Graphs: the layers of a manifest, fitted to the shapes of the weights, then run over the kernels.

mod cnn;
mod error;
mod layers;
mod mlp;
mod planner;

pub use error::GraphError;
pub use planner::Cost;

use crate::ops::OpError;
use crate::package::{Architecture, Manifest};
use crate::weights::{Header, Weights, WeightsError};
use candle_core::Tensor;

/// A loaded graph. One call is one thread's work; calls may run side by side.
pub(crate) trait Graph: Send + Sync {
    /// Runs the graph on the values of one input.
    fn forward(&self, input: Vec<f32>) -> Result<Forward, OpError>;
}

/// What one call computed.
pub(crate) struct Forward {
    /// The output of the last layer.
    pub output: Vec<f32>,
    /// The input of the last weighted layer: what the trace hashes.
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
        };
        if outputs != manifest.output.values() {
            return Err(GraphError::Output { graph: outputs, manifest: manifest.output.values() });
        }
        Ok(Self { cost: planner.finish()?, graph })
    }

    /// Loads the weights.
    pub fn load(self, weights: &Weights) -> Result<Box<dyn Graph>, WeightsError> {
        Ok(match self.graph {
            PlannedGraph::Mlp(graph) => Box::new(graph.load(weights)?),
            PlannedGraph::Cnn(graph) => Box::new(graph.load(weights)?),
        })
    }
}

/// Runs `layers` one after the other, and keeps what goes into the one at `last_weighted`.
fn run_layers<L>(
    layers: &[L],
    last_weighted: usize,
    mut x: Tensor,
    forward: impl Fn(&L, &Tensor) -> Result<Tensor, OpError>,
) -> Result<Forward, OpError> {
    let mut last_layer_inputs = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        if index == last_weighted {
            last_layer_inputs = crate::ops::values(&x)?;
        }
        x = forward(layer, &x)?;
    }
    Ok(Forward { output: crate::ops::values(&x)?, last_layer_inputs })
}
