//! Rearrangements that let a tile read straight through its operands.

use crate::simd::{Floats, Line, LANES};
use core::ops::Range;

/// Fewer rows of a tile are packed one value after the other: most of a block of 16 rows would be empty.
const MIN_BLOCK_ROWS: usize = LANES / 2;

/// Writes `inputs` of the rows of `x` tile by tile, and in a tile input by input the values of all its rows.
///
/// `x` has rows of `stride`; `packed` has `inputs.len()` elements for each of them. The last tile may have fewer rows.
#[inline(always)]
pub(crate) fn pack_rows<F: Floats>(
    x: &[f32],
    stride: usize,
    inputs: Range<usize>,
    tile_rows: usize,
    packed: &mut [f32],
) {
    let tiles = packed.chunks_mut(tile_rows * inputs.len());
    for (x, packed) in x.chunks(tile_rows * stride).zip(tiles) {
        let rows = packed.len() / inputs.len();
        let whole = if rows < MIN_BLOCK_ROWS { 0 } else { inputs.len() / LANES * LANES };
        for start in (0..whole).step_by(LANES) {
            pack_block::<F>(x, stride, inputs.start + start, rows, &mut packed[start * rows..]);
        }
        if whole == inputs.len() {
            continue;
        }
        for (row, x) in x.chunks(stride).enumerate() {
            let rest = packed[whole * rows + row..].iter_mut().step_by(rows);
            for (&value, packed) in x[inputs.start + whole..inputs.end].iter().zip(rest) {
                *packed = value;
            }
        }
    }
}

/// Packs 16 inputs from `start` on of at most 16 `rows`.
#[inline(always)]
fn pack_block<F: Floats>(x: &[f32], stride: usize, start: usize, rows: usize, packed: &mut [f32]) {
    for (input, values) in F::transpose(block(x, stride, start)).into_iter().enumerate() {
        // Whole lines are written: what is beyond the rows of one is overwritten by the next.
        let packed = &mut packed[input * rows..];
        match packed.first_chunk_mut() {
            Some(line) => values.store(line),
            None => {
                let mut line = [0.0; LANES];
                values.store(&mut line);
                packed.copy_from_slice(&line[..packed.len()]);
            }
        }
    }
}

/// As [`pack_rows`] of the transpose of `x`: the rows are its columns in `range`, the inputs its rows of `stride`.
#[inline(always)]
pub(crate) fn pack_columns(x: &[f32], stride: usize, range: Range<usize>, tile_rows: usize, packed: &mut [f32]) {
    let inputs = x.len() / stride;
    for (column, packed) in range.step_by(tile_rows).zip(packed.chunks_mut(tile_rows * inputs)) {
        let rows = packed.len() / inputs;
        for (input, x) in x.chunks_exact(stride).enumerate() {
            // Whole lines, as in `pack_block`.
            let packed = &mut packed[input * rows..];
            match (packed.first_chunk_mut::<LANES>(), x[column..].first_chunk()) {
                (Some(packed), Some(line)) if rows <= LANES => *packed = *line,
                _ => packed[..rows].copy_from_slice(&x[column..][..rows]),
            }
        }
    }
}

/// 16 values from `start` on of each of the first 16 rows of `x`, zeros for rows that it has not.
#[inline(always)]
fn block<F: Floats>(x: &[f32], stride: usize, start: usize) -> [F; LANES] {
    let mut block = [F::splat(0.0); LANES];
    for (values, row) in block.iter_mut().zip(x.chunks(stride)) {
        if let Some(row) = row[start..].first_chunk() {
            *values = F::load(row);
        }
    }
    block
}

/// Writes a line for each of `inputs`: that input's weights of the first 16 rows of `weight`, zeros for rows that it
/// has not. Its rows have a length of `stride`.
#[inline(always)]
pub(crate) fn pack_transposed<F: Floats>(weight: &[f32], stride: usize, inputs: Range<usize>, lines: &mut [Line]) {
    let rows = (weight.len() / stride).min(LANES);
    let whole = if rows == LANES { inputs.len() / LANES * LANES } else { 0 };
    for (start, lines) in (inputs.start..).step_by(LANES).zip(lines[..whole].chunks_exact_mut(LANES)) {
        for (line, values) in lines.iter_mut().zip(F::transpose(block(weight, stride, start))) {
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
