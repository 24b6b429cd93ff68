//! Products, whole and by columns, packed and not.

use crate::{
    operands::{Operands, Sequence},
    Split, Transcript,
};
use alloc::vec::Vec;
use votive_kernels::{self as kernels, KernelError, LinearShape, PackedLinear, PackedLinearI8, QuantisedRows};

/// Rows, inputs and outputs on both sides of tiles, panels, groups and blocks.
const SHAPES: [[usize; 3]; 10] = [
    [1, 1, 1],
    [1, 17, 33],
    [1, 1030, 200],
    [2, 5, 15],
    [3, 64, 16],
    [8, 129, 50],
    [9, 300, 131],
    [13, 256, 64],
    [24, 48, 97],
    [40, 31, 20],
];

/// The operands of one product.
struct Layer {
    shape: LinearShape,
    x: Vec<f32>,
    weight: Vec<f32>,
    weight_i8: Vec<i8>,
    scales: Vec<f32>,
    bias: Vec<f32>,
}

/// The layers of all shapes.
fn layers(operands: Operands) -> impl Iterator<Item = Layer> {
    SHAPES.into_iter().zip(1..).map(move |([rows, inputs, outputs], seed)| {
        let mut sequence = Sequence::new(seed);
        let mut floats = |count| operands.floats(&mut sequence, count);
        let (x, weight, bias) = (floats(rows * inputs), floats(outputs * inputs), floats(outputs));
        let scales = (0..outputs).map(|_| sequence.unit()).collect();
        let weight_i8 = sequence.int8s(outputs * inputs);
        Layer { shape: LinearShape { rows, inputs, outputs }, x, weight, weight_i8, scales, bias }
    })
}

/// The outcomes of `compute` on the layers of all shapes, with a bias and without one.
fn transcript(
    operands: Operands,
    compute: impl Fn(&Layer, Option<&[f32]>) -> Result<Vec<f32>, KernelError>,
) -> Transcript {
    let mut transcript = Transcript::default();
    for layer in layers(operands) {
        transcript.outcome(compute(&layer, None));
        transcript.outcome(compute(&layer, Some(&layer.bias)));
    }
    transcript
}

pub fn linear(operands: Operands, split: Split) -> Transcript {
    transcript(operands, |layer, bias| {
        let LinearShape { rows, inputs, outputs } = layer.shape;
        split.by_rows(&layer.x, rows, outputs, |x, out| {
            let shape = LinearShape { rows: x.len() / inputs, ..layer.shape };
            kernels::linear(x, &layer.weight, bias, shape, out)
        })
    })
}

pub fn packed_linear(operands: Operands, split: Split) -> Transcript {
    transcript(operands, |layer, bias| {
        let LinearShape { rows, inputs, outputs } = layer.shape;
        let packed = PackedLinear::new(&layer.weight, inputs, outputs)?;
        let step = split.rows.get().min(rows);
        split.by_columns(rows, outputs, |range, out| {
            let columns = packed.columns(range.clone())?;
            let bias = bias.map(|bias| &bias[range.clone()]);
            let mut chunks = layer.x.chunks(step * inputs).zip(out.chunks_mut(step * range.len()));
            chunks.try_for_each(|(x, out)| columns.apply(x, bias, x.len() / inputs, out))
        })
    })
}

pub fn quantise(operands: Operands, split: Split) -> Transcript {
    let mut transcript = Transcript::default();
    for Layer { shape: LinearShape { rows, inputs, .. }, x, .. } in layers(operands) {
        let parts = x.chunks(split.rows.get().min(rows) * inputs).collect();
        for quantised in split.each(parts, |x: &[f32]| QuantisedRows::new(x, inputs, x.len() / inputs)) {
            let quantised = quantised.expect("finite rows are quantised");
            for (row, scale) in quantised.rows().zip(quantised.scales()) {
                let bytes: Vec<u8> = row.iter().map(|value| value.to_le_bytes()[0]).collect();
                transcript.bytes(&bytes);
                transcript.floats(&[*scale]);
            }
        }
    }
    transcript
}

pub fn linear_i8(operands: Operands, split: Split) -> Transcript {
    transcript(operands, |layer, bias| {
        let LinearShape { rows, inputs, outputs } = layer.shape;
        split.by_rows(&layer.x, rows, outputs, |x, out| {
            let shape = LinearShape { rows: x.len() / inputs, ..layer.shape };
            kernels::linear_i8(x, &layer.weight_i8, &layer.scales, bias, shape, out)
        })
    })
}

pub fn packed_linear_i8(operands: Operands, split: Split) -> Transcript {
    transcript(operands, |layer, bias| {
        let LinearShape { rows, inputs, outputs } = layer.shape;
        let packed = PackedLinearI8::new(&layer.weight_i8, &layer.scales, inputs, outputs)?;
        let step = split.rows.get().min(rows);
        let quantised: Vec<QuantisedRows> = layer
            .x
            .chunks(step * inputs)
            .map(|x| QuantisedRows::new(x, inputs, x.len() / inputs))
            .collect::<Result<_, _>>()?;
        split.by_columns(rows, outputs, |range, out| {
            let columns = packed.columns(range.clone())?;
            let bias = bias.map(|bias| &bias[range.clone()]);
            let mut chunks = quantised.iter().zip(out.chunks_mut(step * range.len()));
            chunks.try_for_each(|(x, out)| columns.apply(x, bias, out))
        })
    })
}
