//! Flatten, and Reshape to a flat row.

use super::arguments::{expect, expect_int, input};
use crate::import::constants::Constants;
use crate::import::onnx::Node;
use crate::import::steps::{Flow, Step, Steps};
use crate::import::OperatorError;

/// Everything behind the batch becomes one row.
pub(super) fn flatten(node: &Node, _: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    expect(node, 1, &["axis"])?;
    let from_the_end = match steps.flow() {
        Flow::Row(_) => -1,
        Flow::Image(..) => -3,
    };
    expect_int(node, "axis", "1", |axis| axis == 1 || axis == from_the_end)?;
    append(node, steps)
}

/// To `[batch, values]`, where one of the two may be -1, and the batch 0, as ONNX has it.
pub(super) fn reshape(node: &Node, constants: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    expect(node, 2, &["allowzero"])?;
    expect_int(node, "allowzero", "0", |allowed| allowed == 0)?;
    let name = input(node, 1)?;
    let sizes = constants.sizes(name)?;
    let values = i64::try_from(steps.flow().values()).unwrap_or(i64::MAX);
    let is_flat = match sizes[..] {
        [-1, row] => row == values,
        [0 | 1, row] => row == values || row == -1,
        _ => false,
    };
    if !is_flat {
        let shape = sizes.into_iter().map(|size| usize::try_from(size).unwrap_or(0)).collect();
        return Err(OperatorError::ConstantShape { name: name.into(), shape, values: steps.flow().to_string() });
    }
    append(node, steps)
}

fn append(node: &Node, steps: &mut Steps) -> Result<(), OperatorError> {
    let flow = steps.flow();
    match flow {
        Flow::Row(_) => Ok(()),
        Flow::Image(_, height, width) => {
            let pixels = height.saturating_mul(width);
            steps.push(node, Step::Flatten { pixels }, Flow::Row(flow.values()))
        }
    }
}
