//! A convolutional network over floats.

use super::{
    package::{f32_input, manifest, Site, Tensors, Weights},
    Model, INPUTS,
};
use crate::operands::Sequence;
use color_eyre::eyre::Result;
use serde_json::json;

/// Channels, height and width of an image.
const IMAGE: [usize; 3] = [3, 16, 13];
const CLASSES: usize = 10;

pub fn f32(site: Site<'_>) -> Result<Model> {
    let mut manifest = manifest("cnn", "cnn", json!({ "dtype": "f32", "shape": IMAGE }), CLASSES);
    manifest["layers"] = json!([
        { "type": "conv2d", "weight": "conv0.weight", "bias": "conv0.bias", "stride": 1, "padding": 1 },
        { "type": "relu" }, { "type": "max_pool2d", "kernel": 2, "stride": 2 },
        { "type": "conv2d", "weight": "conv1.weight", "bias": "conv1.bias", "stride": 2, "padding": 2 },
        { "type": "tanh" }, { "type": "flatten" },
        { "type": "linear", "weight": "fc.weight", "bias": "fc.bias" },
    ]);
    let mut tensors = Tensors::new(Weights::F32, 2200);
    // 3 × 16 × 13 → 18 × 16 × 13 → 18 × 8 × 6 → 20 × 4 × 3.
    tensors
        .f32("conv0.weight", &[18, IMAGE[0], 3, 3], 0.4)
        .f32("conv0.bias", &[18], 0.5)
        .f32("conv1.weight", &[20, 18, 5, 5], 0.1)
        .f32("conv1.bias", &[20], 0.5)
        .dense("fc", CLASSES, 240);
    let mut sequence = Sequence::new(2201);
    let inputs = (0..INPUTS).map(|index| f32_input(&mut sequence, index, IMAGE.iter().product())).collect();
    Ok(Model { name: "cnn", package: tensors.into_package(site, &manifest)?, inputs })
}
