mod embed;
mod packer;

pub use packer::LinearPackerI8;

use crate::{
    check_finite,
    packed_linear::panels_of,
    product_i8::{workspace_bytes, Outputs, ProductI8},
    quantise::{check_inputs, GROUP},
    shape::{check_bias, check_len, element_count},
    simd::{dispatch, LineI8, LANES},
    KernelError, Level, QuantisedRows,
};
use alloc::vec::Vec;
use core::ops::Range;
use packer::Panels;

/// Outputs whose weights are arranged at a time where they are not kept so.
const BLOCK_OUTPUTS: usize = 4 * LANES;

/// The int8 weight of a [`linear_i8`](crate::linear_i8), arranged once for fast products: panels of 16 outputs, and in a panel
/// side by side the 16 outputs' weights of each four inputs. All levels read the same arrangement.
///
/// A weight that this would lengthen by more than an eighth, as it does for few outputs or inputs, is kept as it is, and arranged
/// anew by each product.
#[derive(Clone)]
pub struct PackedLinearI8 {
    weight: Arranged,
    inputs: usize,
    outputs: usize,
}

/// Some outputs of a [`PackedLinearI8`]: a linear layer of its own, so that threads can share one by columns.
#[derive(Clone, Copy)]
pub struct PackedColumnsI8<'a> {
    weight: ArrangedRef<'a>,
    inputs: usize,
    outputs: usize,
}

#[derive(Clone)]
enum Arranged {
    Panels(Panels),
    /// Outputs × inputs, and the scales.
    Rows(Vec<i8>, Vec<f32>),
}

/// A part of [`Arranged`].
#[derive(Clone, Copy)]
enum ArrangedRef<'a> {
    Panels(&'a [LineI8], &'a [Outputs]),
    Rows(&'a [i8], &'a [f32]),
}

impl PackedLinearI8 {
    /// Outputs that lie together; ranges of [`columns`](Self::columns) start at multiples of it.
    pub const PANEL: usize = LANES;

    /// Packs `weight`, which is outputs × inputs (−127 to 127) with a scale for each output.
    ///
    /// # Errors
    /// [`ZeroDimension`](KernelError::ZeroDimension), [`TooLarge`](KernelError::TooLarge) (also above
    /// [`MAX_INPUTS_I8`](crate::MAX_INPUTS_I8) inputs) and [`ShapeMismatch`](KernelError::ShapeMismatch) for a wrong
    /// shape; [`WeightOutOfRange`](KernelError::WeightOutOfRange) for a weight of −128;
    /// [`NotFinite`](KernelError::NotFinite) if a scale is a NaN or an infinity.
    pub fn new(weight: &[i8], scales: &[f32], inputs: usize, outputs: usize) -> Result<Self, KernelError> {
        check_inputs(inputs)?;
        check_weight(weight, scales, inputs, outputs)?;
        let mut packer = LinearPackerI8::new(inputs, outputs)?;
        packer.push(weight)?;
        packer.finish(scales)
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
        match &self.weight {
            Arranged::Panels(panels) => panels.size_bytes(),
            Arranged::Rows(rows, scales) => rows.len() + core::mem::size_of_val(scales.as_slice()),
        }
    }

    /// What [`size_bytes`](Self::size_bytes) will be, for a budget before packing: at most 9/8 of the weight with its scales.
    ///
    /// # Errors
    /// [`ZeroDimension`](KernelError::ZeroDimension) and [`TooLarge`](KernelError::TooLarge) for a wrong shape.
    pub fn size_bytes_of(inputs: usize, outputs: usize) -> Result<u64, KernelError> {
        check_inputs(inputs)?;
        element_count(&[outputs, inputs])?;
        let (plain, in_panels) = (plain_size(inputs, outputs), panels_size(inputs, outputs));
        Ok(if fits_panels(inputs, outputs) { in_panels } else { plain })
    }

    /// Bytes of memory that a product of `rows` takes beside its operands, at most, for a budget.
    ///
    /// # Errors
    /// As [`size_bytes_of`](Self::size_bytes_of).
    pub fn workspace_bytes_of(inputs: usize, outputs: usize, rows: usize) -> Result<u64, KernelError> {
        check_inputs(inputs)?;
        element_count(&[outputs, inputs])?;
        let arranged = if fits_panels(inputs, outputs) { 0 } else { panels_size(inputs, outputs.min(BLOCK_OUTPUTS)) };
        Ok(workspace_bytes(rows, inputs) as u64 + arranged)
    }

    /// [`linear_i8`](crate::linear_i8) with this weight: `bias` has outputs, `out` rows × outputs.
    ///
    /// # Errors
    /// [`ShapeMismatch`](KernelError::ShapeMismatch) for a wrong shape; [`NotFinite`](KernelError::NotFinite) if an output
    /// is a NaN or an infinity.
    pub fn apply(&self, x: &QuantisedRows, bias: Option<&[f32]>, out: &mut [f32]) -> Result<(), KernelError> {
        self.apply_at(Level::best(), x, bias, out)
    }

    /// [`apply`](Self::apply) at `level`.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn apply_at(
        &self,
        level: Level,
        x: &QuantisedRows,
        bias: Option<&[f32]>,
        out: &mut [f32],
    ) -> Result<(), KernelError> {
        let Self { inputs, outputs, .. } = *self;
        PackedColumnsI8 { weight: self.arranged(), inputs, outputs }.apply_at(level, x, bias, out)
    }

    /// The layer that computes the outputs of `range` only. An output has the same bits in each range that holds it.
    ///
    /// # Errors
    /// [`RangeNotInPanels`](KernelError::RangeNotInPanels) if `range` is empty, exceeds the outputs, or starts or ends
    /// (but for the last output) elsewhere than at a multiple of [`PANEL`](Self::PANEL).
    pub fn columns(&self, range: Range<usize>) -> Result<PackedColumnsI8<'_>, KernelError> {
        let within = panels_of(&range, self.outputs)?;
        let groups = self.inputs.div_ceil(GROUP);
        let weight = match self.arranged() {
            ArrangedRef::Panels(lines, outputs) => {
                ArrangedRef::Panels(&lines[within.start * groups..within.end * groups], &outputs[within])
            }
            ArrangedRef::Rows(rows, scales) => {
                ArrangedRef::Rows(&rows[range.start * self.inputs..range.end * self.inputs], &scales[range.clone()])
            }
        };
        Ok(PackedColumnsI8 { weight, inputs: self.inputs, outputs: range.len() })
    }

    fn arranged(&self) -> ArrangedRef<'_> {
        match &self.weight {
            Arranged::Panels(panels) => ArrangedRef::Panels(&panels.lines, &panels.outputs),
            Arranged::Rows(rows, scales) => ArrangedRef::Rows(rows, scales),
        }
    }
}

impl PackedColumnsI8<'_> {
    /// [`linear_i8`](crate::linear_i8) with these outputs: `bias` and the rows of `out` have the length of the range.
    ///
    /// # Errors
    /// As [`PackedLinearI8::apply`].
    pub fn apply(&self, x: &QuantisedRows, bias: Option<&[f32]>, out: &mut [f32]) -> Result<(), KernelError> {
        self.apply_at(Level::best(), x, bias, out)
    }

    /// [`apply`](Self::apply) at `level`.
    ///
    /// # Errors
    /// As [`PackedLinearI8::apply`].
    pub fn apply_at(
        &self,
        level: Level,
        x: &QuantisedRows,
        bias: Option<&[f32]>,
        out: &mut [f32],
    ) -> Result<(), KernelError> {
        check_len("x", x.inputs(), self.inputs)?;
        check_bias(bias, self.outputs)?;
        check_len("out", out.len(), element_count(&[x.scales().len(), self.outputs])?)?;
        match self.weight {
            ArrangedRef::Panels(lines, panels) => {
                let stride = self.outputs;
                dispatch(level, ProductI8 { x, lines, panels, bias, stride, column: 0, out: &mut *out });
            }
            ArrangedRef::Rows(rows, scales) => apply_rows(level, x, (rows, scales), bias, out),
        }
        check_finite(out)
    }
}

/// The products of `x` with a weight that is not arranged: outputs × inputs, and the scales. All is checked but the result.
pub(crate) fn apply_rows(
    level: Level,
    x: &QuantisedRows,
    (weight, scales): (&[i8], &[f32]),
    bias: Option<&[f32]>,
    out: &mut [f32],
) {
    let (inputs, stride) = (x.inputs(), scales.len());
    let blocks = weight.chunks(BLOCK_OUTPUTS * inputs).zip(scales.chunks(BLOCK_OUTPUTS));
    for ((weight, scales), column) in blocks.zip((0..).step_by(BLOCK_OUTPUTS)) {
        let mut block = Panels::new(inputs, scales.len());
        block.write(inputs, 0, weight);
        block.scale(scales);
        let Panels { lines, outputs: panels } = &block;
        dispatch(level, ProductI8 { x, lines, panels, bias, stride, column, out: &mut *out });
    }
}

/// Refuses a weight that is not outputs × inputs of −127 to 127 with a scale for each output.
pub(crate) fn check_weight(weight: &[i8], scales: &[f32], inputs: usize, outputs: usize) -> Result<(), KernelError> {
    check_len("weight", weight.len(), element_count(&[outputs, inputs])?)?;
    check_len("scales", scales.len(), outputs)?;
    check_range(weight)
}

/// Refuses −128.
fn check_range(weight: &[i8]) -> Result<(), KernelError> {
    // A minimum without an early exit, so that the loop becomes vectors.
    match weight.iter().fold(0, |least, &weight| least.min(weight)) {
        i8::MIN => Err(KernelError::WeightOutOfRange),
        _ => Ok(()),
    }
}

/// Whether panels lengthen such a weight by an eighth at most.
fn fits_panels(inputs: usize, outputs: usize) -> bool {
    panels_size(inputs, outputs) * 8 <= plain_size(inputs, outputs) * 9
}

/// Bytes of a weight in panels. At most 2³¹ elements, so that nothing overflows.
fn panels_size(inputs: usize, outputs: usize) -> u64 {
    let panel = inputs.div_ceil(GROUP) * core::mem::size_of::<LineI8>() + core::mem::size_of::<Outputs>();
    outputs.div_ceil(LANES) as u64 * panel as u64
}

/// Bytes of a weight as it is, with its scales.
fn plain_size(inputs: usize, outputs: usize) -> u64 {
    outputs as u64 * (inputs + core::mem::size_of::<f32>()) as u64
}
