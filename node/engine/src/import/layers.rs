//! Steps as the layers of a manifest and the tensors of its weights.

use super::steps::{Activation, NamedStep, Step};
use super::ImportError;
use crate::package::LayerSpec;
use crate::weights::F32Tensor;

/// The layers of a manifest and their tensors.
#[derive(Default)]
pub(super) struct Layers {
    /// The layers.
    pub specs: Vec<LayerSpec>,
    /// Their tensors, named by kind and place among the layers with weights.
    pub tensors: Vec<F32Tensor>,
    weighted: usize,
}

impl Layers {
    /// The layers that `steps` make.
    pub fn of(steps: Vec<NamedStep>) -> Result<Self, ImportError> {
        let mut layers = Self::default();
        for (node, step) in steps {
            let first = layers.tensors.len();
            let spec = layers.add(step);
            layers.specs.push(spec);
            let finite = |tensor: &F32Tensor| tensor.values.iter().all(|value| value.is_finite());
            if !layers.tensors[first..].iter().all(finite) {
                return Err(ImportError::NotFinite(node));
            }
        }
        Ok(layers)
    }

    fn add(&mut self, step: Step) -> LayerSpec {
        match step {
            Step::Linear(linear) => {
                let shape = vec![linear.outputs, linear.inputs];
                let (weight, bias) = self.weights("linear", shape, linear.weight, linear.bias);
                LayerSpec::Linear { weight, scales: None, bias }
            }
            Step::Conv2d(conv) => {
                let sizes = conv.shape;
                let shape = vec![sizes.out_channels, sizes.in_channels, sizes.kernel_height, sizes.kernel_width];
                let (weight, bias) = self.weights("conv", shape, conv.weight, conv.bias);
                LayerSpec::Conv2d { weight, bias, stride: sizes.stride, padding: sizes.padding }
            }
            Step::MaxPool2d(sizes) => LayerSpec::MaxPool2d { kernel: sizes.kernel, stride: sizes.stride },
            Step::Flatten { .. } => LayerSpec::Flatten {},
            Step::Activation(Activation::Relu) => LayerSpec::Relu {},
            Step::Activation(Activation::Tanh) => LayerSpec::Tanh {},
            Step::Activation(Activation::Sigmoid) => LayerSpec::Sigmoid {},
            Step::Activation(Activation::Softmax) => LayerSpec::Softmax {},
        }
    }

    /// Keeps the tensors of a layer, and returns their names.
    fn weights(
        &mut self,
        kind: &str,
        shape: Vec<usize>,
        weight: Vec<f32>,
        bias: Option<Vec<f32>>,
    ) -> (String, Option<String>) {
        self.weighted += 1;
        let number = self.weighted;
        let bias = bias.map(|bias| (format!("{kind}{number}.bias"), vec![shape[0]], bias));
        let weight = (format!("{kind}{number}.weight"), shape, weight);
        let mut keep = |(name, shape, values): (String, Vec<usize>, Vec<f32>)| {
            self.tensors.push(F32Tensor { name: name.clone(), shape, values });
            name
        };
        (keep(weight), bias.map(keep))
    }
}
