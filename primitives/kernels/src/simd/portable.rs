use super::{Floats, Line, LineI8, Simd, Sums, LANES};
use crate::fused::fma;
use core::array::from_fn;

/// No instructions beyond the target's own: what the other levels are tested against.
pub(crate) struct Portable;

impl Simd for Portable {
    type Floats = [f32; LANES];
    type Sums = [i32; LANES];
    const TILE_ROWS: usize = 4;
    const TILE_PANELS: usize = 1;
    const WIDE_ROWS: usize = 1;
}

impl Floats for [f32; LANES] {
    #[inline(always)]
    fn splat(value: f32) -> Self {
        [value; LANES]
    }

    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        *values
    }

    #[inline(always)]
    fn store(self, values: &mut [f32; LANES]) {
        *values = self;
    }

    #[inline(always)]
    fn fused(self, factor: Self, addend: Self) -> Self {
        from_fn(|lane| fma(self[lane], factor[lane], addend[lane]))
    }

    #[inline(always)]
    fn transpose(rows: [Self; LANES]) -> [Self; LANES] {
        from_fn(|column| from_fn(|row| rows[row][column]))
    }

    #[inline(always)]
    fn prefetch(_: &Line, _: usize) {}
}

impl Sums for [i32; LANES] {
    type Weights = LineI8;
    type Inputs = [i32; 4];
    const INPUT_OFFSET: u8 = 0;

    #[inline(always)]
    fn load(values: &[i32; LANES]) -> Self {
        *values
    }

    #[inline(always)]
    fn store(self, values: &mut [i32; LANES]) {
        *values = self;
    }

    #[inline(always)]
    fn weights(line: &LineI8) -> LineI8 {
        *line
    }

    #[inline(always)]
    fn inputs(inputs: i32) -> [i32; 4] {
        inputs.to_le_bytes().map(|byte| i32::from(byte as i8))
    }

    #[inline(always)]
    fn add_products(self, inputs: [i32; 4], weights: LineI8) -> Self {
        from_fn(|lane| {
            let weights: [i32; 4] = from_fn(|byte| i32::from(weights.0[4 * lane + byte]));
            let products: [i32; 4] = from_fn(|byte| inputs[byte].wrapping_mul(weights[byte]));
            products.into_iter().fold(self[lane], i32::wrapping_add)
        })
    }

    #[inline(always)]
    fn prefetch(_: &LineI8, _: usize) {}
}
