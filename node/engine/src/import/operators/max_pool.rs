//! MaxPool of an image over square windows, and what it shares with Conv.

use super::arguments::{expect, expect_int};
use crate::import::constants::Constants;
use crate::import::onnx::Node;
use crate::import::steps::{Flow, Step, Steps};
use crate::import::OperatorError;
use votive_kernels::Pool2dShape;

pub(super) fn append(node: &Node, _: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    expect(node, 1, &["auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "storage_order", "strides"])?;
    let flow = steps.flow();
    let Flow::Image(channels, height, width) = flow else { return Err(OperatorError::Values(flow.to_string())) };
    if !unpadded(node)? {
        return Err(OperatorError::Attribute { name: "pads", allowed: "0: the engine's pools have no padding" });
    }
    let missing = OperatorError::Attribute { name: "kernel_shape", allowed: "there" };
    let kernel = one_for_both(node, "kernel_shape")?.ok_or(missing)?;
    let stride = one_for_both(node, "strides")?.unwrap_or(1);
    let shape = Pool2dShape { batch: 1, channels, height, width, kernel, stride };
    let (out_height, out_width) = shape.output_size().map_err(OperatorError::Window)?;
    // The windows are as many, rounded up or down, if the last of them ends with the image.
    let is_covered = [height, width].iter().all(|size| (size - kernel) % stride == 0);
    expect_int(node, "ceil_mode", "0, unless windows cover the image", |mode| mode == 0 || is_covered)?;
    steps.push(node, Step::MaxPool2d(shape), Flow::Image(channels, out_height, out_width))
}

/// The attribute of two numbers, for rows and for columns, which must be the same and above 0; `None` if it is not there.
pub(super) fn one_for_both(node: &Node, name: &'static str) -> Result<Option<usize>, OperatorError> {
    match node.attributes.ints(name)?.as_deref() {
        None => Ok(None),
        Some([rows, columns]) if rows == columns && *rows > 0 => Ok(usize::try_from(*rows).ok()),
        Some(_) => Err(OperatorError::Attribute { name, allowed: "the same for rows and columns, and above 0" }),
    }
}

/// Whether windows lie wholly inside of the image. Refuses dilated windows, and padding that the exporter left to the runtime.
pub(super) fn unpadded(node: &Node) -> Result<bool, OperatorError> {
    if node.attributes.ints("dilations")?.is_some_and(|dilations| dilations.iter().any(|dilation| *dilation != 1)) {
        return Err(OperatorError::Attribute { name: "dilations", allowed: "1" });
    }
    match node.attributes.text("auto_pad")? {
        None | Some("NOTSET") => {
            Ok(node.attributes.ints("pads")?.is_none_or(|pads| pads.iter().all(|padding| *padding == 0)))
        }
        Some("VALID") => Ok(true),
        Some(_) => {
            Err(OperatorError::Attribute { name: "auto_pad", allowed: "NOTSET or VALID, with the padding in `pads`" })
        }
    }
}
