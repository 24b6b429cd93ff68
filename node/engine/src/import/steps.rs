//! The layers of a package as they grow, operator by operator. What only scales and shifts is folded into weights.

mod affine;
mod fold;

pub(super) use affine::Affine;

use super::onnx::Node;
use super::OperatorError;
use std::fmt;
use votive_kernels::{Conv2dShape, Pool2dShape};

/// A layer, its weights in the engine's order.
pub(super) enum Step {
    /// A dense layer.
    Linear(Linear),
    /// A convolution.
    Conv2d(Conv2d),
    /// A pool.
    MaxPool2d(Pool2dShape),
    /// From an image with that many pixels a channel to a row.
    Flatten { pixels: usize },
    /// A function of each value or row.
    Activation(Activation),
}

/// A dense layer.
pub(super) struct Linear {
    /// Columns of the weight.
    pub inputs: usize,
    /// Rows of the weight.
    pub outputs: usize,
    /// Outputs × inputs.
    pub weight: Vec<f32>,
    /// One for each output.
    pub bias: Option<Vec<f32>>,
}

/// A convolution.
pub(super) struct Conv2d {
    /// Its sizes.
    pub shape: Conv2dShape,
    /// Out channels × in channels × kernel height × kernel width.
    pub weight: Vec<f32>,
    /// One for each out channel.
    pub bias: Option<Vec<f32>>,
}

/// A function of each value or row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activation {
    Relu,
    Tanh,
    Sigmoid,
    Softmax,
}

/// What flows between two layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// That many values.
    Row(usize),
    /// Channels, height and width.
    Image(usize, usize, usize),
}

/// A step, and the operator that it comes from, as messages show it.
pub(super) type NamedStep = (String, Step);

/// The steps so far, and what flows out of the last one.
pub(super) struct Steps {
    steps: Vec<NamedStep>,
    /// What the last step is followed by, until it is known which layer it folds into, and the operator that it began with.
    pending: Option<(String, Affine)>,
    flow: Flow,
}

impl Steps {
    /// No steps yet, from an input on.
    pub fn from(input: Flow) -> Self {
        Self { steps: Vec::new(), pending: None, flow: input }
    }

    /// What the next operator takes.
    pub fn flow(&self) -> Flow {
        self.flow
    }

    /// Appends the `step` of operator `node`, after which `flow` flows.
    pub fn push(&mut self, node: &Node, step: Step, flow: Flow) -> Result<(), OperatorError> {
        let step = match self.pending.take() {
            None => step,
            Some(pending) => self.fold(pending, step)?,
        };
        self.steps.push((node.to_string(), step));
        self.flow = flow;
        Ok(())
    }

    /// Appends what operator `node` scales and shifts.
    pub fn scale(&mut self, node: &Node, affine: Affine) {
        // Composed first, so that each weight is scaled at most twice, however many operators scale.
        self.pending = Some(match self.pending.take() {
            None => (node.to_string(), affine),
            Some((first, pending)) => (first, pending.then(&affine)),
        });
    }

    /// The steps, once all are there.
    pub fn finish(mut self) -> Result<Vec<NamedStep>, OperatorError> {
        match (self.pending, self.steps.last_mut()) {
            (None, _) => {}
            (Some((_, affine)), Some((_, Step::Linear(linear)))) => linear.then(&affine),
            (Some((_, affine)), Some((_, Step::Conv2d(conv)))) => conv.then(&affine),
            (Some((node, _)), _) => return Err(OperatorError::NotFolded(node)),
        }
        Ok(self.steps)
    }

    /// Folds what is pending into the last step or into the next one, which it returns; a flatten lets it pass.
    fn fold(&mut self, (node, affine): (String, Affine), next: Step) -> Result<Step, OperatorError> {
        Ok(match (self.steps.last_mut(), next) {
            (Some((_, Step::Linear(last))), next) => {
                last.then(&affine);
                next
            }
            (Some((_, Step::Conv2d(last))), next) => {
                last.then(&affine);
                next
            }
            (_, Step::Linear(mut next)) => {
                next.after(&affine);
                Step::Linear(next)
            }
            // The zeros of a padding would miss a shift.
            (_, Step::Conv2d(mut next)) if next.shape.padding == 0 || affine.only_scales() => {
                next.after(&affine);
                Step::Conv2d(next)
            }
            (_, Step::Flatten { pixels }) => {
                self.pending = Some((node, affine.flattened(pixels)));
                Step::Flatten { pixels }
            }
            _ => return Err(OperatorError::NotFolded(node)),
        })
    }
}

impl Flow {
    /// Channels of an image, values of a row: what a scale may differ by.
    pub fn channels(self) -> usize {
        match self {
            Self::Row(values) => values,
            Self::Image(channels, ..) => channels,
        }
    }

    /// All values.
    pub fn values(self) -> usize {
        match self {
            Self::Row(values) => values,
            Self::Image(channels, height, width) => channels.saturating_mul(height).saturating_mul(width),
        }
    }
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row(values) => write!(f, "a row of {values} values"),
            Self::Image(channels, height, width) => write!(f, "an image of {channels} × {height} × {width}"),
        }
    }
}
