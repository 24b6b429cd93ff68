//! The product with block-quantised weights: each output is one chain of fused multiply-adds over exact integer sums,
//! inputs ascending. A tile keeps the chains of a few rows and panels in registers from their beginning to their end.

use crate::{
    blocks::Panel,
    quantise_blocks::{InputBlock, QuantisedBlocks, BLOCK_INPUTS},
    simd::{Floats, Kernel, Simd, LANES, MAX_BLOCK_ROWS},
};
use core::array::from_fn;

/// `out[r][o]` = the chain of row r with output o, then + `bias[o]`. The caller has checked the lengths.
pub(crate) struct ProductBlocks<'a, P> {
    pub(crate) x: &'a QuantisedBlocks,
    /// Output panel by output panel, its blocks by input.
    pub(crate) panels: &'a [P],
    pub(crate) bias: Option<&'a [f32]>,
    /// The length of a row of `out`.
    pub(crate) outputs: usize,
    pub(crate) out: &'a mut [f32],
}

impl<P: Panel> Kernel for ProductBlocks<'_, P> {
    #[inline(always)]
    fn run<S: Simd>(mut self) {
        match (self.x.rows(), S::BLOCK_PANELS) {
            (1, 1) => self.panels::<S, 2>(1),
            (1, _) => self.panels::<S, 4>(1),
            (_, 1) => self.panels::<S, 1>(S::BLOCK_ROWS),
            _ => self.panels::<S, 2>(S::BLOCK_ROWS),
        }
    }
}

/// The chains of a tile: those of each of its rows, panel by panel.
type Chains<const PANELS: usize> = [[[f32; LANES]; PANELS]; MAX_BLOCK_ROWS];

impl<P: Panel> ProductBlocks<'_, P> {
    /// Goes over the output panels, `PANELS` at a time, and for each over tiles of `tile_rows`.
    #[inline(always)]
    fn panels<S: Simd, const PANELS: usize>(&mut self, tile_rows: usize) {
        let blocks = self.x.inputs() / P::INPUTS;
        let row_blocks = self.x.inputs().div_ceil(BLOCK_INPUTS);
        for (panels, column) in self.panels.chunks(PANELS * blocks).zip((0..).step_by(PANELS * LANES)) {
            // Where panels are missing at the end, the last takes their place; its chains there are left out below.
            let last = panels.len() / blocks - 1;
            let panels = from_fn(|panel| &panels[panel.min(last) * blocks..][..blocks]);
            let tiles = self.x.blocks().chunks(tile_rows * row_blocks);
            for (x, out) in tiles.zip(self.out.chunks_mut(tile_rows * self.outputs)) {
                let mut chains = [[[0.0; LANES]; PANELS]; MAX_BLOCK_ROWS];
                tile_of_rows::<S, P, PANELS>(x, panels, &mut chains);
                for (chains, out) in chains.iter().zip(out.chunks_exact_mut(self.outputs)) {
                    let out = &mut out[column..self.outputs.min(column + PANELS * LANES)];
                    out.copy_from_slice(&chains.as_flattened()[..out.len()]);
                    if let Some(bias) = self.bias {
                        for (out, &bias) in out.iter_mut().zip(&bias[column..]) {
                            *out += bias;
                        }
                    }
                }
            }
        }
    }
}

/// The chains of a tile of at most [`MAX_BLOCK_ROWS`].
#[inline(always)]
fn tile_of_rows<S: Simd, P: Panel, const PANELS: usize>(
    x: &[InputBlock],
    panels: [&[P]; PANELS],
    out: &mut Chains<PANELS>,
) {
    match x.len() / (panels[0].len() * P::INPUTS).div_ceil(BLOCK_INPUTS) {
        1 => tile::<S, P, 1, PANELS>(x, panels, out),
        2 => tile::<S, P, 2, PANELS>(x, panels, out),
        3 => tile::<S, P, 3, PANELS>(x, panels, out),
        _ => tile::<S, P, MAX_BLOCK_ROWS, PANELS>(x, panels, out),
    }
}

/// The chains of `ROWS` rows, from +0 on.
#[inline(always)]
fn tile<S: Simd, P: Panel, const ROWS: usize, const PANELS: usize>(
    x: &[InputBlock],
    panels: [&[P]; PANELS],
    out: &mut Chains<PANELS>,
) {
    // Never so: it lets the compiler leave out the sizes that a level has no registers for.
    if ROWS > S::BLOCK_ROWS || ROWS > 1 && PANELS > S::BLOCK_PANELS {
        return;
    }
    let parts = BLOCK_INPUTS / P::INPUTS;
    let row_blocks = x.len() / ROWS;
    let rows: [&[InputBlock]; ROWS] = from_fn(|row| &x[row * row_blocks..][..row_blocks]);
    let mut chains = [[S::Floats::splat(0.0); PANELS]; ROWS];
    for block in 0..panels[0].len() {
        let x = from_fn(|row| &rows[row][block / parts]);
        P::accumulate::<S, ROWS, PANELS>(panels.map(|panel| &panel[block]), x, block % parts, &mut chains);
    }
    for (chains, out) in chains.into_iter().zip(out) {
        for (chain, out) in chains.into_iter().zip(out) {
            chain.store(out);
        }
    }
}
