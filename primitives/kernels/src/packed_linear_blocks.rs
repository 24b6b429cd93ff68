mod packer;

pub use packer::LinearPackerBlocks;

use crate::{
    blocks::{BlockFormat, Panel, PanelQ4K, PanelQ6K, PanelQ8_0},
    check_finite,
    packed_linear::panels_of,
    product_blocks::ProductBlocks,
    shape::{check_bias, check_len, element_count},
    simd::{dispatch, LANES},
    KernelError, Level, QuantisedBlocks,
};
use alloc::vec::Vec;
use core::ops::Range;

/// The block-quantised weight of a linear layer, arranged once for fast products: panels of 16 outputs, and in a panel
/// the 16 outputs' values of each four inputs side by side. All levels read the same arrangement, which takes at most 1.06
/// times the memory of the file's, but for the empty outputs of the last panel.
///
/// `out[r][o]` = the chain of the blocks' products, inputs ascending, + `bias[o]`: see `docs/determinism.md`.
#[derive(Clone)]
pub struct PackedLinearBlocks {
    panels: Panels<Vec<PanelQ8_0>, Vec<PanelQ4K>, Vec<PanelQ6K>>,
    inputs: usize,
    outputs: usize,
}

/// Some outputs of a [`PackedLinearBlocks`]: a linear layer of its own, so that threads can share one by columns.
#[derive(Clone, Copy)]
pub struct PackedColumnsBlocks<'a> {
    panels: Panels<&'a [PanelQ8_0], &'a [PanelQ4K], &'a [PanelQ6K]>,
    inputs: usize,
    outputs: usize,
}

/// Panel by panel, its blocks by input.
#[derive(Clone, Copy)]
enum Panels<A, B, C> {
    Q8_0(A),
    Q4K(B),
    Q6K(C),
}

impl PackedLinearBlocks {
    /// Outputs that lie together; ranges of [`columns`](Self::columns) start at multiples of it.
    pub const PANEL: usize = LANES;

    /// Packs `blocks`, the weight of outputs × inputs as a file of `format` holds it, row by row.
    ///
    /// # Errors
    /// [`ZeroDimension`](KernelError::ZeroDimension), [`TooLarge`](KernelError::TooLarge),
    /// [`ParameterOutOfRange`](KernelError::ParameterOutOfRange) and [`ShapeMismatch`](KernelError::ShapeMismatch) for a
    /// wrong shape; [`NotFinite`](KernelError::NotFinite) if a scale is a NaN or an infinity.
    pub fn new(format: BlockFormat, blocks: &[u8], inputs: usize, outputs: usize) -> Result<Self, KernelError> {
        let row_blocks = check_inputs(format, inputs, outputs)?;
        check_len("blocks", blocks.len(), outputs * row_blocks * format.block_bytes())?;
        let mut packer = LinearPackerBlocks::new(format, inputs, outputs)?;
        packer.push(blocks)?;
        packer.finish()
    }

    /// The format of the weights.
    pub fn format(&self) -> BlockFormat {
        match self.panels {
            Panels::Q8_0(_) => BlockFormat::Q8_0,
            Panels::Q4K(_) => BlockFormat::Q4K,
            Panels::Q6K(_) => BlockFormat::Q6K,
        }
    }

    /// Elements of an input row.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Elements of an output row.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Bytes of memory that the packed weight takes.
    pub fn size_bytes(&self) -> usize {
        match &self.panels {
            Panels::Q8_0(panels) => size_of_val(panels.as_slice()),
            Panels::Q4K(panels) => size_of_val(panels.as_slice()),
            Panels::Q6K(panels) => size_of_val(panels.as_slice()),
        }
    }

    /// What [`size_bytes`](Self::size_bytes) will be, for a budget before packing: outputs are rounded up to whole panels.
    ///
    /// # Errors
    /// [`ZeroDimension`](KernelError::ZeroDimension), [`TooLarge`](KernelError::TooLarge) and
    /// [`ParameterOutOfRange`](KernelError::ParameterOutOfRange) for a wrong shape.
    pub fn size_bytes_of(format: BlockFormat, inputs: usize, outputs: usize) -> Result<u64, KernelError> {
        let row_blocks = check_inputs(format, inputs, outputs)?;
        let panel = match format {
            BlockFormat::Q8_0 => size_of::<PanelQ8_0>(),
            BlockFormat::Q4K => size_of::<PanelQ4K>(),
            BlockFormat::Q6K => size_of::<PanelQ6K>(),
        };
        Ok(outputs.div_ceil(LANES) as u64 * row_blocks as u64 * panel as u64)
    }

    /// The product with this weight: `bias` has outputs, `out` rows × outputs.
    ///
    /// # Errors
    /// [`ShapeMismatch`](KernelError::ShapeMismatch) for a wrong shape; [`NotFinite`](KernelError::NotFinite) if an output
    /// is a NaN or an infinity.
    pub fn apply(&self, x: &QuantisedBlocks, bias: Option<&[f32]>, out: &mut [f32]) -> Result<(), KernelError> {
        self.apply_at(Level::best(), x, bias, out)
    }

    /// [`apply`](Self::apply) at `level`.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn apply_at(
        &self,
        level: Level,
        x: &QuantisedBlocks,
        bias: Option<&[f32]>,
        out: &mut [f32],
    ) -> Result<(), KernelError> {
        self.some(0..self.outputs.div_ceil(LANES), self.outputs).apply_at(level, x, bias, out)
    }

    /// The layer that computes the outputs of `range` only. An output has the same bits in each range that holds it.
    ///
    /// # Errors
    /// [`RangeNotInPanels`](KernelError::RangeNotInPanels) if `range` is empty, exceeds the outputs, or starts or ends
    /// (but for the last output) elsewhere than at a multiple of [`PANEL`](Self::PANEL).
    pub fn columns(&self, range: Range<usize>) -> Result<PackedColumnsBlocks<'_>, KernelError> {
        Ok(self.some(panels_of(&range, self.outputs)?, range.len()))
    }

    /// Writes the rows of weights that `ids` name, as floats and in their order: the weight as a table of embeddings. `out`
    /// is `ids.len()` × inputs.
    ///
    /// # Errors
    /// [`ZeroDimension`](KernelError::ZeroDimension), [`TooLarge`](KernelError::TooLarge) and
    /// [`ShapeMismatch`](KernelError::ShapeMismatch) for a wrong shape;
    /// [`IndexOutOfRange`](KernelError::IndexOutOfRange) for an id beyond the outputs.
    pub fn embed(&self, ids: &[u32], out: &mut [f32]) -> Result<(), KernelError> {
        check_len("out", out.len(), element_count(&[ids.len(), self.inputs])?)?;
        for (&id, out) in ids.iter().zip(out.chunks_exact_mut(self.inputs)) {
            let (index, rows) = (id as usize, self.outputs);
            if index >= rows {
                return Err(KernelError::IndexOutOfRange { index, rows });
            }
            match &self.panels {
                Panels::Q8_0(panels) => dequantise(panels, index, out),
                Panels::Q4K(panels) => dequantise(panels, index, out),
                Panels::Q6K(panels) => dequantise(panels, index, out),
            }
        }
        Ok(())
    }

    /// The layer of some panels, which have `outputs`.
    fn some(&self, panels: Range<usize>, outputs: usize) -> PackedColumnsBlocks<'_> {
        let row_blocks = self.inputs / self.format().block_inputs();
        let range = panels.start * row_blocks..panels.end * row_blocks;
        let panels = match &self.panels {
            Panels::Q8_0(panels) => Panels::Q8_0(&panels[range]),
            Panels::Q4K(panels) => Panels::Q4K(&panels[range]),
            Panels::Q6K(panels) => Panels::Q6K(&panels[range]),
        };
        PackedColumnsBlocks { panels, inputs: self.inputs, outputs }
    }
}

impl PackedColumnsBlocks<'_> {
    /// The product with these outputs: `bias` and the rows of `out` have the length of the range.
    ///
    /// # Errors
    /// As [`PackedLinearBlocks::apply`].
    pub fn apply(&self, x: &QuantisedBlocks, bias: Option<&[f32]>, out: &mut [f32]) -> Result<(), KernelError> {
        self.apply_at(Level::best(), x, bias, out)
    }

    /// [`apply`](Self::apply) at `level`.
    ///
    /// # Errors
    /// As [`PackedLinearBlocks::apply`].
    pub fn apply_at(
        &self,
        level: Level,
        x: &QuantisedBlocks,
        bias: Option<&[f32]>,
        out: &mut [f32],
    ) -> Result<(), KernelError> {
        let Self { panels, inputs, outputs } = *self;
        check_len("x", x.inputs(), inputs)?;
        check_bias(bias, outputs)?;
        check_len("out", out.len(), element_count(&[x.rows(), outputs])?)?;
        match panels {
            Panels::Q8_0(panels) => dispatch(level, ProductBlocks { x, panels, bias, outputs, out: &mut *out }),
            Panels::Q4K(panels) => dispatch(level, ProductBlocks { x, panels, bias, outputs, out: &mut *out }),
            Panels::Q6K(panels) => dispatch(level, ProductBlocks { x, panels, bias, outputs, out: &mut *out }),
        }
        check_finite(out)
    }
}

/// The blocks of a row of `inputs`.
fn check_inputs(format: BlockFormat, inputs: usize, outputs: usize) -> Result<usize, KernelError> {
    element_count(&[outputs, inputs])?;
    if !inputs.is_multiple_of(format.block_inputs()) {
        let range = if format == BlockFormat::Q8_0 { "a multiple of 32" } else { "a multiple of 256" };
        return Err(KernelError::ParameterOutOfRange { parameter: "inputs", range });
    }
    Ok(inputs / format.block_inputs())
}

/// Writes the weights of one output.
fn dequantise<P: Panel>(panels: &[P], output: usize, out: &mut [f32]) {
    let row_blocks = out.len() / P::INPUTS;
    let panels = &panels[output / LANES * row_blocks..][..row_blocks];
    for (panel, out) in panels.iter().zip(out.chunks_exact_mut(P::INPUTS)) {
        panel.dequantise(output % LANES, out);
    }
}
