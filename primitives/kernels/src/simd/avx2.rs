//! AVX2 with FMA (Intel from Haswell on, AMD from Zen on).
#![allow(unsafe_code)]

use super::{BlockSums, Floats, Kernel, Line, LineI8, LineU8, Simd, Sums, LANES};
use core::arch::x86_64::*;

/// The proof that this processor has the instructions that [`run`] is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Avx2(());

impl Avx2 {
    /// The proof, if the processor and the operating system have the instructions.
    pub(crate) fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Self(()))
    }

    /// Runs `kernel` with these instructions.
    pub(crate) fn run<K: Kernel>(self, kernel: K) {
        // SAFETY: the processor has the features that `run` is compiled for: `self` comes from `detect` alone.
        unsafe { run(kernel) }
    }
}

#[target_feature(enable = "avx2,fma")]
fn run<K: Kernel>(kernel: K) {
    kernel.run::<Instructions>();
}

/// Private to this file, so that [`run`] alone names it: the functions below are called inside of [`run`] only, on a
/// processor that has their instructions.
struct Instructions;

impl Simd for Instructions {
    type Floats = Pair<__m256>;
    type Sums = Pair<__m256i>;
    const TILE_ROWS: usize = 6;
    const TILE_PANELS: usize = 1;
    const WIDE_ROWS: usize = 1;
    const BLOCK_ROWS: usize = 2;
    const BLOCK_PANELS: usize = 1;
}

/// Lanes 0 to 7, and lanes 8 to 15. Private to this file like [`Instructions`].
#[derive(Clone, Copy)]
struct Pair<T>(T, T);

impl Floats for Pair<__m256> {
    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: inside of `run` only, see `Instructions`.
        let half = unsafe { _mm256_set1_ps(value) };
        Self(half, half)
    }

    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        // SAFETY: inside of `run` only; the 2 · 32 bytes read are those of `values`.
        unsafe { Self(_mm256_loadu_ps(values.as_ptr()), _mm256_loadu_ps(values[8..].as_ptr())) }
    }

    #[inline(always)]
    fn store(self, values: &mut [f32; LANES]) {
        // SAFETY: inside of `run` only; the 2 · 32 bytes written are those of `values`.
        unsafe {
            _mm256_storeu_ps(values.as_mut_ptr(), self.0);
            _mm256_storeu_ps(values[8..].as_mut_ptr(), self.1);
        }
    }

    #[inline(always)]
    fn times(self, factor: Self) -> Self {
        // SAFETY: inside of `run` only, see `Instructions`.
        unsafe { Self(_mm256_mul_ps(self.0, factor.0), _mm256_mul_ps(self.1, factor.1)) }
    }

    #[inline(always)]
    fn fused(self, factor: Self, addend: Self) -> Self {
        // SAFETY: inside of `run` only, see `Instructions`.
        unsafe { Self(_mm256_fmadd_ps(self.0, factor.0, addend.0), _mm256_fmadd_ps(self.1, factor.1, addend.1)) }
    }

    #[inline(always)]
    fn transpose(rows: [Self; LANES]) -> [Self; LANES] {
        let mut columns = rows;
        for half in 0..2 {
            let low = transpose(core::array::from_fn(|row| rows[8 * half + row].0));
            let high = transpose(core::array::from_fn(|row| rows[8 * half + row].1));
            for column in 0..8 {
                if half == 0 {
                    (columns[column].0, columns[8 + column].0) = (low[column], high[column]);
                } else {
                    (columns[column].1, columns[8 + column].1) = (low[column], high[column]);
                }
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

impl Sums for Pair<__m256i> {
    /// The weights, and their magnitudes.
    type Weights = (Self, Self);
    type Inputs = __m256i;
    const INPUT_OFFSET: u8 = 0;

    #[inline(always)]
    fn load(values: &[i32; LANES]) -> Self {
        // SAFETY: inside of `run` only; the 2 · 32 bytes read are those of `values`.
        unsafe { Self(_mm256_loadu_si256(values.as_ptr().cast()), _mm256_loadu_si256(values[8..].as_ptr().cast())) }
    }

    #[inline(always)]
    fn store(self, values: &mut [i32; LANES]) {
        // SAFETY: inside of `run` only; the 2 · 32 bytes written are those of `values`.
        unsafe {
            _mm256_storeu_si256(values.as_mut_ptr().cast(), self.0);
            _mm256_storeu_si256(values[8..].as_mut_ptr().cast(), self.1);
        }
    }

    #[inline(always)]
    fn weights(line: &LineI8) -> (Self, Self) {
        // SAFETY: inside of `run` only; the 2 · 32 bytes read are those of `line`.
        unsafe {
            let low = _mm256_loadu_si256(line.0.as_ptr().cast());
            let high = _mm256_loadu_si256(line.0[32..].as_ptr().cast());
            (Self(low, high), Self(_mm256_abs_epi8(low), _mm256_abs_epi8(high)))
        }
    }

    #[inline(always)]
    fn inputs(inputs: i32) -> __m256i {
        // SAFETY: inside of `run` only, see `Instructions`.
        unsafe { _mm256_set1_epi32(inputs) }
    }

    #[inline(always)]
    fn add_products(self, inputs: __m256i, (weights, magnitudes): (Self, Self)) -> Self {
        Self(
            add_products(self.0, inputs, weights.0, magnitudes.0),
            add_products(self.1, inputs, weights.1, magnitudes.1),
        )
    }

    #[inline(always)]
    fn prefetch(line: &LineI8, ahead: usize) {
        // SAFETY: a prefetch reads nothing and never faults, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(core::ptr::from_ref(line).wrapping_add(ahead).cast()) }
    }
}

impl BlockSums for Pair<__m256i> {
    type Floats = Pair<__m256>;
    type Codes = Self;
    /// The weights, and their magnitudes.
    type Int8s = (Self, Self);
    const INT8_OFFSET: i32 = 0;

    #[inline(always)]
    fn splat(value: i32) -> Self {
        // SAFETY: inside of `run` only, see `Instructions`.
        let half = unsafe { _mm256_set1_epi32(value) };
        Self(half, half)
    }

    #[inline(always)]
    fn widen(values: &[u8; LANES]) -> Self {
        // SAFETY: inside of `run` only; the 2 · 8 bytes read are those of `values`.
        unsafe {
            let low = _mm_loadl_epi64(values.as_ptr().cast());
            let high = _mm_loadl_epi64(values[8..].as_ptr().cast());
            Self(_mm256_cvtepu8_epi32(low), _mm256_cvtepu8_epi32(high))
        }
    }

    #[inline(always)]
    fn widen_signed(values: &[i8; LANES]) -> Self {
        // SAFETY: inside of `run` only; the 2 · 8 bytes read are those of `values`.
        unsafe {
            let low = _mm_loadl_epi64(values.as_ptr().cast());
            let high = _mm_loadl_epi64(values[8..].as_ptr().cast());
            Self(_mm256_cvtepi8_epi32(low), _mm256_cvtepi8_epi32(high))
        }
    }

    #[inline(always)]
    fn floats(self) -> Pair<__m256> {
        // SAFETY: inside of `run` only, see `Instructions`.
        unsafe { Pair(_mm256_cvtepi32_ps(self.0), _mm256_cvtepi32_ps(self.1)) }
    }

    #[inline(always)]
    fn nibbles(line: &LineU8) -> [Self; 2] {
        let both = load(line);
        [Self(lower(both.0), lower(both.1)), Self(upper(both.0), upper(both.1))]
    }

    #[inline(always)]
    fn six_bits(low: [&LineU8; 2], high: &LineU8) -> [Self; 4] {
        let [a, b] = Self::nibbles(low[0]);
        let [c, d] = Self::nibbles(low[1]);
        let high = load(high);
        [
            Self(with_high::<0>(a.0, high.0), with_high::<0>(a.1, high.1)),
            Self(with_high::<1>(b.0, high.0), with_high::<1>(b.1, high.1)),
            Self(with_high::<2>(c.0, high.0), with_high::<2>(c.1, high.1)),
            Self(with_high::<3>(d.0, high.0), with_high::<3>(d.1, high.1)),
        ]
    }

    #[inline(always)]
    fn int8s(line: &LineI8) -> (Self, Self) {
        Self::weights(line)
    }

    #[inline(always)]
    fn add_codes(self, inputs: __m256i, codes: Self) -> Self {
        Self(add_codes(self.0, inputs, codes.0), add_codes(self.1, inputs, codes.1))
    }

    #[inline(always)]
    fn add_int8s(self, inputs: __m256i, weights: (Self, Self)) -> Self {
        self.add_products(inputs, weights)
    }
}

#[inline(always)]
fn load(line: &LineU8) -> Pair<__m256i> {
    // SAFETY: inside of `run` only; the 2 · 32 bytes read are those of `line`.
    unsafe { Pair(_mm256_loadu_si256(line.0.as_ptr().cast()), _mm256_loadu_si256(line.0[32..].as_ptr().cast())) }
}

/// The lower four bits of each byte.
#[inline(always)]
fn lower(bytes: __m256i) -> __m256i {
    // SAFETY: inside of `run` only, see `Instructions`.
    unsafe { _mm256_and_si256(bytes, _mm256_set1_epi8(0x0f)) }
}

/// The upper four bits of each byte.
#[inline(always)]
fn upper(bytes: __m256i) -> __m256i {
    // SAFETY: inside of `run` only, see `Instructions`. What the shift moves into another byte, the mask removes.
    lower(unsafe { _mm256_srli_epi16::<4>(bytes) })
}

/// Sums of two products are at most 2 · 63 · 127 < 2¹⁵, so that the instruction, which saturates, does not.
#[inline(always)]
fn add_codes(sums: __m256i, inputs: __m256i, codes: __m256i) -> __m256i {
    // SAFETY: inside of `run` only, see `Instructions`.
    unsafe {
        let pairs = _mm256_maddubs_epi16(codes, inputs);
        _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
    }
}

/// The codes `low` with the `PART`th two bits of each byte of `high` above them.
#[inline(always)]
fn with_high<const PART: usize>(low: __m256i, high: __m256i) -> __m256i {
    // SAFETY: inside of `run` only, see `Instructions`. What a shift moves into another byte, the mask removes.
    unsafe {
        let shifted = match PART {
            0 => _mm256_slli_epi16::<4>(high),
            1 => _mm256_slli_epi16::<2>(high),
            2 => high,
            _ => _mm256_srli_epi16::<2>(high),
        };
        _mm256_or_si256(low, _mm256_and_si256(shifted, _mm256_set1_epi8(0x30)))
    }
}

/// Exchanges rows and columns of 8 × 8.
#[inline(always)]
fn transpose(rows: [__m256; 8]) -> [__m256; 8] {
    let mut out = rows;
    // In each 128 bits: pairs of rows, then the columns of four rows.
    for quad in 0..2 {
        let [a, b, c, d] = core::array::from_fn(|row| rows[4 * quad + row]);
        // SAFETY: inside of `run` only, see `Instructions`.
        unsafe {
            let (ab_low, ab_high) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
            let (cd_low, cd_high) = (_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));
            out[4 * quad] = _mm256_shuffle_ps::<0x44>(ab_low, cd_low);
            out[4 * quad + 1] = _mm256_shuffle_ps::<0xee>(ab_low, cd_low);
            out[4 * quad + 2] = _mm256_shuffle_ps::<0x44>(ab_high, cd_high);
            out[4 * quad + 3] = _mm256_shuffle_ps::<0xee>(ab_high, cd_high);
        }
    }
    let mut columns = out;
    for column in 0..4 {
        // SAFETY: inside of `run` only, see `Instructions`.
        unsafe {
            columns[column] = _mm256_permute2f128_ps::<0x20>(out[column], out[4 + column]);
            columns[4 + column] = _mm256_permute2f128_ps::<0x31>(out[column], out[4 + column]);
        }
    }
    columns
}

/// The product of an input with a weight is that of the input, with the weight's sign, and the weight's magnitude. Sums of
/// two of them are at most 2 · 127 · 128 < 2¹⁵, so that the instruction, which saturates, does not.
#[inline(always)]
fn add_products(sums: __m256i, inputs: __m256i, weights: __m256i, magnitudes: __m256i) -> __m256i {
    // SAFETY: inside of `run` only, see `Instructions`.
    unsafe {
        let pairs = _mm256_maddubs_epi16(magnitudes, _mm256_sign_epi8(inputs, weights));
        _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
    }
}
