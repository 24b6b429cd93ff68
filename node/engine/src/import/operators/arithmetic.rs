//! Add, Sub, Mul and Div by a constant.

use super::arguments::{expect, input, per_channel};
use crate::import::constants::Constants;
use crate::import::onnx::Node;
use crate::import::steps::{Affine, Steps};
use crate::import::OperatorError;

pub(super) fn add(node: &Node, constants: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    append(node, constants, steps, |constant, _| (1.0, constant))
}

/// The constant may be what is subtracted, or what is subtracted from.
pub(super) fn subtract(node: &Node, constants: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    append(node, constants, steps, |constant, side| match side {
        Side::Right => (1.0, -constant),
        Side::Left => (-1.0, constant),
    })
}

pub(super) fn multiply(node: &Node, constants: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    append(node, constants, steps, |constant, _| (constant, 0.0))
}

/// By a constant, but not of a constant.
pub(super) fn divide(node: &Node, constants: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    if let (Some(divisor), true) = (node.input(1), node.input(1).is_none_or(|name| !constants.contains(name))) {
        return Err(OperatorError::NotConstant(divisor.into()));
    }
    append(node, constants, steps, |constant, _| (1.0 / constant, 0.0))
}

/// Where the constant stands.
#[derive(Clone, Copy)]
enum Side {
    Left,
    Right,
}

/// Appends the affine step whose scale and shift are made of each constant.
fn append(
    node: &Node,
    constants: &mut Constants,
    steps: &mut Steps,
    scale_and_shift: impl Fn(f64, Side) -> (f64, f64),
) -> Result<(), OperatorError> {
    expect(node, 2, &[])?;
    let (left, right) = (input(node, 0)?, input(node, 1)?);
    let (name, side) = if constants.contains(left) { (left, Side::Left) } else { (right, Side::Right) };
    let constants = per_channel(name, constants, steps.flow())?;
    let channels = constants.into_iter().map(|constant| scale_and_shift(f64::from(constant), side)).collect();
    steps.scale(node, Affine::new(channels));
    Ok(())
}
