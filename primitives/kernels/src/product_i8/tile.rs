//! The innermost loops: a few rows times a few panels, all sums in registers.

use crate::simd::{LineI8, Simd, Sums, LANES, MAX_TILE_ROWS, WIDE_PANELS};
use core::ops::Range;

/// Lines between the one in use and the one asked for, where a weight is read once.
const PREFETCH_LINES: usize = 16;

/// Adds the products of the groups in `range` to `sums`, which are row by row those of each panel.
///
/// `inputs` are packed in tiles of `tile_rows` over all `groups`.
#[inline(always)]
pub(super) fn tiles<S: Simd, const PANELS: usize>(
    inputs: &[i32],
    groups: usize,
    range: Range<usize>,
    tile_rows: usize,
    lines: [&[LineI8]; PANELS],
    sums: &mut [[i32; LANES]],
) {
    let lines = lines.map(|lines| &lines[range.clone()]);
    for (inputs, sums) in inputs.chunks(tile_rows * groups).zip(sums.chunks_mut(tile_rows * PANELS)) {
        let rows = sums.len() / PANELS;
        let inputs = &inputs[range.start * rows..range.end * rows];
        match rows {
            1 => tile::<S, 1, PANELS>(inputs, lines, sums),
            2 => tile::<S, 2, PANELS>(inputs, lines, sums),
            3 => tile::<S, 3, PANELS>(inputs, lines, sums),
            4 => tile::<S, 4, PANELS>(inputs, lines, sums),
            5 => tile::<S, 5, PANELS>(inputs, lines, sums),
            6 => tile::<S, 6, PANELS>(inputs, lines, sums),
            7 => tile::<S, 7, PANELS>(inputs, lines, sums),
            8 => tile::<S, 8, PANELS>(inputs, lines, sums),
            9 => tile::<S, 9, PANELS>(inputs, lines, sums),
            10 => tile::<S, 10, PANELS>(inputs, lines, sums),
            11 => tile::<S, 11, PANELS>(inputs, lines, sums),
            _ => tile::<S, MAX_TILE_ROWS, PANELS>(inputs, lines, sums),
        }
    }
}

#[inline(always)]
fn tile<S: Simd, const ROWS: usize, const PANELS: usize>(
    inputs: &[i32],
    lines: [&[LineI8]; PANELS],
    out: &mut [[i32; LANES]],
) {
    // Never so: it lets the compiler leave out the sizes that a level has no registers for.
    if ROWS > S::TILE_ROWS || PANELS == WIDE_PANELS && ROWS > S::WIDE_ROWS {
        return;
    }
    // All lengths are cut to the same one, so that no access inside of the loop needs a check.
    let (inputs, _) = inputs.as_chunks::<ROWS>();
    let groups = lines.iter().fold(inputs.len(), |least, lines| least.min(lines.len()));
    let inputs = &inputs[..groups];
    let lines = lines.map(|lines| &lines[..groups]);
    let mut sums = [[S::Sums::load(&[0; LANES]); PANELS]; ROWS];
    for row in 0..ROWS {
        for panel in 0..PANELS {
            sums[row][panel] = S::Sums::load(&out[row * PANELS + panel]);
        }
    }
    for group in 0..groups {
        let mut weights = [S::Sums::weights(&lines[0][group]); PANELS];
        for panel in 0..PANELS {
            let line = &lines[panel][group];
            if PANELS == WIDE_PANELS {
                S::Sums::prefetch(line, PREFETCH_LINES);
            }
            weights[panel] = S::Sums::weights(line);
        }
        for row in 0..ROWS {
            let inputs = S::Sums::inputs(inputs[group][row]);
            for panel in 0..PANELS {
                sums[row][panel] = sums[row][panel].add_products(inputs, weights[panel]);
            }
        }
    }
    for row in 0..ROWS {
        for panel in 0..PANELS {
            sums[row][panel].store(&mut out[row * PANELS + panel]);
        }
    }
}
