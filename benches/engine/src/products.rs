//! f32 products of packed weights against candle's `Tensor::matmul`, which multiplies with `gemm`.

use crate::report::{Report, Target};
use crate::timing::{candidate, floats, median, medians};
use candle_core::{Device, Tensor};
use color_eyre::Result;
use std::hint::black_box;
use votive_kernels::{Level, PackedLinear};

/// Rows, inputs and outputs.
const SHAPES: [(usize, usize, usize); 9] = [
    (512, 512, 512),
    (1024, 1024, 1024),
    (1536, 1536, 1536),
    (2048, 2048, 2048),
    (128, 384, 1536),
    (1, 4096, 4096),
    (4, 4096, 4096),
    (1, 4096, 11008),
    (4, 4096, 11008),
];

pub fn run(report: &mut Report) -> Result<()> {
    for level in Level::available().into_iter().filter(|&level| level != Level::PORTABLE) {
        report.section(&format!("f32 products at {}: speed as a multiple of candle's", level.name()));
        let mut ratios = Vec::new();
        for (rows, inputs, outputs) in SHAPES {
            let (x, weight) = (floats(rows * inputs), floats(inputs * outputs));
            let packed = PackedLinear::new(&weight, inputs, outputs)?;
            let mut out = vec![0.0; rows * outputs];
            let candle_x = Tensor::from_slice(&x, (rows, inputs), &Device::Cpu)?;
            // As candle's linear layer has it: outputs × inputs, transposed by its strides.
            let candle_weight = Tensor::from_vec(weight, (outputs, inputs), &Device::Cpu)?.t()?;
            let seconds = medians(vec![
                candidate(|| Ok(packed.apply_at(level, &x, None, rows, &mut out)?)),
                candidate(|| {
                    black_box(candle_x.matmul(&candle_weight)?);
                    Ok(())
                }),
            ])?;
            let rate = |seconds: f64| 2e-9 * (rows * inputs * outputs) as f64 / seconds;
            let detail = format!("{:6.1} and {:6.1} GFLOP/s", rate(seconds[0]), rate(seconds[1]));
            let ratio = seconds[1] / seconds[0];
            report.ratio(&format!("{rows} x {inputs} x {outputs}"), ratio, Target::AtLeast(0.9), &detail);
            ratios.push(ratio);
        }
        report.ratio("median of the shapes", median(ratios), Target::AtLeast(1.0), "");
    }
    Ok(())
}
