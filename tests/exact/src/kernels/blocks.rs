//! Products with block-quantised weights, and what they make of their inputs.

use crate::{
    operands::{Operands, Sequence},
    Split, Transcript,
};
use alloc::vec::Vec;
use votive_kernels::{BlockFormat, KernelError, PackedLinearBlocks, QuantisedBlocks};

/// Rows, blocks of 256 inputs and outputs on both sides of tiles and panels.
const SHAPES: [[usize; 3]; 6] = [[1, 1, 1], [1, 3, 100], [2, 2, 16], [3, 1, 33], [6, 2, 48], [13, 1, 70]];

/// The inputs of a block of inputs.
const BLOCK: usize = 256;

pub fn quantise(operands: Operands, split: Split) -> Transcript {
    let mut transcript = Transcript::default();
    for ([rows, blocks, _], seed) in SHAPES.into_iter().zip(1..) {
        // The last block is a short one.
        let inputs = blocks * BLOCK - 19;
        let x = operands.floats(&mut Sequence::new(seed), rows * inputs);
        let parts = x.chunks(split.rows.get().min(rows) * inputs).collect();
        for quantised in split.each(parts, |x: &[f32]| QuantisedBlocks::new(x, inputs, x.len() / inputs)) {
            let quantised = quantised.expect("finite rows are quantised");
            let bytes: Vec<u8> = quantised.values().map(|value| value.to_le_bytes()[0]).collect();
            let scales: Vec<f32> = quantised.scales().collect();
            // By rows, so that it does not show how many were quantised together.
            for (bytes, scales) in bytes.chunks(inputs).zip(scales.chunks(blocks)) {
                transcript.bytes(bytes);
                transcript.floats(scales);
            }
        }
    }
    transcript
}

pub fn linear_q8_0(operands: Operands, split: Split) -> Transcript {
    // Inputs that are no multiple of 256.
    linear(BlockFormat::Q8_0, &[0], 96, operands, split)
}

pub fn linear_q4_k(operands: Operands, split: Split) -> Transcript {
    linear(BlockFormat::Q4K, &[0, 2], 0, operands, split)
}

pub fn linear_q6_k(operands: Operands, split: Split) -> Transcript {
    linear(BlockFormat::Q6K, &[208], 0, operands, split)
}

/// Products with random blocks whose binary16 scales, which lie at `scales`, are finite; then rows of the weights.
fn linear(format: BlockFormat, scales: &[usize], fewer: usize, operands: Operands, split: Split) -> Transcript {
    let mut transcript = Transcript::default();
    for ([rows, blocks, outputs], seed) in SHAPES.into_iter().zip(1..) {
        let inputs = blocks * BLOCK - fewer;
        let mut sequence = Sequence::new(seed);
        let (x, bias) = (operands.floats(&mut sequence, rows * inputs), operands.floats(&mut sequence, outputs));
        let bytes = outputs * inputs / format.block_inputs() * format.block_bytes();
        let mut weight: Vec<u8> = (0..bytes).map(|_| sequence.below(256) as u8).collect();
        for block in weight.chunks_exact_mut(format.block_bytes()) {
            // The exponent 31 is that of infinities and NaNs.
            scales.iter().for_each(|at| block[at + 1] &= 0xbf);
        }
        let packed = PackedLinearBlocks::new(format, &weight, inputs, outputs).expect("sound blocks");
        for bias in [None, Some(&bias[..])] {
            transcript.outcome(product(&packed, &x, rows, bias, split));
        }
        let mut row = alloc::vec![0.0; inputs];
        transcript.outcome(packed.embed(&[outputs as u32 - 1], &mut row).map(|()| row));
    }
    transcript
}

fn product(
    packed: &PackedLinearBlocks,
    x: &[f32],
    rows: usize,
    bias: Option<&[f32]>,
    split: Split,
) -> Result<Vec<f32>, KernelError> {
    let inputs = packed.inputs();
    let step = split.rows.get().min(rows);
    let quantised: Vec<QuantisedBlocks> =
        x.chunks(step * inputs).map(|x| QuantisedBlocks::new(x, inputs, x.len() / inputs)).collect::<Result<_, _>>()?;
    split.by_columns(rows, packed.outputs(), |range, out| {
        let columns = packed.columns(range.clone())?;
        let bias = bias.map(|bias| &bias[range.clone()]);
        let mut chunks = quantised.iter().zip(out.chunks_mut(step * range.len()));
        chunks.try_for_each(|(x, out)| columns.apply(x, bias, out))
    })
}
