//! BatchNormalization in inference: a scale and a shift of each channel, by what training has measured.

use super::arguments::{expect, expect_int, input, row};
use crate::import::constants::Constants;
use crate::import::onnx::Node;
use crate::import::steps::{Affine, Flow, Steps};
use crate::import::OperatorError;

/// ONNX's epsilon if a node tells none: the f32 nearest to it.
const EPSILON: f32 = 1e-5;

pub(super) fn append(node: &Node, constants: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    expect(node, 5, &["epsilon", "momentum", "spatial", "training_mode"])?;
    expect_int(node, "training_mode", "0", |mode| mode == 0)?;
    expect_int(node, "spatial", "1", |spatial| spatial == 1)?;
    let epsilon = f64::from(node.attributes.float("epsilon")?.unwrap_or(EPSILON));
    let channels = match steps.flow() {
        Flow::Row(values) => values,
        Flow::Image(channels, ..) => channels,
        flow @ Flow::Matrix(..) => return Err(OperatorError::Values(flow.to_string())),
    };
    let mut take = |index| row(input(node, index)?, constants, channels);
    let (gamma, beta, mean, variance) = (take(1)?, take(2)?, take(3)?, take(4)?);
    let normalise = |channel: usize| {
        let [gamma, beta, mean, variance] = [&gamma, &beta, &mean, &variance].map(|values| f64::from(values[channel]));
        let scale = gamma / (variance + epsilon).sqrt();
        (scale, beta - mean * scale)
    };
    steps.scale(node, Affine::new((0..channels).map(normalise).collect()));
    Ok(())
}
