//! Multi-layer perceptron: linear layers and activations over a row of values.

use super::layers::{Activation, Linear, PackedWeight, WeightName};
use super::planner::Planner;
use super::sequence::run_layers;
use super::{Forward, Graph, GraphError};
use crate::ops::OpError;
use crate::package::{Architecture, LayerSpec, Manifest};
use crate::weights::{Weights, WeightsError};
use crate::Budget;
use candle_core::{Device, Tensor};

/// Layers over a row. `L` is a linear layer, planned or loaded.
pub(super) struct Mlp<L> {
    inputs: usize,
    layers: Vec<Layer<L>>,
    last_weighted: usize,
}

/// An mlp before its weights are loaded.
pub(super) type PlannedMlp = Mlp<Linear<WeightName, String>>;

/// An mlp that runs.
pub(super) type LoadedMlp = Mlp<Linear<PackedWeight, Tensor>>;

enum Layer<L> {
    Linear(L),
    Activation(Activation),
}

/// Plans the mlp of a manifest, and counts its outputs.
pub(super) fn plan(manifest: &Manifest, planner: &mut Planner) -> Result<(PlannedMlp, usize), GraphError> {
    let architecture = Architecture::Mlp;
    let [inputs] = manifest.input.shape[..] else {
        return Err(GraphError::InputRank { dimensions: manifest.input.shape.len(), architecture });
    };
    let mut columns = inputs;
    let mut layers = Vec::with_capacity(manifest.layers.len());
    for (index, layer) in manifest.layers.iter().enumerate() {
        layers.push(match layer {
            LayerSpec::Linear { weight, scales, bias } => {
                let linear = planner.linear(index, columns, (weight, scales.as_deref(), bias.as_deref()))?;
                columns = linear.shape.outputs;
                Layer::Linear(linear)
            }
            other => {
                let activation =
                    Activation::of(other, columns).ok_or(GraphError::Layer { layer: index, architecture })?;
                planner.activation(index, columns)?;
                Layer::Activation(activation)
            }
        });
    }
    let last_weighted = layers.iter().rposition(|layer| matches!(layer, Layer::Linear(_)));
    Ok((Mlp { inputs, layers, last_weighted: last_weighted.ok_or(GraphError::NoWeights)? }, columns))
}

impl PlannedMlp {
    pub fn load(self, weights: &Weights) -> Result<LoadedMlp, WeightsError> {
        let load = |layer: Layer<Linear<WeightName, String>>| match layer {
            Layer::Linear(linear) => linear.load(weights).map(Layer::Linear),
            Layer::Activation(activation) => Ok(Layer::Activation(activation)),
        };
        let layers = self.layers.into_iter().map(load).collect::<Result<_, WeightsError>>()?;
        Ok(Mlp { inputs: self.inputs, layers, last_weighted: self.last_weighted })
    }
}

impl Graph<Vec<f32>> for LoadedMlp {
    /// A row for each input.
    fn forward(&self, inputs: Vec<Vec<f32>>, budget: &Budget) -> Result<Vec<Forward>, OpError> {
        let rows = inputs.len();
        let x = Tensor::from_vec(inputs.concat(), (rows, self.inputs), &Device::Cpu)?;
        let ran = run_layers((&self.layers, self.last_weighted), x, budget, |layer, x| match layer {
            Layer::Linear(linear) => linear.forward(x),
            Layer::Activation(activation) => activation.forward(x),
        })?;
        (0..rows).map(|row| ran.of_rows(row, 1)).collect()
    }
}
