//! Operators that change nothing in inference: Identity, Cast to 32-bit floats, Dropout.

use super::arguments::{expect, expect_int};
use crate::import::constants::Constants;
use crate::import::onnx::{Element, Node};
use crate::import::steps::Steps;
use crate::import::OperatorError;

pub(super) fn identity(node: &Node, _: &mut Constants, _: &mut Steps) -> Result<(), OperatorError> {
    expect(node, 1, &[])
}

/// Bytes and 32-bit floats become 32-bit floats, which loses nothing.
pub(super) fn cast(node: &Node, _: &mut Constants, _: &mut Steps) -> Result<(), OperatorError> {
    // How to round to 8-bit floats, which this is not.
    expect(node, 1, &["to", "saturate", "round_mode"])?;
    expect_int(node, "to", "1, a 32-bit float", |to| Element(to) == Element::F32)
}

/// Its second input is the probability of training; a third one says whether it trains.
pub(super) fn dropout(node: &Node, _: &mut Constants, _: &mut Steps) -> Result<(), OperatorError> {
    expect(node, 2, &["ratio", "seed"])
}
