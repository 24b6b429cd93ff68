//! int8 products of one row against candle's Q8_0, and what they read weights with against the bandwidth of one thread.

use crate::bandwidth::read_bandwidth;
use crate::report::{Report, Target};
use crate::timing::{candidate, floats, medians};
use candle_core::quantized::{GgmlDType, QMatMul, QTensor};
use candle_core::{Device, Module, Tensor};
use color_eyre::Result;
use std::hint::black_box;
use votive_kernels::{PackedLinearI8, QuantisedRows};

/// Inputs and outputs.
const SHAPES: [(usize, usize); 2] = [(4096, 4096), (4096, 11008)];

/// Bytes of weights to rotate through, so that no cache holds them.
const ROTATION_BYTES: usize = 512 << 20;

pub fn run(report: &mut Report) -> Result<()> {
    report.section("int8 products of one row: speed as a multiple of candle's Q8_0, quantising the row included");
    for (inputs, outputs) in SHAPES {
        let (x, weight) = (floats(inputs), floats(inputs * outputs));
        let packed = pack(&weight, inputs, outputs)?;
        let candle_x = Tensor::from_slice(&x, (1, inputs), &Device::Cpu)?;
        let weight = Tensor::from_vec(weight, (outputs, inputs), &Device::Cpu)?;
        let quantised = QMatMul::from_qtensor(QTensor::quantize(&weight, GgmlDType::Q8_0)?)?;
        let mut out = vec![0.0; outputs];
        let seconds = medians(vec![
            candidate(|| multiply(&packed, &x, &mut out)),
            candidate(|| {
                black_box(quantised.forward(&candle_x)?);
                Ok(())
            }),
        ])?;
        let detail = format!("{:.3} and {:.3} ms", 1e3 * seconds[0], 1e3 * seconds[1]);
        report.ratio(&format!("1 x {inputs} x {outputs}"), seconds[1] / seconds[0], Target::AtLeast(1.2), &detail);
    }
    rotating(report)
}

/// Weights that no cache holds, against a plain read of as many bytes in the same rounds.
fn rotating(report: &mut Report) -> Result<()> {
    report.section(&format!(
        "int8 weights read by one row, rotating through {} MiB: part of one thread's bandwidth",
        ROTATION_BYTES >> 20
    ));
    let memory = vec![1u64; ROTATION_BYTES / size_of::<u64>()];
    for (inputs, outputs) in SHAPES {
        let packed = pack(&floats(inputs * outputs), inputs, outputs)?;
        let weights = vec![packed.clone(); ROTATION_BYTES.div_ceil(packed.size_bytes())];
        let (x, mut out) = (floats(inputs), vec![0.0; outputs]);
        let product = candidate(|| weights.iter().try_for_each(|weight| multiply(weight, &x, &mut out)));
        let (read, seconds) = read_bandwidth(&memory, product)?;
        let rate = 1e-9 * (weights.len() * packed.size_bytes()) as f64 / seconds;
        let detail = format!("{rate:.1} of {:.1} GB/s, read best with {}", read.rate, read.way);
        report.ratio(&format!("1 x {inputs} x {outputs}"), rate / read.rate, Target::AtLeast(0.75), &detail);
    }
    Ok(())
}

fn multiply(weight: &PackedLinearI8, x: &[f32], out: &mut [f32]) -> Result<()> {
    let x = QuantisedRows::new(x, weight.inputs(), 1)?;
    Ok(weight.apply(&x, None, out)?)
}

fn pack(weight: &[f32], inputs: usize, outputs: usize) -> Result<PackedLinearI8> {
    let quantised = QuantisedRows::new(weight, inputs, outputs)?;
    let values: Vec<i8> = quantised.rows().flatten().copied().collect();
    Ok(PackedLinearI8::new(&values, quantised.scales(), inputs, outputs)?)
}
