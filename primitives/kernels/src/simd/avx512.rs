//! AVX-512 with VNNI (Intel from Ice Lake on, AMD from Zen 4 on).
#![allow(unsafe_code)]

use super::{BlockSums, Floats, Kernel, Line, LineI8, LineU8, Simd, Sums, LANES};
use core::arch::x86_64::*;

/// The proof that this processor has the instructions that [`run`] is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Avx512(());

impl Avx512 {
    /// The proof, if the processor and the operating system have the instructions.
    pub(crate) fn detect() -> Option<Self> {
        let all = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vnni")
            && is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma");
        all.then_some(Self(()))
    }

    /// Runs `kernel` with these instructions.
    pub(crate) fn run<K: Kernel>(self, kernel: K) {
        // SAFETY: the processor has the features that `run` is compiled for: `self` comes from `detect` alone.
        unsafe { run(kernel) }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
fn run<K: Kernel>(kernel: K) {
    kernel.run::<Instructions>();
}

/// Private to this file, so that [`run`] alone names it: the functions below are called inside of [`run`] only, on a
/// processor that has their instructions.
struct Instructions;

impl Simd for Instructions {
    type Floats = Vector;
    type Sums = Integers;
    const TILE_ROWS: usize = 12;
    const TILE_PANELS: usize = 2;
    const WIDE_ROWS: usize = 4;
    const BLOCK_ROWS: usize = 4;
    const BLOCK_PANELS: usize = 2;
}

/// Private to this file like [`Instructions`].
#[derive(Clone, Copy)]
struct Vector(__m512);

/// Private to this file like [`Instructions`].
#[derive(Clone, Copy)]
struct Integers(__m512i);

impl Floats for Vector {
    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: inside of `run` only, see `Instructions`.
        unsafe { Self(_mm512_set1_ps(value)) }
    }

    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        // SAFETY: inside of `run` only; the 64 bytes read are those of `values`.
        unsafe { Self(_mm512_loadu_ps(values.as_ptr())) }
    }

    #[inline(always)]
    fn store(self, values: &mut [f32; LANES]) {
        // SAFETY: inside of `run` only; the 64 bytes written are those of `values`.
        unsafe { _mm512_storeu_ps(values.as_mut_ptr(), self.0) }
    }

    #[inline(always)]
    fn times(self, factor: Self) -> Self {
        // SAFETY: inside of `run` only, see `Instructions`.
        unsafe { Self(_mm512_mul_ps(self.0, factor.0)) }
    }

    #[inline(always)]
    fn fused(self, factor: Self, addend: Self) -> Self {
        // SAFETY: inside of `run` only, see `Instructions`.
        unsafe { Self(_mm512_fmadd_ps(self.0, factor.0, addend.0)) }
    }

    #[inline(always)]
    fn transpose(rows: [Self; LANES]) -> [Self; LANES] {
        let mut out = rows;
        // In each 128 bits: pairs of rows, then the columns of four rows.
        for quad in 0..4 {
            let [a, b, c, d] = core::array::from_fn(|row| rows[4 * quad + row].0);
            // SAFETY: inside of `run` only, see `Instructions`.
            unsafe {
                let (ab_low, ab_high) = (_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
                let (cd_low, cd_high) = (_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
                out[4 * quad] = Self(_mm512_shuffle_ps::<0x44>(ab_low, cd_low));
                out[4 * quad + 1] = Self(_mm512_shuffle_ps::<0xee>(ab_low, cd_low));
                out[4 * quad + 2] = Self(_mm512_shuffle_ps::<0x44>(ab_high, cd_high));
                out[4 * quad + 3] = Self(_mm512_shuffle_ps::<0xee>(ab_high, cd_high));
            }
        }
        // Then the 128 bits of four such quads are rows and columns of their own.
        let mut columns = out;
        for column in 0..4 {
            let [a, b, c, d] = core::array::from_fn(|quad| out[4 * quad + column].0);
            // SAFETY: inside of `run` only, see `Instructions`.
            unsafe {
                let (ab_even, ab_odd) = (_mm512_shuffle_f32x4::<0x88>(a, b), _mm512_shuffle_f32x4::<0xdd>(a, b));
                let (cd_even, cd_odd) = (_mm512_shuffle_f32x4::<0x88>(c, d), _mm512_shuffle_f32x4::<0xdd>(c, d));
                columns[column] = Self(_mm512_shuffle_f32x4::<0x88>(ab_even, cd_even));
                columns[column + 4] = Self(_mm512_shuffle_f32x4::<0x88>(ab_odd, cd_odd));
                columns[column + 8] = Self(_mm512_shuffle_f32x4::<0xdd>(ab_even, cd_even));
                columns[column + 12] = Self(_mm512_shuffle_f32x4::<0xdd>(ab_odd, cd_odd));
            }
        }
        columns
    }

    #[inline(always)]
    fn prefetch(line: &Line, ahead: usize) {
        // SAFETY: a prefetch reads nothing and never faults, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(core::ptr::from_ref(line).wrapping_add(ahead).cast()) }
    }
}

impl Sums for Integers {
    type Weights = Self;
    type Inputs = Self;
    /// The instruction takes one factor without sign: inputs of −127 to 127 become 1 to 255.
    const INPUT_OFFSET: u8 = 128;

    #[inline(always)]
    fn load(values: &[i32; LANES]) -> Self {
        // SAFETY: inside of `run` only; the 64 bytes read are those of `values`.
        unsafe { Self(_mm512_loadu_si512(values.as_ptr().cast())) }
    }

    #[inline(always)]
    fn store(self, values: &mut [i32; LANES]) {
        // SAFETY: inside of `run` only; the 64 bytes written are those of `values`.
        unsafe { _mm512_storeu_si512(values.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    fn weights(line: &LineI8) -> Self {
        // SAFETY: inside of `run` only; the 64 bytes read are those of `line`.
        unsafe { Self(_mm512_loadu_si512(line.0.as_ptr().cast())) }
    }

    #[inline(always)]
    fn inputs(inputs: i32) -> Self {
        // SAFETY: inside of `run` only, see `Instructions`.
        unsafe { Self(_mm512_set1_epi32(inputs)) }
    }

    #[inline(always)]
    fn add_products(self, inputs: Self, weights: Self) -> Self {
        // SAFETY: inside of `run` only, see `Instructions`. The sums wrap, they do not saturate.
        unsafe { Self(_mm512_dpbusd_epi32(self.0, inputs.0, weights.0)) }
    }

    #[inline(always)]
    fn prefetch(line: &LineI8, ahead: usize) {
        // SAFETY: a prefetch reads nothing and never faults, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(core::ptr::from_ref(line).wrapping_add(ahead).cast()) }
    }
}

impl BlockSums for Integers {
    type Floats = Vector;
    type Codes = Self;
    type Int8s = Self;
    /// The instruction takes one factor without sign: here the weights, −128 to 127, become 0 to 255.
    const INT8_OFFSET: i32 = 128;

    #[inline(always)]
    fn splat(value: i32) -> Self {
        // SAFETY: inside of `run` only, see `Instructions`.
        unsafe { Self(_mm512_set1_epi32(value)) }
    }

    #[inline(always)]
    fn widen(values: &[u8; LANES]) -> Self {
        // SAFETY: inside of `run` only; the 16 bytes read are those of `values`.
        unsafe { Self(_mm512_cvtepu8_epi32(_mm_loadu_si128(values.as_ptr().cast()))) }
    }

    #[inline(always)]
    fn widen_signed(values: &[i8; LANES]) -> Self {
        // SAFETY: inside of `run` only; the 16 bytes read are those of `values`.
        unsafe { Self(_mm512_cvtepi8_epi32(_mm_loadu_si128(values.as_ptr().cast()))) }
    }

    #[inline(always)]
    fn floats(self) -> Vector {
        // SAFETY: inside of `run` only, see `Instructions`.
        unsafe { Vector(_mm512_cvtepi32_ps(self.0)) }
    }

    #[inline(always)]
    fn nibbles(line: &LineU8) -> [Self; 2] {
        // SAFETY: inside of `run` only; the 64 bytes read are those of `line`.
        unsafe {
            let both = _mm512_loadu_si512(line.0.as_ptr().cast());
            let mask = _mm512_set1_epi8(0x0f);
            [Self(_mm512_and_si512(both, mask)), Self(_mm512_and_si512(_mm512_srli_epi16::<4>(both), mask))]
        }
    }

    #[inline(always)]
    fn six_bits(low: [&LineU8; 2], high: &LineU8) -> [Self; 4] {
        let [a, b] = Self::nibbles(low[0]);
        let [c, d] = Self::nibbles(low[1]);
        // SAFETY: inside of `run` only; the 64 bytes read are those of `high`.
        let high = unsafe { _mm512_loadu_si512(high.0.as_ptr().cast()) };
        [with_high::<0>(a, high), with_high::<1>(b, high), with_high::<2>(c, high), with_high::<3>(d, high)]
    }

    #[inline(always)]
    fn int8s(line: &LineI8) -> Self {
        // SAFETY: inside of `run` only; the 64 bytes read are those of `line`.
        unsafe { Self(_mm512_xor_si512(_mm512_loadu_si512(line.0.as_ptr().cast()), _mm512_set1_epi8(i8::MIN))) }
    }

    #[inline(always)]
    fn add_codes(self, inputs: Self, codes: Self) -> Self {
        // SAFETY: inside of `run` only, see `Instructions`. The sums wrap, they do not saturate.
        unsafe { Self(_mm512_dpbusd_epi32(self.0, codes.0, inputs.0)) }
    }

    #[inline(always)]
    fn add_int8s(self, inputs: Self, weights: Self) -> Self {
        self.add_codes(inputs, weights)
    }
}

/// The codes `low` with the `PART`th two bits of each byte of `high` above them.
#[inline(always)]
fn with_high<const PART: usize>(low: Integers, high: __m512i) -> Integers {
    // SAFETY: inside of `run` only, see `Instructions`. What a shift moves into another byte, the mask removes.
    unsafe {
        let shifted = match PART {
            0 => _mm512_slli_epi16::<4>(high),
            1 => _mm512_slli_epi16::<2>(high),
            2 => high,
            _ => _mm512_srli_epi16::<2>(high),
        };
        Integers(_mm512_or_si512(low.0, _mm512_and_si512(shifted, _mm512_set1_epi8(0x30))))
    }
}
