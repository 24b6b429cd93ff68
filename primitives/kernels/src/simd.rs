//! The seam at which the instructions of a processor plug in: an operation is generic over [`Simd`] and runs through
//! [`dispatch`]. `unsafe` is allowed in the files of the levels alone.

#[cfg(all(feature = "std", target_arch = "x86_64"))]
pub(crate) mod avx2;
#[cfg(all(feature = "std", target_arch = "x86_64"))]
pub(crate) mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;

use crate::level::{Instructions, Level};
pub(crate) use portable::Portable;

/// Columns of a panel of weights, and floats of a vector.
pub(crate) const LANES: usize = 16;

/// One input's weights of the 16 outputs of a panel.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Line(pub [f32; LANES]);

/// Four inputs' int8 weights of the 16 outputs of a panel: output by output, four inputs each.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct LineI8(pub [i8; 4 * LANES]);

/// Bytes of 16 outputs, four each: codes of four inputs, or parts of more.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct LineU8(pub [u8; 4 * LANES]);

/// The instructions of one level.
pub(crate) trait Simd {
    /// Sixteen floats.
    type Floats: Floats;
    /// Sixteen sums of int8 products.
    type Sums: BlockSums<Floats = Self::Floats>;
    /// The rows of a tile that keep its sums in registers: at most [`MAX_TILE_ROWS`].
    const TILE_ROWS: usize;
    /// The panels of such a tile: 1 or 2.
    const TILE_PANELS: usize;
    /// The most rows of which the registers hold [`WIDE_PANELS`] panels.
    const WIDE_ROWS: usize;
    /// The rows of a tile with block-quantised weights, whose sums and chains are in registers: at most
    /// [`MAX_BLOCK_ROWS`].
    const BLOCK_ROWS: usize;
    /// The panels of such a tile: 1 or 2; of a single row, twice as many.
    const BLOCK_PANELS: usize;
}

/// The largest [`BLOCK_ROWS`](Simd::BLOCK_ROWS) of all levels.
pub(crate) const MAX_BLOCK_ROWS: usize = 4;

/// The largest [`TILE_ROWS`](Simd::TILE_ROWS) of all levels.
pub(crate) const MAX_TILE_ROWS: usize = 12;

/// Panels side by side where few rows leave the registers for them.
pub(crate) const WIDE_PANELS: usize = 4;

/// Sixteen floats in the registers of one level. Implementations are `#[inline(always)]`, so that they are compiled for
/// their caller's processor.
pub(crate) trait Floats: Copy {
    /// `value` in each lane.
    fn splat(value: f32) -> Self;
    /// The lanes of `values`.
    fn load(values: &[f32; LANES]) -> Self;
    /// Writes the lanes to `values`.
    fn store(self, values: &mut [f32; LANES]);
    /// `self · factor` in each lane.
    fn times(self, factor: Self) -> Self;
    /// `self · factor + addend` in each lane, rounded once.
    fn fused(self, factor: Self, addend: Self) -> Self;
    /// Exchanges rows and columns.
    fn transpose(rows: [Self; LANES]) -> [Self; LANES];
    /// Asks for the memory `ahead` lines after `line`, whatever lies there.
    fn prefetch(line: &Line, ahead: usize);
}

/// Sixteen int32 sums of int8 products in the registers of one level; they wrap.
pub(crate) trait Sums: Copy {
    /// A [`LineI8`] as the products take it.
    type Weights: Copy;
    /// Four inputs as the products take them.
    type Inputs: Copy;
    /// What is added to each quantised input, wrapping; the sums then start at −`INPUT_OFFSET` · Σ weights.
    const INPUT_OFFSET: u8;
    /// The lanes of `values`.
    fn load(values: &[i32; LANES]) -> Self;
    /// Writes the lanes to `values`.
    fn store(self, values: &mut [i32; LANES]);
    /// Prepares the weights of `line`, which are −127 to 127.
    fn weights(line: &LineI8) -> Self::Weights;
    /// Prepares four inputs, of which the first is in the lowest byte.
    fn inputs(inputs: i32) -> Self::Inputs;
    /// Adds the four products of `inputs` to each lane.
    fn add_products(self, inputs: Self::Inputs, weights: Self::Weights) -> Self;
    /// Asks for the memory `ahead` lines after `line`, whatever lies there.
    fn prefetch(line: &LineI8, ahead: usize);
}

/// What block-quantised weights need of [`Sums`] beyond. The inputs of these products have no offset.
pub(crate) trait BlockSums: Sums {
    /// The floats of the level.
    type Floats: Floats;
    /// Four codes of 0 to 63 for each lane.
    type Codes: Copy;
    /// Four int8 weights for each lane.
    type Int8s: Copy;
    /// What [`int8s`](Self::int8s) adds to each weight, so that the sums start at −`INT8_OFFSET` · Σ inputs.
    const INT8_OFFSET: i32;
    /// `value` in each lane.
    fn splat(value: i32) -> Self;
    /// Small numbers without sign.
    fn widen(values: &[u8; LANES]) -> Self;
    /// Small numbers with a sign.
    fn widen_signed(values: &[i8; LANES]) -> Self;
    /// The lanes as floats; below 2²⁴ in magnitude, and so exact.
    fn floats(self) -> Self::Floats;
    /// The lower and the upper four bits of each byte.
    fn nibbles(line: &LineU8) -> [Self::Codes; 2];
    /// [`nibbles`](Self::nibbles) of both lines, each with two bits above: those of `high`, the lowest first.
    fn six_bits(low: [&LineU8; 2], high: &LineU8) -> [Self::Codes; 4];
    /// Prepares int8 weights.
    fn int8s(line: &LineI8) -> Self::Int8s;
    /// Adds the four products of `inputs` to each lane.
    fn add_codes(self, inputs: Self::Inputs, codes: Self::Codes) -> Self;
    /// Adds the four products of `inputs` to each lane.
    fn add_int8s(self, inputs: Self::Inputs, weights: Self::Int8s) -> Self;
}

/// An operation that is generic over the instructions it is made of.
pub(crate) trait Kernel {
    /// Runs the operation. Implementations are `#[inline(always)]`, so that they are compiled for their caller's
    /// processor.
    fn run<S: Simd>(self);
}

/// Runs `kernel` with the instructions of `level`.
pub(crate) fn dispatch<K: Kernel>(level: Level, kernel: K) {
    match level.0 {
        Instructions::Portable => kernel.run::<Portable>(),
        #[cfg(target_arch = "aarch64")]
        Instructions::Neon => kernel.run::<neon::Neon>(),
        #[cfg(all(feature = "std", target_arch = "x86_64"))]
        Instructions::Avx2(proof) => proof.run(kernel),
        #[cfg(all(feature = "std", target_arch = "x86_64"))]
        Instructions::Avx512(proof) => proof.run(kernel),
    }
}
