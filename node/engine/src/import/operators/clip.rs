//! Clip at zero and Max with zero, which are Relu; no other bounds.

use super::arguments::{expect, input, per_channel};
use crate::import::constants::Constants;
use crate::import::onnx::Node;
use crate::import::steps::{Activation, Step, Steps};
use crate::import::OperatorError;

/// The bounds are inputs, or attributes in older operator sets.
pub(super) fn clip(node: &Node, constants: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    expect(node, 3, &["max", "min"])?;
    let mut bound = |index, name| match node.input(index) {
        Some(name) => per_channel(name, constants, steps.flow()),
        None => Ok(node.attributes.float(name)?.into_iter().collect()),
    };
    let (least, most) = (bound(1, "min")?, bound(2, "max")?);
    if !is_zero(&least) {
        return Err(OperatorError::Attribute { name: "min", allowed: "0" });
    }
    if most.iter().any(|most| *most < f32::MAX) {
        return Err(OperatorError::Attribute { name: "max", allowed: "absent: the engine has Relu, not ReLU6" });
    }
    steps.push(node, Step::Activation(Activation::Relu), steps.flow())
}

/// The constant may stand on either side.
pub(super) fn max(node: &Node, constants: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    expect(node, 2, &[])?;
    let (left, right) = (input(node, 0)?, input(node, 1)?);
    let name = if constants.contains(left) { left } else { right };
    if !is_zero(&per_channel(name, constants, steps.flow())?) {
        return Err(OperatorError::Bound(name.into()));
    }
    steps.push(node, Step::Activation(Activation::Relu), steps.flow())
}

fn is_zero(bound: &[f32]) -> bool {
    !bound.is_empty() && bound.iter().all(|least| *least == 0.0)
}
