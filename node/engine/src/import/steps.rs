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
    /// Rows and columns, on the way to a row or an image: the values of a row, which no layer takes as a matrix.
    Matrix(usize, usize),
    /// Channels, height and width.
    Image(usize, usize, usize),
}

/// A step, and the operator that it comes from, as messages show it.
pub(super) type NamedStep = (String, Step);

/// The steps so far, and what flows out of the last one.
pub(super) struct Steps {
    /// What the first step takes.
    input: Flow,
    steps: Vec<NamedStep>,
    /// What the last step is followed by, until it is known which layer it folds into, and the operator that it began with.
    pending: Option<(String, Affine)>,
    flow: Flow,
}

impl Steps {
    /// No steps yet, from an input on.
    pub fn from(input: Flow) -> Self {
        Self { input, steps: Vec::new(), pending: None, flow: input }
    }

    /// What the first layer takes.
    pub fn input(&self) -> Flow {
        match self.input {
            Flow::Matrix(..) => Flow::Row(self.input.values()),
            input => input,
        }
    }

    /// What the next operator takes.
    pub fn flow(&self) -> Flow {
        self.flow
    }

    /// Takes what flows, as operator `node` does, as `flow` of as many values in the same order.
    pub fn reshape(&mut self, node: &Node, flow: Flow) -> Result<(), OperatorError> {
        match (self.flow, flow) {
            (same, flow) if same == flow => Ok(()),
            // Nothing is computed yet, so a request carries the image: its bytes are the same.
            (_, Flow::Image(..))
                if self.steps.is_empty() && self.pending.as_ref().is_none_or(|(_, all)| all.is_uniform()) =>
            {
                (self.input, self.flow) = (flow, flow);
                Ok(())
            }
            (from, Flow::Image(..)) => Err(OperatorError::Reshape { from: from.to_string(), to: flow.to_string() }),
            (Flow::Image(_, height, width), _) => {
                let pixels = height.saturating_mul(width);
                self.push(node, Step::Flatten { pixels }, flow)
            }
            (Flow::Row(_) | Flow::Matrix(..), _) => {
                self.flow = flow;
                Ok(())
            }
        }
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
            // The greatest value of a window stays the greatest.
            (_, Step::MaxPool2d(next)) if affine.keeps_order() => {
                self.pending = Some((node, affine));
                Step::MaxPool2d(next)
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
    /// What has these `sizes`, without the batch.
    pub fn of(sizes: &[usize]) -> Option<Self> {
        match *sizes {
            [values] => Some(Self::Row(values)),
            [rows, columns] => Some(Self::Matrix(rows, columns)),
            [channels, height, width] => Some(Self::Image(channels, height, width)),
            _ => None,
        }
    }

    /// Its sizes, with the batch of 1 before them.
    pub fn with_batch(self) -> Vec<usize> {
        match self {
            Self::Row(values) => vec![1, values],
            Self::Matrix(rows, columns) => vec![1, rows, columns],
            Self::Image(channels, height, width) => vec![1, channels, height, width],
        }
    }

    /// All values.
    pub fn values(self) -> usize {
        match self {
            Self::Row(values) => values,
            Self::Matrix(rows, columns) => rows.saturating_mul(columns),
            Self::Image(channels, height, width) => channels.saturating_mul(height).saturating_mul(width),
        }
    }
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row(values) => write!(f, "a row of {values} values"),
            Self::Matrix(rows, columns) => write!(f, "a matrix of {rows} × {columns}"),
            Self::Image(channels, height, width) => write!(f, "an image of {channels} × {height} × {width}"),
        }
    }
}
