//! Flatten, Reshape, Squeeze and Unsqueeze: the same values, in the same order, under other sizes.

use super::arguments::{axes, expect, expect_int, input};
use crate::import::constants::Constants;
use crate::import::onnx::Node;
use crate::import::steps::{Flow, Steps};
use crate::import::OperatorError;

/// Everything behind the batch becomes one row.
pub(super) fn flatten(node: &Node, _: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    expect(node, 1, &["axis"])?;
    let flow = steps.flow();
    let from_the_end = match flow {
        Flow::Row(_) => -1,
        Flow::Matrix(..) => -2,
        Flow::Image(..) => -3,
    };
    expect_int(node, "axis", "1", |axis| axis == 1 || axis == from_the_end)?;
    steps.reshape(node, Flow::Row(flow.values()))
}

/// To the sizes that a constant tells, or that the graph computes of its shapes. One of them may be -1, which follows from the others.
pub(super) fn reshape(node: &Node, constants: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    expect(node, 2, &["allowzero"])?;
    let mut asked = constants.sizes(input(node, 1)?)?;
    // Zero stands for the size that is there, unless it is allowed.
    if node.attributes.int("allowzero")?.unwrap_or(0) == 0 {
        for (size, kept) in asked.iter_mut().zip(sizes(steps.flow())).filter(|(size, _)| **size == 0) {
            *size = kept;
        }
    }
    to(node, asked, steps)
}

/// Without dimensions of 1.
pub(super) fn squeeze(node: &Node, constants: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    expect(node, 2, &["axes"])?;
    let mut sizes = sizes(steps.flow());
    for place in axes(node, constants, |_| sizes.len())?.into_iter().rev() {
        sizes.remove(place);
    }
    to(node, sizes, steps)
}

/// With further dimensions of 1.
pub(super) fn unsqueeze(node: &Node, constants: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    expect(node, 2, &["axes"])?;
    let mut sizes = sizes(steps.flow());
    for place in axes(node, constants, |added| sizes.len() + added)? {
        sizes.insert(place, 1);
    }
    to(node, sizes, steps)
}

/// Takes what flows with these sizes, batch first.
fn to(node: &Node, sizes: Vec<i64>, steps: &mut Steps) -> Result<(), OperatorError> {
    let from = steps.flow();
    match flow(&sizes, from.values()) {
        Some(flow) => steps.reshape(node, flow),
        None => Err(OperatorError::Sizes { sizes, values: from.to_string() }),
    }
}

/// What flows with these sizes, if the batch is 1 and it is that many values.
fn flow(sizes: &[i64], values: usize) -> Option<Flow> {
    let known = |product: usize, size: &i64| product.checked_mul(usize::try_from(*size).ok()?);
    let known = sizes.iter().filter(|size| **size != -1).try_fold(1, known)?;
    let resolve = |size: &i64| if *size == -1 { values.checked_div(known) } else { usize::try_from(*size).ok() };
    match sizes.iter().map(resolve).collect::<Option<Vec<_>>>()?[..] {
        [1, ref sizes @ ..] => Flow::of(sizes).filter(|flow| flow.values() == values),
        _ => None,
    }
}

/// The sizes of what flows, batch first.
fn sizes(flow: Flow) -> Vec<i64> {
    flow.with_batch().into_iter().map(|size| i64::try_from(size).unwrap_or(i64::MAX)).collect()
}
