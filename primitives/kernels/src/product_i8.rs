//! The int8 product: exact sums in int32, in any order, then one scale for each output.

mod tile;

use crate::{
    quantise::{QuantisedRows, GROUP},
    simd::{Kernel, LineI8, Simd, Sums, LANES, MAX_TILE_ROWS, WIDE_PANELS},
};
use alloc::{vec, vec::Vec};
use core::array::from_fn;
use tile::tiles;

/// Groups of four inputs in a block: its lines of two panels stay in the first-level cache.
const BLOCK_GROUPS: usize = 256;

/// Bytes of the inputs of a block of rows, which stays in the second-level cache.
const BLOCK_BYTES: usize = 512 * 1024;

/// The most rows of a block, a multiple of all tiles' rows.
const BLOCK_ROWS: usize = 192;

/// A panel's weights: 16 outputs, their lines, and what belongs to each output.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Outputs {
    /// Σ of the weights.
    pub(crate) weight_sums: [i32; LANES],
    pub(crate) scales: [f32; LANES],
}

/// `out[r][o]` = f32(Σₖ `x[r][k]` · `weight[o][k]`) · (`x.scales[r]` · `scales[o]`) + `bias[o]`, for the outputs from
/// `column` on. The caller has checked the lengths.
pub(crate) struct ProductI8<'a> {
    pub(crate) x: &'a QuantisedRows,
    /// Panel by panel, a line for each group of four inputs.
    pub(crate) lines: &'a [LineI8],
    /// Panel by panel.
    pub(crate) panels: &'a [Outputs],
    /// The bias of all outputs.
    pub(crate) bias: Option<&'a [f32]>,
    /// The length of a row of `out`.
    pub(crate) stride: usize,
    /// The column of the first output.
    pub(crate) column: usize,
    pub(crate) out: &'a mut [f32],
}

impl Kernel for ProductI8<'_> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        if self.x.scales().len() <= S::WIDE_ROWS {
            self.blocks::<S, WIDE_PANELS>(S::WIDE_ROWS);
        } else if S::TILE_PANELS == 1 {
            self.blocks::<S, 1>(S::TILE_ROWS);
        } else {
            self.blocks::<S, 2>(S::TILE_ROWS);
        }
    }
}

impl ProductI8<'_> {
    /// Goes over blocks of rows, in each over the panels, `PANELS` at a time, and over tiles of `tile_rows`.
    #[inline(always)]
    fn blocks<S: Simd, const PANELS: usize>(self, tile_rows: usize) {
        let groups = self.x.padded_inputs() / GROUP;
        let block_rows = block_rows(groups * GROUP, tile_rows);
        let mut inputs = Vec::new();
        let mut sums = vec![[0i32; LANES]; PANELS * block_rows.min(self.x.scales().len())];
        let rows = self.x.padded().chunks(block_rows * groups * GROUP).zip(self.x.scales().chunks(block_rows));
        for ((x, scales), out) in rows.zip(self.out.chunks_mut(block_rows * self.stride)) {
            pack_groups(x, groups, tile_rows, S::Sums::INPUT_OFFSET, &mut inputs);
            let rows = Rows { inputs: &inputs, scales, tile_rows };
            let lines = self.lines.chunks(PANELS * groups).zip(self.panels.chunks(PANELS));
            for ((lines, panels), column) in lines.zip((self.column..).step_by(PANELS * LANES)) {
                let part = Part { bias: self.bias, stride: self.stride, column };
                if panels.len() == PANELS {
                    let lines = from_fn(|panel| &lines[panel * groups..][..groups]);
                    multiply::<S, PANELS>(&rows, lines, panels, &part, &mut sums, out);
                    continue;
                }
                for (index, lines) in lines.chunks_exact(groups).enumerate() {
                    let part = Part { column: column + index * LANES, ..part };
                    multiply::<S, 1>(&rows, [lines], &panels[index..=index], &part, &mut sums, out);
                }
            }
        }
    }
}

/// The rows of a block, each of so many padded inputs.
fn block_rows(padded_inputs: usize, tile_rows: usize) -> usize {
    (BLOCK_BYTES / padded_inputs / tile_rows * tile_rows).clamp(tile_rows, BLOCK_ROWS)
}

/// The bytes, at most, that a [`ProductI8`] of `rows` × `inputs`, which [`MAX_INPUTS_I8`](crate::MAX_INPUTS_I8) bounds, allocates at
/// any level.
pub(crate) fn workspace_bytes(rows: usize, inputs: usize) -> usize {
    let padded_inputs = inputs.next_multiple_of(GROUP);
    let rows = rows.min(block_rows(padded_inputs, 1).max(MAX_TILE_ROWS));
    let sums = (2 * rows).max(WIDE_PANELS * rows.min(MAX_TILE_ROWS));
    rows * padded_inputs + sums * size_of::<[i32; LANES]>()
}

/// A block of rows of the input.
struct Rows<'a> {
    /// Packed in tiles of `tile_rows`.
    inputs: &'a [i32],
    scales: &'a [f32],
    tile_rows: usize,
}

/// Where the outputs of some panels belong.
#[derive(Clone, Copy)]
struct Part<'a> {
    /// The bias of all outputs.
    bias: Option<&'a [f32]>,
    /// The length of a row of the output.
    stride: usize,
    /// The first column.
    column: usize,
}

/// The outputs of all `rows` for some panels. `sums` has room for them.
#[inline(always)]
fn multiply<S: Simd, const PANELS: usize>(
    rows: &Rows<'_>,
    lines: [&[LineI8]; PANELS],
    panels: &[Outputs],
    part: &Part<'_>,
    sums: &mut [[i32; LANES]],
    out: &mut [f32],
) {
    let sums = &mut sums[..PANELS * rows.scales.len()];
    begin::<S>(panels, sums);
    block::<S, PANELS>(rows.inputs, rows.tile_rows, lines, sums);
    for ((sums, &scale), out) in sums.chunks_exact(PANELS).zip(rows.scales).zip(out.chunks_exact_mut(part.stride)) {
        end(sums, scale, panels, part, out);
    }
}

/// Sums over blocks of groups, so that a block's lines stay in the first-level cache while all tiles of rows pass.
#[inline(always)]
fn block<S: Simd, const PANELS: usize>(
    inputs: &[i32],
    tile_rows: usize,
    lines: [&[LineI8]; PANELS],
    sums: &mut [[i32; LANES]],
) {
    let groups = lines[0].len();
    let rows = sums.len() / PANELS;
    let step = if rows <= tile_rows { groups } else { BLOCK_GROUPS };
    for start in (0..groups).step_by(step) {
        let end = groups.min(start + step);
        tiles::<S, PANELS>(inputs, groups, start..end, tile_rows, lines, sums);
    }
}

/// What the sums of each row start from: minus what the offset of the inputs will add to them.
#[inline(always)]
fn begin<S: Simd>(panels: &[Outputs], sums: &mut [[i32; LANES]]) {
    let offset = i32::from(S::Sums::INPUT_OFFSET);
    for sums in sums.chunks_exact_mut(panels.len()) {
        for (sums, panel) in sums.iter_mut().zip(panels) {
            *sums = panel.weight_sums.map(|sum| sum.wrapping_mul(offset).wrapping_neg());
        }
    }
}

/// Scales the sums of one row, adds the bias and writes the outputs.
#[inline(always)]
fn end(sums: &[[i32; LANES]], row_scale: f32, panels: &[Outputs], part: &Part<'_>, out: &mut [f32]) {
    for ((sums, panel), start) in sums.iter().zip(panels).zip((part.column..).step_by(LANES)) {
        let mut values: [f32; LANES] = from_fn(|lane| sums[lane] as f32 * (row_scale * panel.scales[lane]));
        if let Some(bias) = part.bias {
            for (value, &bias) in values.iter_mut().zip(&bias[start..]) {
                *value += bias;
            }
        }
        let out = &mut out[start..part.stride.min(start + LANES)];
        out.copy_from_slice(&values[..out.len()]);
    }
}

/// Arranges the quantised rows `x` tile by tile, and in a tile group by group the four inputs of all its rows, each with
/// the `offset` added.
#[inline(always)]
fn pack_groups(x: &[i8], groups: usize, tile_rows: usize, offset: u8, packed: &mut Vec<i32>) {
    packed.clear();
    packed.resize(x.len() / GROUP, 0);
    let tiles = packed.chunks_mut(tile_rows * groups);
    for (x, packed) in x.chunks(tile_rows * groups * GROUP).zip(tiles) {
        let rows = packed.len() / groups;
        for (row, x) in x.chunks_exact(groups * GROUP).enumerate() {
            for (group, packed) in x.as_chunks::<GROUP>().0.iter().zip(packed[row..].iter_mut().step_by(rows)) {
                *packed = i32::from_le_bytes(group.map(|value| (value as u8).wrapping_add(offset)));
            }
        }
    }
}
