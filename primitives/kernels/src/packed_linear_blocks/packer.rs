use super::{check_inputs, PackedLinearBlocks, Panels};
use crate::{
    blocks::{BlockFormat, Panel},
    shape::check_len,
    simd::LANES,
    KernelError,
};
use alloc::vec;

/// A [`PackedLinearBlocks`] in the making, from a weight that arrives piece by piece and so is never in memory twice.
pub struct LinearPackerBlocks {
    weight: PackedLinearBlocks,
    /// Blocks that have arrived.
    filled: usize,
}

impl LinearPackerBlocks {
    /// Begins a weight of outputs × inputs, and takes the memory for it.
    ///
    /// # Errors
    /// [`ZeroDimension`](KernelError::ZeroDimension), [`TooLarge`](KernelError::TooLarge) and
    /// [`ParameterOutOfRange`](KernelError::ParameterOutOfRange) for a wrong shape.
    pub fn new(format: BlockFormat, inputs: usize, outputs: usize) -> Result<Self, KernelError> {
        let count = check_inputs(format, inputs, outputs)? * outputs.div_ceil(LANES);
        let panels = match format {
            BlockFormat::Q8_0 => Panels::Q8_0(vec![Panel::zero(); count]),
            BlockFormat::Q4K => Panels::Q4K(vec![Panel::zero(); count]),
            BlockFormat::Q6K => Panels::Q6K(vec![Panel::zero(); count]),
        };
        Ok(Self { weight: PackedLinearBlocks { panels, inputs, outputs }, filled: 0 })
    }

    /// Takes the next blocks of the weight as a file holds them, in the order of its rows; however many, but whole ones.
    ///
    /// # Errors
    /// [`ShapeMismatch`](KernelError::ShapeMismatch) for more bytes than are left, or a part of a block;
    /// [`NotFinite`](KernelError::NotFinite) if a scale is a NaN or an infinity.
    pub fn push(&mut self, blocks: &[u8]) -> Result<(), KernelError> {
        let format = self.weight.format();
        let row_blocks = self.weight.inputs / format.block_inputs();
        let left = row_blocks * self.weight.outputs - self.filled;
        let count = (blocks.len() / format.block_bytes()).min(left);
        check_len("blocks", blocks.len(), count * format.block_bytes())?;
        match &mut self.weight.panels {
            Panels::Q8_0(panels) => put(panels, blocks, self.filled, row_blocks)?,
            Panels::Q4K(panels) => put(panels, blocks, self.filled, row_blocks)?,
            Panels::Q6K(panels) => put(panels, blocks, self.filled, row_blocks)?,
        }
        self.filled += count;
        Ok(())
    }

    /// The packed weight.
    ///
    /// # Errors
    /// [`ShapeMismatch`](KernelError::ShapeMismatch) if blocks are missing.
    pub fn finish(self) -> Result<PackedLinearBlocks, KernelError> {
        let bytes = self.weight.format().block_bytes();
        let row_blocks = self.weight.inputs / self.weight.format().block_inputs();
        check_len("blocks", self.filled * bytes, row_blocks * self.weight.outputs * bytes)?;
        Ok(self.weight)
    }
}

/// Puts `blocks` into the panels, the first as number `start` in the order of the rows.
fn put<P: Panel>(panels: &mut [P], blocks: &[u8], start: usize, row_blocks: usize) -> Result<(), KernelError> {
    for (index, block) in (start..).zip(blocks.chunks_exact(P::BYTES)) {
        let (output, block_of_row) = (index / row_blocks, index % row_blocks);
        let is_finite = panels[output / LANES * row_blocks + block_of_row].put(output % LANES, block);
        if !is_finite {
            return Err(KernelError::NotFinite);
        }
    }
    Ok(())
}
