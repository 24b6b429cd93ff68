//! Conv of an image, with the same stride and the same padding in both directions.

use super::arguments::{expect, expect_int, input, misfit, row};
use super::max_pool::{one_for_both, unpadded};
use crate::import::constants::Constants;
use crate::import::onnx::Node;
use crate::import::steps::{Conv2d, Flow, Step, Steps};
use crate::import::OperatorError;
use votive_kernels::Conv2dShape;

pub(super) fn append(node: &Node, constants: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    expect(node, 3, &["auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"])?;
    expect_int(node, "group", "1", |groups| groups == 1)?;
    let name = input(node, 1)?;
    let flow = steps.flow();
    let Flow::Image(in_channels, height, width) = flow else { return Err(OperatorError::Values(flow.to_string())) };
    let (out_channels, kernel_height, kernel_width) = match *constants.shape(name)? {
        [out, taken, height, width] if taken == in_channels && out > 0 && height > 0 && width > 0 => {
            (out, height, width)
        }
        ref shape => return Err(misfit(name, shape, flow)),
    };
    let kernel = [kernel_height, kernel_width].map(|size| i64::try_from(size).ok());
    if node.attributes.ints("kernel_shape")?.is_some_and(|told| told.into_iter().map(Some).ne(kernel)) {
        return Err(OperatorError::Attribute {
            name: "kernel_shape",
            allowed: "the last two dimensions of the weight",
        });
    }
    let stride = one_for_both(node, "strides")?.unwrap_or(1);
    let padding = match node.attributes.text("auto_pad")? {
        Some("SAME_UPPER" | "SAME_LOWER") => same_padding([(height, kernel_height), (width, kernel_width)], stride)?,
        _ => padding(node)?,
    };
    let shape = Conv2dShape {
        batch: 1,
        in_channels,
        height,
        width,
        out_channels,
        kernel_height,
        kernel_width,
        stride,
        padding,
    };
    let (out_height, out_width) = shape.output_size().map_err(OperatorError::Window)?;
    let weight = constants.take(name)?;
    let bias = node.input(2).map(|name| row(name, constants, out_channels)).transpose()?;
    let conv = Conv2d { shape, weight, bias };
    steps.push(node, Step::Conv2d(conv), Flow::Image(out_channels, out_height, out_width))
}

/// The padding with which there are as many windows as the stride has steps in the image, if it is the same on all four sides.
fn same_padding(sizes: [(usize, usize); 2], stride: usize) -> Result<usize, OperatorError> {
    let padding = |(size, kernel): (usize, usize)| {
        let covered = (size.div_ceil(stride).saturating_sub(1)).saturating_mul(stride).saturating_add(kernel);
        covered.saturating_sub(size)
    };
    match sizes.map(padding) {
        [rows, columns] if rows == columns && rows % 2 == 0 => Ok(rows / 2),
        _ => Err(OperatorError::Attribute {
            name: "auto_pad",
            allowed: "one that pads all four sides alike, as an odd kernel with stride 1 does",
        }),
    }
}

/// Rows and columns of zeros on each side.
fn padding(node: &Node) -> Result<usize, OperatorError> {
    if unpadded(node)? {
        return Ok(0);
    }
    let pads = node.attributes.ints("pads")?.unwrap_or_default();
    let refused = OperatorError::Attribute { name: "pads", allowed: "the same number on all four sides" };
    match pads[..] {
        [top, left, bottom, right] if [left, bottom, right] == [top; 3] => usize::try_from(top).map_err(|_| refused),
        _ => Err(refused),
    }
}
