//! Convolutional network: convolutions and pools over one image, then linear layers over its values.

use super::layers::{Activation, Conv2d, Linear, PackedWeight, WeightName};
use super::planner::{ImageShape, Planner};
use super::sequence::run_layers;
use super::{Forward, Graph, GraphError};
use crate::ops::{self, OpError};
use crate::package::{Architecture, LayerSpec, Manifest};
use crate::weights::{Weights, WeightsError};
use crate::Budget;
use candle_core::{Device, Tensor};
use votive_kernels::{PackedLinear, Pool2dShape};

/// Layers over an image. `C` is a convolution and `L` a linear layer, planned or loaded.
pub(super) struct Cnn<C, L> {
    input: ImageShape,
    layers: Vec<Layer<C, L>>,
    last_weighted: usize,
}

/// A cnn before its weights are loaded.
pub(super) type PlannedCnn = Cnn<Conv2d<String, String>, Linear<WeightName, String>>;

/// A cnn that runs.
pub(super) type LoadedCnn = Cnn<Conv2d<PackedLinear, Tensor>, Linear<PackedWeight, Tensor>>;

enum Layer<C, L> {
    Conv2d(C),
    MaxPool2d(Pool2dShape),
    /// To a row of that many values.
    Flatten(usize),
    Linear(L),
    Activation(Activation),
}

/// What flows between two layers.
#[derive(Clone, Copy)]
enum Shape {
    Image(ImageShape),
    Row(usize),
}

impl Shape {
    fn values(self) -> usize {
        match self {
            // The planner has refused more than i32::MAX values; qed
            Self::Image((channels, height, width)) => channels * height * width,
            Self::Row(columns) => columns,
        }
    }
}

/// Plans the cnn of a manifest, and counts its outputs.
pub(super) fn plan(manifest: &Manifest, planner: &mut Planner) -> Result<(PlannedCnn, usize), GraphError> {
    let [channels, height, width] = manifest.input.shape[..] else {
        let dimensions = manifest.input.shape.len();
        return Err(GraphError::InputRank { dimensions, architecture: Architecture::Cnn });
    };
    let input = (channels, height, width);
    let mut shape = Shape::Image(input);
    let mut layers = Vec::with_capacity(manifest.layers.len());
    for (index, spec) in manifest.layers.iter().enumerate() {
        let (layer, next) = plan_layer(index, spec, shape, planner)?;
        layers.push(layer);
        shape = next;
    }
    let weighted = |layer: &PlannedLayer| matches!(layer, Layer::Conv2d(_) | Layer::Linear(_));
    let last_weighted = layers.iter().rposition(weighted).ok_or(GraphError::NoWeights)?;
    Ok((Cnn { input, layers, last_weighted }, shape.values()))
}

type PlannedLayer = Layer<Conv2d<String, String>, Linear<WeightName, String>>;

fn plan_layer(
    index: usize,
    spec: &LayerSpec,
    shape: Shape,
    planner: &mut Planner,
) -> Result<(PlannedLayer, Shape), GraphError> {
    Ok(match (spec, shape) {
        (LayerSpec::Conv2d { weight, bias, stride, padding }, Shape::Image(image)) => {
            let (conv, out) = planner.conv2d(index, image, (weight, bias.as_deref()), (*stride, *padding))?;
            (Layer::Conv2d(conv), Shape::Image(out))
        }
        (LayerSpec::MaxPool2d { kernel, stride }, Shape::Image(image)) => {
            let (pool, out) = planner.max_pool2d(index, image, (*kernel, *stride))?;
            (Layer::MaxPool2d(pool), Shape::Image(out))
        }
        (LayerSpec::Flatten {}, Shape::Image(_)) => (Layer::Flatten(shape.values()), Shape::Row(shape.values())),
        (LayerSpec::Linear { weight, scales, bias }, Shape::Row(columns)) => {
            let linear = planner.linear(index, columns, (weight, scales.as_deref(), bias.as_deref()))?;
            let outputs = linear.shape.outputs;
            (Layer::Linear(linear), Shape::Row(outputs))
        }
        (LayerSpec::Relu {} | LayerSpec::Tanh {} | LayerSpec::Sigmoid {}, _)
        | (LayerSpec::Softmax {}, Shape::Row(_)) => {
            let refused = GraphError::Layer { layer: index, architecture: Architecture::Cnn };
            let activation = Activation::of(spec, shape.values()).ok_or(refused)?;
            planner.activation(index, shape.values())?;
            (Layer::Activation(activation), shape)
        }
        _ => return Err(GraphError::Layer { layer: index, architecture: Architecture::Cnn }),
    })
}

impl PlannedCnn {
    pub fn load(self, weights: &Weights) -> Result<LoadedCnn, WeightsError> {
        let load = |layer: PlannedLayer| {
            Ok(match layer {
                Layer::Conv2d(conv) => Layer::Conv2d(conv.load(weights)?),
                Layer::MaxPool2d(pool) => Layer::MaxPool2d(pool),
                Layer::Flatten(values) => Layer::Flatten(values),
                Layer::Linear(linear) => Layer::Linear(linear.load(weights)?),
                Layer::Activation(activation) => Layer::Activation(activation),
            })
        };
        let layers = self.layers.into_iter().map(load).collect::<Result<_, WeightsError>>()?;
        Ok(Cnn { input: self.input, layers, last_weighted: self.last_weighted })
    }
}

impl Graph<Vec<f32>> for LoadedCnn {
    /// One image after the other: what a convolution computes for each is product enough.
    fn forward(&self, inputs: Vec<Vec<f32>>, budget: &Budget) -> Result<Vec<Forward>, OpError> {
        inputs.into_iter().map(|image| self.image(image, budget)).collect()
    }
}

impl LoadedCnn {
    fn image(&self, values: Vec<f32>, budget: &Budget) -> Result<Forward, OpError> {
        let (channels, height, width) = self.input;
        let x = Tensor::from_vec(values, (1, channels, height, width), &Device::Cpu)?;
        let ran = run_layers((&self.layers, self.last_weighted), x, budget, |layer, x| match layer {
            Layer::Conv2d(conv) => conv.forward(x),
            Layer::MaxPool2d(pool) => ops::max_pool2d(x, *pool),
            Layer::Flatten(values) => Ok(x.reshape((1, *values))?),
            Layer::Linear(linear) => linear.forward(x),
            Layer::Activation(activation) => activation.forward(x),
        })?;
        ran.of_rows(0, 1)
    }
}
