//! Gemm of a row with a constant matrix: `alpha × row × matrix + beta × bias`.

use super::arguments::{expect, expect_int, input, misfit, per_channel};
use crate::import::constants::{transposed, Constants};
use crate::import::onnx::Node;
use crate::import::steps::{Flow, Linear, Step, Steps};
use crate::import::OperatorError;

pub(super) fn append(node: &Node, constants: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    expect(node, 3, &["alpha", "beta", "transA", "transB"])?;
    expect_int(node, "transA", "0", |transposed| transposed == 0)?;
    let transposed_matrix = node.attributes.int("transB")?.unwrap_or(0) != 0;
    let name = input(node, 1)?;
    let flow = steps.flow();
    let Flow::Row(inputs) = flow else { return Err(OperatorError::Values(flow.to_string())) };
    let outputs = match (constants.shape(name)?, transposed_matrix) {
        (&[outputs, columns], true) if columns == inputs && outputs > 0 => outputs,
        (&[rows, outputs], false) if rows == inputs && outputs > 0 => outputs,
        (shape, _) => return Err(misfit(name, shape, flow)),
    };
    let mut weight = constants.take(name)?;
    if !transposed_matrix {
        weight = transposed(&weight, outputs);
    }
    scale(&mut weight, node.attributes.float("alpha")?);
    let mut bias = node.input(2).map(|name| bias(name, constants, outputs)).transpose()?;
    scale(bias.as_deref_mut().unwrap_or_default(), node.attributes.float("beta")?);
    let linear = Linear { inputs, outputs, weight, bias };
    steps.push(node, Step::Linear(linear), Flow::Row(outputs))
}

/// One value for each output, from a constant that may hold one for all.
fn bias(name: &str, constants: &mut Constants, outputs: usize) -> Result<Vec<f32>, OperatorError> {
    let bias = per_channel(name, constants, Flow::Row(outputs))?;
    Ok(match bias[..] {
        [all] => vec![all; outputs],
        _ => bias,
    })
}

fn scale(values: &mut [f32], by: Option<f32>) {
    if let Some(by) = by {
        values.iter_mut().for_each(|value| *value *= by);
    }
}
