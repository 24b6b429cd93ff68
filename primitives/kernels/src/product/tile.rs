//! The innermost loops: a few rows times a few panels, all sums in registers.

use super::Begin;
use crate::simd::{Floats, Line, Simd, LANES, MAX_TILE_ROWS, WIDE_PANELS};

/// Lines between the one in use and the one asked for, where a weight is read once.
const PREFETCH_LINES: usize = 16;

/// A block of rows of the input.
pub(crate) struct Rows<'a> {
    /// Packed in tiles of `tile_rows`.
    pub(crate) x: &'a [f32],
    pub(crate) tile_rows: usize,
}

/// Where the sums of some panels belong, and how they begin and end.
#[derive(Clone, Copy)]
pub(crate) struct Part<'a> {
    /// The length of a row of the output.
    pub(crate) stride: usize,
    /// The first column.
    pub(crate) column: usize,
    /// What the sums start from.
    pub(crate) begin: Begin,
    /// What is added at the end: a row of the length of the output's.
    pub(crate) bias: Option<&'a [f32]>,
}

/// Sums over all tiles of `rows`, into the rows of `out`.
#[inline(always)]
pub(crate) fn tiles<S: Simd, const PANELS: usize>(
    rows: &Rows<'_>,
    lines: [&[Line]; PANELS],
    part: &Part<'_>,
    out: &mut [f32],
) {
    let Rows { x, tile_rows } = rows;
    let inputs = lines[0].len();
    let width = (PANELS * LANES).min(part.stride - part.column);
    for (x, out) in x.chunks(tile_rows * inputs).zip(out.chunks_mut(tile_rows * part.stride)) {
        if width == PANELS * LANES {
            tile_of_rows::<S, PANELS>(x, lines, part, out);
            continue;
        }
        let mut wide = [0.0; MAX_TILE_ROWS * WIDE_PANELS * LANES];
        let wide = &mut wide[..x.len() / inputs * PANELS * LANES];
        for (wide, out) in wide.chunks_exact_mut(PANELS * LANES).zip(out.chunks_exact(part.stride)) {
            wide[..width].copy_from_slice(&out[part.column..]);
        }
        let whole = Part { stride: PANELS * LANES, column: 0, bias: None, ..*part };
        tile_of_rows::<S, PANELS>(x, lines, &whole, wide);
        for (wide, out) in wide.chunks_exact(PANELS * LANES).zip(out.chunks_exact_mut(part.stride)) {
            out[part.column..].copy_from_slice(&wide[..width]);
            for (out, &bias) in out[part.column..].iter_mut().zip(part.bias.into_iter().flatten().skip(part.column)) {
                *out += bias;
            }
        }
    }
}

/// One tile, all of whose columns exist in `out`.
#[inline(always)]
fn tile_of_rows<S: Simd, const PANELS: usize>(x: &[f32], lines: [&[Line]; PANELS], part: &Part<'_>, out: &mut [f32]) {
    match x.len() / lines[0].len() {
        1 => tile::<S, 1, PANELS>(x, lines, part, out),
        2 => tile::<S, 2, PANELS>(x, lines, part, out),
        3 => tile::<S, 3, PANELS>(x, lines, part, out),
        4 => tile::<S, 4, PANELS>(x, lines, part, out),
        5 => tile::<S, 5, PANELS>(x, lines, part, out),
        6 => tile::<S, 6, PANELS>(x, lines, part, out),
        7 => tile::<S, 7, PANELS>(x, lines, part, out),
        8 => tile::<S, 8, PANELS>(x, lines, part, out),
        9 => tile::<S, 9, PANELS>(x, lines, part, out),
        10 => tile::<S, 10, PANELS>(x, lines, part, out),
        11 => tile::<S, 11, PANELS>(x, lines, part, out),
        _ => tile::<S, MAX_TILE_ROWS, PANELS>(x, lines, part, out),
    }
}

#[inline(always)]
fn tile<S: Simd, const ROWS: usize, const PANELS: usize>(
    x: &[f32],
    lines: [&[Line]; PANELS],
    part: &Part<'_>,
    out: &mut [f32],
) {
    // Never so: it lets the compiler leave out the sizes that a level has no registers for.
    if ROWS > S::TILE_ROWS || PANELS == WIDE_PANELS && ROWS > S::WIDE_ROWS {
        return;
    }
    // All lengths are cut to the same one, so that no access inside of the loop needs a check.
    let (x, _) = x.as_chunks::<ROWS>();
    let inputs = lines.iter().fold(x.len(), |least, lines| least.min(lines.len()));
    let x = &x[..inputs];
    let lines = lines.map(|lines| &lines[..inputs]);
    let mut sums = [[S::Floats::splat(0.0); PANELS]; ROWS];
    if part.begin == Begin::Out {
        for row in 0..ROWS {
            let (out, _) = out[row * part.stride + part.column..][..PANELS * LANES].as_chunks();
            for panel in 0..PANELS {
                sums[row][panel] = S::Floats::load(&out[panel]);
            }
        }
    }
    for k in 0..inputs {
        let mut weights = [S::Floats::splat(0.0); PANELS];
        for panel in 0..PANELS {
            let line = &lines[panel][k];
            if PANELS == WIDE_PANELS {
                S::Floats::prefetch(line, PREFETCH_LINES);
            }
            weights[panel] = S::Floats::load(&line.0);
        }
        for row in 0..ROWS {
            let x = S::Floats::splat(x[k][row]);
            for panel in 0..PANELS {
                sums[row][panel] = x.fused(weights[panel], sums[row][panel]);
            }
        }
    }
    if let Some(bias) = part.bias {
        let (bias, _) = bias[part.column..][..PANELS * LANES].as_chunks();
        for panel in 0..PANELS {
            let bias = S::Floats::load(&bias[panel]);
            for sums in &mut sums {
                // A sum times one is exact, so this rounds as an addition does.
                sums[panel] = sums[panel].fused(S::Floats::splat(1.0), bias);
            }
        }
    }
    for row in 0..ROWS {
        let (out, _) = out[row * part.stride + part.column..][..PANELS * LANES].as_chunks_mut();
        for panel in 0..PANELS {
            sums[row][panel].store(&mut out[panel]);
        }
    }
}
