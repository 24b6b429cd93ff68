//! MatMul of a row with a constant matrix.

use super::arguments::{expect, input, misfit};
use crate::import::constants::{transposed, Constants};
use crate::import::onnx::Node;
use crate::import::steps::{Flow, Linear, Step, Steps};
use crate::import::OperatorError;

pub(super) fn append(node: &Node, constants: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    expect(node, 2, &[])?;
    let name = input(node, 1)?;
    let flow = steps.flow();
    let Flow::Row(inputs) = flow else { return Err(OperatorError::Values(flow.to_string())) };
    let outputs = match *constants.shape(name)? {
        [rows, columns] if rows == inputs && columns > 0 => columns,
        ref shape => return Err(misfit(name, shape, flow)),
    };
    let weight = transposed(&constants.take(name)?, outputs);
    let linear = Linear { inputs, outputs, weight, bias: None };
    steps.push(node, Step::Linear(linear), Flow::Row(outputs))
}
