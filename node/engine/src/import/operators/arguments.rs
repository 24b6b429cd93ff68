//! What operators ask of their inputs and attributes.

use crate::import::constants::{from_the_start, Constants};
use crate::import::onnx::Node;
use crate::import::steps::Flow;
use crate::import::OperatorError;
use std::collections::BTreeSet;

/// Refuses attributes other than `known`, and inputs beyond the first `inputs`.
pub(super) fn expect(node: &Node, inputs: usize, known: &[&str]) -> Result<(), OperatorError> {
    if let Some(unknown) = node.attributes.names().find(|name| !known.contains(name)) {
        return Err(OperatorError::UnknownAttribute(unknown.into()));
    }
    match (inputs..node.inputs.len()).find(|index| node.input(*index).is_some()) {
        Some(extra) => Err(OperatorError::ExtraInput(extra)),
        None => Ok(()),
    }
}

/// Refuses an attribute whose value, if it is there, is not `allowed`.
pub(super) fn expect_int(
    node: &Node,
    name: &'static str,
    allowed: &'static str,
    is_allowed: impl Fn(i64) -> bool,
) -> Result<(), OperatorError> {
    match node.attributes.int(name)? {
        Some(value) if !is_allowed(value) => Err(OperatorError::Attribute { name, allowed }),
        _ => Ok(()),
    }
}

/// The dimensions that the operator names as its input 1 or, in older operator sets, as its attribute `axes`, in ascending order and
/// none twice. With the batch there are as many as `rank` says for the number of those named.
pub(super) fn axes(
    node: &Node,
    constants: &Constants,
    rank: impl Fn(usize) -> usize,
) -> Result<Vec<usize>, OperatorError> {
    let refused =
        || OperatorError::Attribute { name: "axes", allowed: "there, and each of them once and within the dimensions" };
    let axes = match node.input(1) {
        Some(name) => constants.sizes(name)?,
        None => node.attributes.ints("axes")?.ok_or_else(refused)?,
    };
    let rank = rank(axes.len());
    let place = |axis: &i64| from_the_start(*axis, rank).filter(|place| *place < rank);
    let places: BTreeSet<usize> = axes.iter().map(place).collect::<Option<_>>().ok_or_else(refused)?;
    if places.len() < axes.len() {
        return Err(refused());
    }
    Ok(places.into_iter().collect())
}

/// The name of the input at `index`, which must be there.
pub(super) fn input<'a>(node: &Node<'a>, index: usize) -> Result<&'a str, OperatorError> {
    node.input(index).ok_or(OperatorError::MissingInput(index))
}

/// The floats of the constant `name`, of which there must be one for each channel of `flow`, or one for all: its other dimensions must be
/// 1, and must be there where they tell channels from pixels.
pub(super) fn per_channel(name: &str, constants: &mut Constants, flow: Flow) -> Result<Vec<f32>, OperatorError> {
    let shape = constants.shape(name)?;
    let without_batch = match (shape, flow) {
        ([1, rest @ ..], Flow::Row(_)) if rest.len() == 1 => rest,
        ([1, rest @ ..], Flow::Image(..)) if rest.len() == 3 => rest,
        (shape, _) => shape,
    };
    let fits = without_batch.iter().all(|n| *n == 1)
        || match (without_batch, flow) {
            ([n], Flow::Row(values)) => *n == values,
            ([n, 1, 1], Flow::Image(channels, ..)) => *n == channels,
            _ => false,
        };
    if !fits || shape.len() > flow.with_batch().len() {
        return Err(misfit(name, shape, flow));
    }
    constants.take(name)
}

/// The floats of the constant `name`, of which there must be one for each of `count`, in one dimension.
pub(super) fn row(name: &str, constants: &mut Constants, count: usize) -> Result<Vec<f32>, OperatorError> {
    let shape = constants.shape(name)?;
    if shape != [count] {
        return Err(misfit(name, shape, Flow::Row(count)));
    }
    constants.take(name)
}

/// A constant whose shape does not suit what it is applied to.
pub(super) fn misfit(name: &str, shape: &[usize], flow: Flow) -> OperatorError {
    OperatorError::ConstantShape { name: name.into(), shape: shape.to_vec(), values: flow.to_string() }
}
