//! Block-quantised weights: what a file holds of each block, and how 16 outputs' blocks lie side by side for the products.

mod q4_k;
mod q6_k;
mod q8_0;

pub(crate) use q4_k::PanelQ4K;
pub(crate) use q6_k::PanelQ6K;
pub(crate) use q8_0::PanelQ8_0;

use crate::{half::f16_to_f32, quantise_blocks::InputBlock, simd::Simd};

/// A format of weights that are quantised in blocks of successive inputs, as GGUF files hold them.
///
/// Source: ggml's `block_q8_0`, `block_q4_K` and `block_q6_K`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BlockFormat {
    /// Blocks of 32 int8 values with one scale.
    Q8_0,
    /// Blocks of 256 values of four bits, each 32 of them with a scale and a minimum of six bits.
    Q4K,
    /// Blocks of 256 values of six bits, each 16 of them with a scale of eight bits.
    Q6K,
}

impl BlockFormat {
    /// Inputs of a block. A row of weights has whole blocks.
    pub const fn block_inputs(self) -> usize {
        match self {
            Self::Q8_0 => PanelQ8_0::INPUTS,
            Self::Q4K => PanelQ4K::INPUTS,
            Self::Q6K => PanelQ6K::INPUTS,
        }
    }

    /// Bytes of a block in a file.
    pub const fn block_bytes(self) -> usize {
        match self {
            Self::Q8_0 => PanelQ8_0::BYTES,
            Self::Q4K => PanelQ4K::BYTES,
            Self::Q6K => PanelQ6K::BYTES,
        }
    }
}

/// The blocks of 16 outputs for the same inputs.
pub(crate) trait Panel: Clone {
    /// Inputs of a block; they divide those of an [`InputBlock`].
    const INPUTS: usize;
    /// Bytes of a block in a file.
    const BYTES: usize;

    /// Blocks whose weights are all zero.
    fn zero() -> Self;

    /// Takes the block `bytes`, [`BYTES`](Self::BYTES) of a file, for output `lane`. Returns whether its scales are finite.
    fn put(&mut self, lane: usize, bytes: &[u8]) -> bool;

    /// The weights of output `lane`; `out` has [`INPUTS`](Self::INPUTS).
    fn dequantise(&self, lane: usize, out: &mut [f32]);

    /// Continues the chains of each row with each panel. `part` says which of its parts the panels' inputs are of an input
    /// block.
    fn accumulate<S: Simd, const ROWS: usize, const PANELS: usize>(
        panels: [&Self; PANELS],
        x: [&InputBlock; ROWS],
        part: usize,
        chains: &mut [[S::Floats; PANELS]; ROWS],
    );
}

/// The little-endian binary16 at the start of `bytes`.
fn scale(bytes: &[u8]) -> f32 {
    f16_to_f32(u16::from_le_bytes([bytes[0], bytes[1]]))
}
