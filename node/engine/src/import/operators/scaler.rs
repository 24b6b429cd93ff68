//! Scaler of scikit-learn's StandardScaler and its relatives: `(value − offset) × scale`.

use super::arguments::expect;
use crate::import::constants::Constants;
use crate::import::onnx::Node;
use crate::import::steps::{Affine, Flow, Steps};
use crate::import::OperatorError;

pub(super) fn append(node: &Node, _: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    expect(node, 1, &["offset", "scale"])?;
    let flow = steps.flow();
    let Flow::Row(values) = flow else { return Err(OperatorError::Values(flow.to_string())) };
    let floats = |name: &'static str| match node.attributes.floats(name)? {
        Some(floats) if floats.len() == 1 || floats.len() == values => Ok(floats),
        _ => Err(OperatorError::Attribute { name, allowed: "one float, or one for each value of the row" }),
    };
    let (offsets, scales) = (floats("offset")?, floats("scale")?);
    // One float stands for all values, and is not unfolded unless the other attribute has one for each.
    let at = |floats: &[f32], index| f64::from(if floats.len() == 1 { floats[0] } else { floats[index] });
    let channel = |index| {
        let scale = at(&scales, index);
        (scale, -at(&offsets, index) * scale)
    };
    let channels = (0..offsets.len().max(scales.len())).map(channel).collect();
    steps.scale(node, Affine::new(channels));
    Ok(())
}
