//! Rearrangements that let a tile read straight through its operands.

use crate::simd::{Floats, Line, LANES};
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
pub(crate) fn pack_transposed<F: Floats>(weight: &[f32], stride: usize, inputs: Range<usize>, lines: &mut [Line]) {
    let rows = (weight.len() / stride).min(LANES);
    let whole = if rows == LANES { inputs.len() / LANES * LANES } else { 0 };
    for (start, lines) in (inputs.start..).step_by(LANES).zip(lines[..whole].chunks_exact_mut(LANES)) {
        let mut block = [F::splat(0.0); LANES];
        for (values, row) in block.iter_mut().zip(weight.chunks(stride)) {
            if let Some(row) = row[start..].first_chunk() {
                *values = F::load(row);
            }
        }
        for (line, values) in lines.iter_mut().zip(F::transpose(block)) {
            values.store(&mut line.0);
        }
    }
    for (line, input) in lines[whole..].iter_mut().zip(inputs.start + whole..inputs.end) {
        line.0 = [0.0; LANES];
        for (value, row) in line.0.iter_mut().zip(weight.chunks(stride)) {
            *value = row[input];
        }
    }
}
