//! Two perceptrons: of f32 weights over bytes, and of int8 weights over floats.

use super::{
    package::{f32_input, manifest, Site, Tensors, Weights},
    Model, INPUTS,
};
use crate::operands::Sequence;
use color_eyre::eyre::Result;
use serde_json::json;

const WIDTHS: [usize; 4] = [70, 130, 48, 10];

pub fn f32(site: Site<'_>) -> Result<Model> {
    let mut manifest =
        manifest("mlp", "mlp", json!({ "dtype": "u8", "shape": [WIDTHS[0]], "scale": 0.0078125 }), WIDTHS[3]);
    manifest["layers"] = json!([
        { "type": "linear", "weight": "fc0.weight", "bias": "fc0.bias" }, { "type": "tanh" },
        { "type": "linear", "weight": "fc1.weight", "bias": "fc1.bias" }, { "type": "relu" },
        { "type": "linear", "weight": "fc2.weight", "bias": "fc2.bias" }, { "type": "softmax" },
    ]);
    let mut tensors = Tensors::new(Weights::F32, 2000);
    for (layer, widths) in WIDTHS.windows(2).enumerate() {
        tensors.dense(&format!("fc{layer}"), widths[1], widths[0]);
    }
    let mut sequence = Sequence::new(2001);
    let inputs = (0..INPUTS).map(|_| (0..WIDTHS[0]).map(|_| sequence.below(256) as u8).collect()).collect();
    Ok(Model { name: "mlp", package: tensors.into_package(site, &manifest)?, inputs })
}

pub fn i8(site: Site<'_>) -> Result<Model> {
    let mut manifest = manifest("mlp_i8", "mlp", json!({ "dtype": "f32", "shape": [WIDTHS[0]] }), WIDTHS[3]);
    let linear = |layer: usize| {
        let name = |part: &str| format!("fc{layer}.{part}");
        json!({ "type": "linear", "weight": name("weight"), "scales": name("scales"), "bias": name("bias") })
    };
    manifest["layers"] =
        json!([linear(0), { "type": "sigmoid" }, linear(1), { "type": "tanh" }, linear(2), { "type": "softmax" }]);
    let mut tensors = Tensors::new(Weights::I8, 2100);
    for (layer, widths) in WIDTHS.windows(2).enumerate() {
        tensors.dense(&format!("fc{layer}"), widths[1], widths[0]);
    }
    let mut sequence = Sequence::new(2101);
    let inputs = (0..INPUTS).map(|index| f32_input(&mut sequence, index, WIDTHS[0])).collect();
    Ok(Model { name: "mlp_i8", package: tensors.into_package(site, &manifest)?, inputs })
}
