use super::{BlockSums, Floats, Line, LineI8, LineU8, Simd, Sums, LANES};
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
    const BLOCK_ROWS: usize = 4;
    const BLOCK_PANELS: usize = 1;
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
    fn times(self, factor: Self) -> Self {
        from_fn(|lane| self[lane] * factor[lane])
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

impl BlockSums for [i32; LANES] {
    type Floats = [f32; LANES];
    type Codes = LineU8;
    type Int8s = LineI8;
    const INT8_OFFSET: i32 = 0;

    #[inline(always)]
    fn splat(value: i32) -> Self {
        [value; LANES]
    }

    #[inline(always)]
    fn widen(values: &[u8; LANES]) -> Self {
        values.map(i32::from)
    }

    #[inline(always)]
    fn widen_signed(values: &[i8; LANES]) -> Self {
        values.map(i32::from)
    }

    #[inline(always)]
    fn floats(self) -> [f32; LANES] {
        self.map(|value| value as f32)
    }

    #[inline(always)]
    fn nibbles(line: &LineU8) -> [LineU8; 2] {
        [LineU8(line.0.map(|byte| byte & 0x0f)), LineU8(line.0.map(|byte| byte >> 4))]
    }

    #[inline(always)]
    fn six_bits(low: [&LineU8; 2], high: &LineU8) -> [LineU8; 4] {
        let [[a, b], [c, d]] = low.map(Self::nibbles);
        let low = [a, b, c, d];
        from_fn(|part| LineU8(from_fn(|byte| low[part].0[byte] | (high.0[byte] >> (2 * part) & 0x03) << 4)))
    }

    #[inline(always)]
    fn int8s(line: &LineI8) -> LineI8 {
        *line
    }

    #[inline(always)]
    fn add_codes(self, inputs: [i32; 4], codes: LineU8) -> Self {
        self.add_products(inputs, LineI8(codes.0.map(|code| code as i8)))
    }

    #[inline(always)]
    fn add_int8s(self, inputs: [i32; 4], weights: LineI8) -> Self {
        self.add_products(inputs, weights)
    }
}
