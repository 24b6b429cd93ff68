//! Relu, Tanh, Sigmoid and Softmax.

use super::arguments::{expect, expect_int};
use crate::import::constants::Constants;
use crate::import::onnx::Node;
use crate::import::steps::{Activation, Flow, Step, Steps};
use crate::import::OperatorError;

pub(super) fn relu(node: &Node, _: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    append(node, Activation::Relu, steps)
}

pub(super) fn tanh(node: &Node, _: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    append(node, Activation::Tanh, steps)
}

pub(super) fn sigmoid(node: &Node, _: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    append(node, Activation::Sigmoid, steps)
}

/// Over the values of a row, which are its second and last dimension.
pub(super) fn softmax(node: &Node, _: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    let flow @ Flow::Row(_) = steps.flow() else { return Err(OperatorError::Values(steps.flow().to_string())) };
    expect_int(node, "axis", "1 or -1", |axis| axis == 1 || axis == -1)?;
    expect(node, 1, &["axis"])?;
    steps.push(node, Step::Activation(Activation::Softmax), flow)
}

fn append(node: &Node, activation: Activation, steps: &mut Steps) -> Result<(), OperatorError> {
    expect(node, 1, &[])?;
    steps.push(node, Step::Activation(activation), steps.flow())
}
