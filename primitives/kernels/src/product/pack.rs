//! Rearrangements that let a tile read straight through its operands.

use crate::simd::{Line, LANES};
use core::ops::Range;

/// Writes `inputs` of the rows of `x` tile by tile, and in a tile input by input the values of all its rows.
///
/// `x` has rows of `stride`; `packed` has `inputs.len()` elements for each of them. The last tile may have fewer rows.
#[inline(always)]
pub(crate) fn pack_rows(x: &[f32], stride: usize, inputs: Range<usize>, tile_rows: usize, packed: &mut [f32]) {
    let tiles = packed.chunks_mut(tile_rows * inputs.len());
    for (x, packed) in x.chunks(tile_rows * stride).zip(tiles) {
        let rows = packed.len() / inputs.len();
        for (row, x) in x.chunks(stride).enumerate() {
            for (&value, packed) in x[inputs.clone()].iter().zip(packed[row..].iter_mut().step_by(rows)) {
                *packed = value;
            }
        }
    }
}

/// Writes a line for each of `inputs`: that input's weights of the first 16 rows of `weight`, zeros for rows that it
/// has not. Its rows have a length of `stride`.
#[inline(always)]
pub(crate) fn pack_transposed(weight: &[f32], stride: usize, inputs: Range<usize>, lines: &mut [Line]) {
    for (output, row) in weight.chunks(stride).take(LANES).enumerate() {
        for (&value, line) in row[inputs.clone()].iter().zip(lines.iter_mut()) {
            line.0[output] = value;
        }
    }
    let outputs = (weight.len() / stride).min(LANES);
    if outputs < LANES {
        lines.iter_mut().for_each(|line| line.0[outputs..].fill(0.0));
    }
}
