//! NEON, which every aarch64 processor has: so calling its instructions is sound wherever this file is compiled.
#![allow(unsafe_code)]

use super::{BlockSums, Floats, Line, LineI8, LineU8, Simd, Sums, LANES};
use core::{arch::aarch64::*, array::from_fn};

pub(super) struct Neon;

impl Simd for Neon {
    type Floats = Quad<float32x4_t>;
    type Sums = Quad<int32x4_t>;
    const TILE_ROWS: usize = 6;
    const TILE_PANELS: usize = 1;
    const WIDE_ROWS: usize = 1;
    const BLOCK_ROWS: usize = 2;
    const BLOCK_PANELS: usize = 1;
}

/// Lanes 0 to 3, 4 to 7, 8 to 11, and 12 to 15.
#[derive(Clone, Copy)]
pub(super) struct Quad<T>([T; 4]);

impl Floats for Quad<float32x4_t> {
    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: NEON is there, and no pointer is used.
        Self([unsafe { vdupq_n_f32(value) }; 4])
    }

    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        // SAFETY: NEON is there, and the 4 · 16 bytes read are those of `values`.
        Self(from_fn(|part| unsafe { vld1q_f32(values[4 * part..].as_ptr()) }))
    }

    #[inline(always)]
    fn store(self, values: &mut [f32; LANES]) {
        for (part, lanes) in values.as_chunks_mut::<4>().0.iter_mut().zip(self.0) {
            // SAFETY: NEON is there, and the 16 bytes written are those of `part`.
            unsafe { vst1q_f32(part.as_mut_ptr(), lanes) }
        }
    }

    #[inline(always)]
    fn times(self, factor: Self) -> Self {
        // SAFETY: NEON is there, and no pointer is used.
        Self(from_fn(|part| unsafe { vmulq_f32(self.0[part], factor.0[part]) }))
    }

    #[inline(always)]
    fn fused(self, factor: Self, addend: Self) -> Self {
        // SAFETY: NEON is there, and no pointer is used.
        Self(from_fn(|part| unsafe { vfmaq_f32(addend.0[part], self.0[part], factor.0[part]) }))
    }

    #[inline(always)]
    fn transpose(rows: [Self; LANES]) -> [Self; LANES] {
        let mut values = [[0.0; LANES]; LANES];
        for (values, row) in values.iter_mut().zip(rows) {
            row.store(values);
        }
        from_fn(|column| Self::load(&from_fn(|row| values[row][column])))
    }

    #[inline(always)]
    fn prefetch(_: &Line, _: usize) {}
}

impl Sums for Quad<int32x4_t> {
    type Weights = Quad<int8x16_t>;
    type Inputs = int8x16_t;
    const INPUT_OFFSET: u8 = 0;

    #[inline(always)]
    fn load(values: &[i32; LANES]) -> Self {
        // SAFETY: NEON is there, and the 4 · 16 bytes read are those of `values`.
        Self(from_fn(|part| unsafe { vld1q_s32(values[4 * part..].as_ptr()) }))
    }

    #[inline(always)]
    fn store(self, values: &mut [i32; LANES]) {
        for (part, lanes) in values.as_chunks_mut::<4>().0.iter_mut().zip(self.0) {
            // SAFETY: NEON is there, and the 16 bytes written are those of `part`.
            unsafe { vst1q_s32(part.as_mut_ptr(), lanes) }
        }
    }

    #[inline(always)]
    fn weights(line: &LineI8) -> Quad<int8x16_t> {
        // SAFETY: NEON is there, and the 4 · 16 bytes read are those of `line`.
        Quad(from_fn(|part| unsafe { vld1q_s8(line.0[16 * part..].as_ptr()) }))
    }

    #[inline(always)]
    fn inputs(inputs: i32) -> int8x16_t {
        // SAFETY: NEON is there, and no pointer is used.
        unsafe { vreinterpretq_s8_s32(vdupq_n_s32(inputs)) }
    }

    /// Sums of two products are at most 2 · 127 · 128 < 2¹⁵, so that they fit in the int16 of the first addition.
    #[inline(always)]
    fn add_products(self, inputs: int8x16_t, weights: Quad<int8x16_t>) -> Self {
        // SAFETY: NEON is there, and no pointer is used.
        Self(from_fn(|part| unsafe {
            let low = vmull_s8(vget_low_s8(inputs), vget_low_s8(weights.0[part]));
            let high = vmull_high_s8(inputs, weights.0[part]);
            vpadalq_s16(self.0[part], vpaddq_s16(low, high))
        }))
    }

    #[inline(always)]
    fn prefetch(_: &LineI8, _: usize) {}
}

impl BlockSums for Quad<int32x4_t> {
    type Floats = Quad<float32x4_t>;
    type Codes = Quad<int8x16_t>;
    type Int8s = Quad<int8x16_t>;
    const INT8_OFFSET: i32 = 0;

    #[inline(always)]
    fn splat(value: i32) -> Self {
        // SAFETY: NEON is there, and no pointer is used.
        Self([unsafe { vdupq_n_s32(value) }; 4])
    }

    #[inline(always)]
    fn widen(values: &[u8; LANES]) -> Self {
        Self::load(&values.map(i32::from))
    }

    #[inline(always)]
    fn widen_signed(values: &[i8; LANES]) -> Self {
        Self::load(&values.map(i32::from))
    }

    #[inline(always)]
    fn floats(self) -> Quad<float32x4_t> {
        // SAFETY: NEON is there, and no pointer is used.
        Quad(self.0.map(|part| unsafe { vcvtq_f32_s32(part) }))
    }

    #[inline(always)]
    fn nibbles(line: &LineU8) -> [Quad<int8x16_t>; 2] {
        let both = bytes(line);
        // SAFETY: NEON is there, and no pointer is used.
        unsafe {
            let mask = vdupq_n_u8(0x0f);
            [
                Quad(both.map(|part| vreinterpretq_s8_u8(vandq_u8(part, mask)))),
                Quad(both.map(|part| vreinterpretq_s8_u8(vshrq_n_u8::<4>(part)))),
            ]
        }
    }

    #[inline(always)]
    fn six_bits(low: [&LineU8; 2], high: &LineU8) -> [Quad<int8x16_t>; 4] {
        let [[a, b], [c, d]] = low.map(Self::nibbles);
        let high = bytes(high);
        // SAFETY: NEON is there, and no pointer is used.
        unsafe {
            let with = |low: Quad<int8x16_t>, high: [uint8x16_t; 4]| {
                let mask = vdupq_n_u8(0x30);
                Quad(from_fn(|part| vorrq_s8(low.0[part], vreinterpretq_s8_u8(vandq_u8(high[part], mask)))))
            };
            [
                with(a, high.map(|part| vshlq_n_u8::<4>(part))),
                with(b, high.map(|part| vshlq_n_u8::<2>(part))),
                with(c, high),
                with(d, high.map(|part| vshrq_n_u8::<2>(part))),
            ]
        }
    }

    #[inline(always)]
    fn int8s(line: &LineI8) -> Quad<int8x16_t> {
        Self::weights(line)
    }

    #[inline(always)]
    fn add_codes(self, inputs: int8x16_t, codes: Quad<int8x16_t>) -> Self {
        self.add_products(inputs, codes)
    }

    #[inline(always)]
    fn add_int8s(self, inputs: int8x16_t, weights: Quad<int8x16_t>) -> Self {
        self.add_products(inputs, weights)
    }
}

#[inline(always)]
fn bytes(line: &LineU8) -> [uint8x16_t; 4] {
    // SAFETY: NEON is there, and the 4 · 16 bytes read are those of `line`.
    from_fn(|part| unsafe { vld1q_u8(line.0[16 * part..].as_ptr()) })
}
