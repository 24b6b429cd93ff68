//! The f32 product: each output is one chain of fused multiply-adds, inputs ascending. Tiles and blocks only decide when
//! a chain is continued, never how.

mod pack;
mod tile;
mod weight;

pub(crate) use pack::pack_transposed;
pub(crate) use weight::{Packed, RowMajor, Weight};

use crate::simd::{Kernel, Line, Simd, LANES};
use alloc::{vec, vec::Vec};
use core::array::from_fn;
use pack::pack_rows;
use tile::{tiles, Part};

/// Inputs of a block: its lines of a tile's panels stay in the first-level cache while all rows pass over them.
const BLOCK_INPUTS: usize = 256;

/// Rows of a block, which stays in the second-level cache while all panels pass over it. A multiple of all tiles' rows.
const BLOCK_ROWS: usize = 192;

/// Panels side by side where few rows leave the registers for them.
const WIDE_PANELS: usize = 4;

/// The most rows of such a product.
const WIDE_ROWS: usize = 4;

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
        if self.x.len() / self.inputs <= WIDE_ROWS {
            self.blocks::<S, WIDE_PANELS>(WIDE_ROWS);
        } else if S::TILE_PANELS == 1 {
            self.blocks::<S, 1>(S::TILE_ROWS);
        } else {
            self.blocks::<S, 2>(S::TILE_ROWS);
        }
    }
}

impl<W: Weight> Product<'_, W> {
    /// Goes over blocks of rows and of inputs, and in each over the panels, `PANELS` at a time, and tiles of `tile_rows`.
    #[inline(always)]
    fn blocks<S: Simd, const PANELS: usize>(self, tile_rows: usize) {
        let Self { x, inputs, weight, begin, bias, outputs, out } = self;
        let rows = x.len() / inputs;
        // A weight that only one tile of rows passes over is best read straight through.
        let block_inputs = if W::PACKED && rows <= tile_rows { inputs } else { inputs.min(BLOCK_INPUTS) };
        let block_rows = rows.min(BLOCK_ROWS);
        let mut packed_x = vec![0.0; block_rows * block_inputs];
        let scratch_lines = if W::PACKED { 0 } else { block_inputs };
        let mut scratch: [Vec<Line>; PANELS] = from_fn(|_| vec![Line([0.0; LANES]); scratch_lines]);
        for (x, out) in x.chunks(block_rows * inputs).zip(out.chunks_mut(block_rows * outputs)) {
            for start in (0..inputs).step_by(block_inputs) {
                let end = inputs.min(start + block_inputs);
                let packed_x = &mut packed_x[..x.len() / inputs * (end - start)];
                pack_rows(x, inputs, start..end, tile_rows, packed_x);
                for column in (0..outputs).step_by(PANELS * LANES) {
                    let panels = PANELS.min((outputs - column).div_ceil(LANES));
                    let mut lines: [&[Line]; PANELS] = [&[]; PANELS];
                    for (index, (lines, scratch)) in lines.iter_mut().zip(&mut scratch).enumerate().take(panels) {
                        *lines = weight.lines(column / LANES + index, start..end, scratch);
                    }
                    let bias = if end == inputs { bias } else { None };
                    let part =
                        Part { stride: outputs, column, begin: if start == 0 { begin } else { Begin::Out }, bias };
                    if panels == PANELS {
                        tiles::<S, PANELS>(packed_x, tile_rows, lines, &part, out);
                    } else {
                        for (index, &lines) in lines[..panels].iter().enumerate() {
                            let part = Part { column: column + index * LANES, ..part };
                            tiles::<S, 1>(packed_x, tile_rows, [lines], &part, out);
                        }
                    }
                }
            }
        }
    }
}
