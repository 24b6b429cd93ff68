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

/// The instructions of one level.
pub(crate) trait Simd {
    /// Sixteen floats.
    type Floats: Floats;
    /// Sixteen sums of int8 products.
    type Sums: Sums;
    /// The rows of a tile that keep its sums in registers: at most [`MAX_TILE_ROWS`].
    const TILE_ROWS: usize;
    /// The panels of such a tile: 1 or 2.
    const TILE_PANELS: usize;
    /// The most rows of which the registers hold [`WIDE_PANELS`] panels.
    const WIDE_ROWS: usize;
}

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
