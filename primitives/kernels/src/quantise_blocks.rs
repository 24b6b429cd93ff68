use crate::{
    check_finite,
    quantise::{GROUP, LEVELS, SMALLEST_MAGNITUDE},
    shape::{check_len, element_count},
    simd::{dispatch, Kernel, Simd},
    KernelError, Level,
};
use alloc::{vec, vec::Vec};

/// Inputs that are quantised together.
pub(crate) const BLOCK_INPUTS: usize = 256;

/// Groups of four inputs in a block.
const BLOCK_GROUPS: usize = BLOCK_INPUTS / GROUP;

/// The float below a half, which added to a magnitude and cut to an integer rounds it, halves upwards.
const BELOW_HALF: f32 = f32::from_bits(0x3eff_ffff);

/// A block of a quantised row, as the products take it.
#[derive(Clone, Debug)]
pub(crate) struct InputBlock {
    /// Four quantised inputs each, the first in the lowest byte.
    pub(crate) groups: [i32; BLOCK_GROUPS],
    /// Σ of each 16 quantised inputs.
    pub(crate) sums: [i32; BLOCK_INPUTS / 16],
    /// −(scale · Σ of each 32): what a [`Q4K`](crate::BlockFormat::Q4K) minimum is multiplied by.
    pub(crate) minimum_factors: [f32; BLOCK_INPUTS / 32],
    /// What one step is worth. It has the sign that the largest value has not.
    pub(crate) scale: f32,
}

/// Rows of int8 with a scale for each 256 values, as a product with block-quantised weights takes its input.
///
/// A block is quantised by its first value of the largest magnitude, v: with f = −127 / v, q(x) = x · f to the nearest
/// integer, halves away from zero, and the scale is 1 / f. A block whose |v| is below 2⁻¹²⁰ becomes zeros with the scale
/// +0. The last block of a row may be shorter. Source: ggml's `quantize_row_q8_K`.
#[derive(Clone, Debug)]
pub struct QuantisedBlocks {
    /// Row by row; what lies beyond a row's inputs is zero.
    blocks: Vec<InputBlock>,
    inputs: usize,
    rows: usize,
}

impl QuantisedBlocks {
    /// Quantises `x`, which is rows × inputs.
    ///
    /// # Errors
    /// [`ZeroDimension`](KernelError::ZeroDimension), [`TooLarge`](KernelError::TooLarge) and
    /// [`ShapeMismatch`](KernelError::ShapeMismatch) for a wrong shape; [`NotFinite`](KernelError::NotFinite) if a value
    /// is a NaN or an infinity.
    pub fn new(x: &[f32], inputs: usize, rows: usize) -> Result<Self, KernelError> {
        Self::new_at(Level::best(), x, inputs, rows)
    }

    /// [`new`](Self::new) at `level`.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn new_at(level: Level, x: &[f32], inputs: usize, rows: usize) -> Result<Self, KernelError> {
        check_len("x", x.len(), element_count(&[rows, inputs])?)?;
        check_finite(x)?;
        let zero = InputBlock {
            groups: [0; BLOCK_GROUPS],
            sums: [0; BLOCK_INPUTS / 16],
            minimum_factors: [0.0; BLOCK_INPUTS / 32],
            scale: 0.0,
        };
        let mut blocks = vec![zero; rows * inputs.div_ceil(BLOCK_INPUTS)];
        dispatch(level, Quantise { x, inputs, blocks: &mut blocks });
        Ok(Self { blocks, inputs, rows })
    }

    /// Bytes of memory that so many rows of so many inputs take, for a budget; saturated.
    pub fn size_bytes_of(inputs: usize, rows: usize) -> usize {
        rows.saturating_mul(inputs.div_ceil(BLOCK_INPUTS)).saturating_mul(size_of::<InputBlock>())
    }

    /// Elements of a row.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The scales of all blocks, row by row.
    pub fn scales(&self) -> impl Iterator<Item = f32> + '_ {
        self.blocks.iter().map(|block| block.scale)
    }

    /// The quantised values of all rows.
    pub fn values(&self) -> impl Iterator<Item = i8> + '_ {
        let rows = self.blocks.chunks_exact(self.inputs.div_ceil(BLOCK_INPUTS));
        rows.flat_map(|row| {
            let groups = row.iter().flat_map(|block| block.groups);
            groups.flat_map(|group| group.to_le_bytes()).map(|byte| byte as i8).take(self.inputs)
        })
    }

    /// The blocks, row by row.
    pub(crate) fn blocks(&self) -> &[InputBlock] {
        &self.blocks
    }
}

struct Quantise<'a> {
    x: &'a [f32],
    inputs: usize,
    blocks: &'a mut [InputBlock],
}

impl Kernel for Quantise<'_> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        let rows = self.blocks.chunks_exact_mut(self.inputs.div_ceil(BLOCK_INPUTS));
        for (x, blocks) in self.x.chunks_exact(self.inputs).zip(rows) {
            let (whole, rest) = x.as_chunks::<BLOCK_INPUTS>();
            for (x, block) in whole.iter().zip(&mut *blocks) {
                quantise(x, block);
            }
            if let (false, Some(block)) = (rest.is_empty(), blocks.last_mut()) {
                let mut padded = [0.0; BLOCK_INPUTS];
                padded[..rest.len()].copy_from_slice(rest);
                quantise(&padded, block);
            }
        }
    }
}

/// Quantises finite values. `block` is that of zeros.
#[inline(always)]
fn quantise(x: &[f32; BLOCK_INPUTS], block: &mut InputBlock) {
    let largest = first_of_largest_magnitude(x);
    if largest.abs() < SMALLEST_MAGNITUDE {
        return;
    }
    let factor = -LEVELS / largest;
    let mut values = [0i8; BLOCK_INPUTS];
    for (quantised, &value) in values.iter_mut().zip(x) {
        let scaled = value * factor;
        // |scaled| ≤ 127 · (1 + 2⁻²³), which rounds to 127 at most; qed
        let magnitude = (scaled.abs() + BELOW_HALF) as i32;
        *quantised = if scaled < 0.0 { -magnitude } else { magnitude } as i8;
    }
    block.scale = 1.0 / factor;
    for (group, values) in block.groups.iter_mut().zip(values.as_chunks::<GROUP>().0) {
        *group = i32::from_le_bytes(values.map(|value| value as u8));
    }
    for (sum, values) in block.sums.iter_mut().zip(values.as_chunks::<16>().0) {
        *sum = values.iter().fold(0, |sum, &value| sum.wrapping_add(i32::from(value)));
    }
    for (factor, sums) in block.minimum_factors.iter_mut().zip(block.sums.as_chunks::<2>().0) {
        *factor = -(block.scale * sums[0].wrapping_add(sums[1]) as f32);
    }
}

/// The largest magnitude in lanes, for speed; then the first value that has it, since two may differ in sign.
#[inline(always)]
fn first_of_largest_magnitude(x: &[f32; BLOCK_INPUTS]) -> f32 {
    let mut lanes = [0u32; 16];
    for values in x.as_chunks::<16>().0 {
        for (lane, value) in lanes.iter_mut().zip(values) {
            *lane = (*lane).max(value.abs().to_bits());
        }
    }
    let largest = lanes.into_iter().fold(0, u32::max);
    x.iter().copied().find(|value| value.abs().to_bits() == largest).unwrap_or(0.0)
}
