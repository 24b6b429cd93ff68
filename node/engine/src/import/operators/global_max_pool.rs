//! GlobalMaxPool, and ReduceMax over the pixels of an image: one window as large as the image.

use super::arguments::{axes, expect};
use crate::import::constants::Constants;
use crate::import::onnx::Node;
use crate::import::steps::{Flow, Step, Steps};
use crate::import::OperatorError;
use votive_kernels::Pool2dShape;

pub(super) fn append(node: &Node, _: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    expect(node, 1, &[])?;
    pool(node, steps)
}

/// Over rows and columns, which stay as dimensions of 1 unless `keepdims` is 0.
pub(super) fn reduce_max(node: &Node, constants: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    expect(node, 2, &["axes", "keepdims", "noop_with_empty_axes"])?;
    if !matches!(steps.flow(), Flow::Image(..)) || axes(node, constants, |_| 4)? != [2, 3] {
        return Err(OperatorError::Attribute { name: "axes", allowed: "the rows and columns of an image" });
    }
    pool(node, steps)?;
    match node.attributes.int("keepdims")? {
        Some(0) => steps.reshape(node, Flow::Row(steps.flow().values())),
        _ => Ok(()),
    }
}

fn pool(node: &Node, steps: &mut Steps) -> Result<(), OperatorError> {
    match steps.flow() {
        Flow::Image(channels, height, width) if height == width => {
            let shape = Pool2dShape { batch: 1, channels, height, width, kernel: height, stride: height };
            steps.push(node, Step::MaxPool2d(shape), Flow::Image(channels, 1, 1))
        }
        flow => Err(OperatorError::Values(flow.to_string())),
    }
}
