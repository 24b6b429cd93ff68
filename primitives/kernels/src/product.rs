//! The f32 product: each output is one chain of fused multiply-adds, inputs ascending. Tiles and blocks only decide when
//! a chain is continued, never how.

mod pack;
mod tile;
mod weight;

pub(crate) use pack::{pack_columns, pack_rows, pack_transposed};
pub(crate) use tile::{tiles, Part, Rows};
pub(crate) use weight::{Packed, RowMajor, Weight};

use crate::simd::{Kernel, Line, Simd, LANES, MAX_TILE_ROWS, WIDE_PANELS};
use alloc::{vec, vec::Vec};
use core::{array::from_fn, ops::Range};

/// Inputs of a block: its lines of a tile's panels stay in the first-level cache, or near it, while all rows pass over them.
const BLOCK_INPUTS: usize = 384;

/// Rows of a block, which stays in the second-level cache, or streams from the third, while all panels pass over it: many, so that
/// weights that no cache holds are read seldom. A multiple of all tiles' rows.
const BLOCK_ROWS: usize = 768;

/// What chains start from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begin {
    /// +0.
    Zero,
    /// What the output holds: the chain of inputs before.
    Out,
}

/// `out[r][o]` = chain over k of `x[r][k]` · `weight[o][k]`, then + `bias[o]`. The caller has checked the lengths.
pub(crate) struct Product<'a, W> {
    /// Rows × inputs.
    pub(crate) x: &'a [f32],
    pub(crate) inputs: usize,
    pub(crate) weight: W,
    pub(crate) begin: Begin,
    pub(crate) bias: Option<&'a [f32]>,
    pub(crate) outputs: usize,
    /// Rows × outputs.
    pub(crate) out: &'a mut [f32],
}

impl<W: Weight> Kernel for Product<'_, W> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        if self.x.len() / self.inputs <= S::WIDE_ROWS {
            self.blocks::<S, WIDE_PANELS>(S::WIDE_ROWS);
        } else if S::TILE_PANELS == 1 {
            self.blocks::<S, 1>(S::TILE_ROWS);
        } else {
            self.blocks::<S, 2>(S::TILE_ROWS);
        }
    }
}

impl<W: Weight> Product<'_, W> {
    /// Goes over blocks of rows, outputs and inputs, and in each over the panels, `PANELS` at a time, and tiles of
    /// `tile_rows`.
    #[inline(always)]
    fn blocks<S: Simd, const PANELS: usize>(self, tile_rows: usize) {
        let Self { x, inputs, weight, begin, bias, outputs, out } = self;
        let rows = x.len() / inputs;
        // A weight that only one tile of rows passes over is best read straight through.
        let (block_outputs, block_inputs) = match (rows <= tile_rows, W::PACKED) {
            (false, _) => (outputs, inputs.min(BLOCK_INPUTS)),
            (true, true) => (outputs, inputs),
            (true, false) => (PANELS * LANES, inputs.min(BLOCK_INPUTS)),
        };
        let block_rows = rows.min(BLOCK_ROWS);
        let mut packed_x = vec![0.0; block_rows * block_inputs];
        let scratch_lines = if W::PACKED { 0 } else { block_inputs };
        let mut scratch: [Vec<Line>; PANELS] = from_fn(|_| vec![Line([0.0; LANES]); scratch_lines]);
        for (x, out) in x.chunks(block_rows * inputs).zip(out.chunks_mut(block_rows * outputs)) {
            for columns in steps(outputs, block_outputs) {
                for block in steps(inputs, block_inputs) {
                    let packed_x = &mut packed_x[..x.len() / inputs * block.len()];
                    pack_rows::<S::Floats>(x, inputs, block.clone(), tile_rows, packed_x);
                    let rows = Rows { x: packed_x, tile_rows };
                    let part = Part {
                        stride: outputs,
                        column: 0,
                        begin: if block.start == 0 { begin } else { Begin::Out },
                        bias: bias.filter(|_| block.end == inputs),
                    };
                    for column in columns.clone().step_by(PANELS * LANES) {
                        let part = Part { column, ..part };
                        panels::<S, W, PANELS>(&rows, &weight, block.clone(), &mut scratch, &part, out);
                    }
                }
            }
        }
    }
}

/// The bytes, at most, that a [`Product`] of `rows` × `inputs` with such a weight allocates, at any level; saturated.
pub(crate) fn workspace_bytes<W: Weight>(rows: usize, inputs: usize) -> usize {
    let block_inputs = inputs.min(BLOCK_INPUTS);
    let block = rows.min(BLOCK_ROWS) * block_inputs;
    let elements = match W::PACKED {
        // The rows of one tile are a block, whatever their inputs.
        true => block.max(rows.min(MAX_TILE_ROWS).saturating_mul(inputs)),
        false => block + WIDE_PANELS * LANES * block_inputs,
    };
    elements.saturating_mul(size_of::<f32>())
}

/// The products of all tiles of `rows` with the next `PANELS` panels, or with those that are left.
#[inline(always)]
fn panels<S: Simd, W: Weight, const PANELS: usize>(
    rows: &Rows<'_>,
    weight: &W,
    inputs: Range<usize>,
    scratch: &mut [Vec<Line>; PANELS],
    part: &Part<'_>,
    out: &mut [f32],
) {
    let count = PANELS.min((part.stride - part.column).div_ceil(LANES));
    let mut lines: [&[Line]; PANELS] = [&[]; PANELS];
    for (index, (lines, scratch)) in lines.iter_mut().zip(scratch).enumerate().take(count) {
        *lines = weight.lines::<S::Floats>(part.column / LANES + index, inputs.clone(), scratch);
    }
    if count == PANELS {
        return tiles::<S, PANELS>(rows, lines, part, out);
    }
    for (index, &lines) in lines[..count].iter().enumerate() {
        let part = Part { column: part.column + index * LANES, ..*part };
        tiles::<S, 1>(rows, [lines], &part, out);
    }
}

/// 0..`end` in ranges of `step`, the last of which may be shorter.
fn steps(end: usize, step: usize) -> impl Iterator<Item = Range<usize>> {
    (0..end).step_by(step).map(move |start| start..end.min(start + step))
}
