mod embed;
mod packer;

pub use packer::LinearPacker;

use crate::{
    check_finite,
    product::{pack_transposed, workspace_bytes, Begin, Packed, Product, RowMajor},
    shape::{check_bias, check_len, element_count},
    simd::{dispatch, Line, Portable, Simd, LANES},
    KernelError, Level,
};
use alloc::{vec, vec::Vec};
use core::ops::Range;

/// The weight of a [`linear`](crate::linear), arranged once for fast products: panels of 16 outputs, and in a panel the 16
/// weights of each input side by side. All levels read the same arrangement.
///
/// A weight that the last panel's empty outputs would lengthen by more than an eighth (13 outputs take 16) is kept as it is,
/// and arranged anew by each product.
#[derive(Clone)]
pub struct PackedLinear {
    weight: Arranged,
    inputs: usize,
    outputs: usize,
}

/// Some outputs of a [`PackedLinear`]: a linear layer of its own, so that threads can share one by columns.
#[derive(Clone, Copy)]
pub struct PackedColumns<'a> {
    weight: ArrangedRef<'a>,
    inputs: usize,
    outputs: usize,
}

#[derive(Clone)]
enum Arranged {
    /// Panel by panel, a line for each input.
    Panels(Vec<Line>),
    /// Outputs × inputs.
    Rows(Vec<f32>),
}

/// A part of [`Arranged`].
#[derive(Clone, Copy)]
pub(crate) enum ArrangedRef<'a> {
    Panels(&'a [Line]),
    Rows(&'a [f32]),
}

impl PackedLinear {
    /// Outputs that lie together; ranges of [`columns`](Self::columns) start at multiples of it.
    pub const PANEL: usize = LANES;

    /// Packs `weight`, which is outputs × inputs.
    ///
    /// # Errors
    /// [`ZeroDimension`](KernelError::ZeroDimension), [`TooLarge`](KernelError::TooLarge) and
    /// [`ShapeMismatch`](KernelError::ShapeMismatch) for a wrong shape; [`NotFinite`](KernelError::NotFinite) if a
    /// weight is a NaN or an infinity.
    pub fn new(weight: &[f32], inputs: usize, outputs: usize) -> Result<Self, KernelError> {
        check_len("weight", weight.len(), element_count(&[outputs, inputs])?)?;
        check_finite(weight)?;
        let weight = match in_panels(outputs) {
            true => Arranged::Panels(pack(weight, inputs, outputs)),
            false => Arranged::Rows(weight.to_vec()),
        };
        Ok(Self { weight, inputs, outputs })
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
            Arranged::Panels(lines) => core::mem::size_of_val(lines.as_slice()),
            Arranged::Rows(rows) => core::mem::size_of_val(rows.as_slice()),
        }
    }

    /// What [`size_bytes`](Self::size_bytes) will be, for a budget before packing: at most 9/8 of the weight.
    ///
    /// # Errors
    /// [`ZeroDimension`](KernelError::ZeroDimension) and [`TooLarge`](KernelError::TooLarge) for a wrong shape.
    pub fn size_bytes_of(inputs: usize, outputs: usize) -> Result<u64, KernelError> {
        element_count(&[outputs, inputs])?;
        let outputs = if in_panels(outputs) { outputs.next_multiple_of(LANES) } else { outputs };
        Ok(inputs as u64 * outputs as u64 * core::mem::size_of::<f32>() as u64)
    }

    /// Bytes of memory that a product of `rows` takes beside its operands, at most, for a budget; saturated.
    ///
    /// # Errors
    /// As [`size_bytes_of`](Self::size_bytes_of).
    pub fn workspace_bytes_of(inputs: usize, outputs: usize, rows: usize) -> Result<u64, KernelError> {
        element_count(&[outputs, inputs])?;
        let bytes = match in_panels(outputs) {
            true => workspace_bytes::<Packed<'_>>(rows, inputs),
            false => workspace_bytes::<RowMajor<'_>>(rows, inputs),
        };
        Ok(bytes as u64)
    }

    /// [`linear`](crate::linear) with this weight: `x` is rows × inputs, `bias` outputs, `out` rows × outputs.
    ///
    /// # Errors
    /// As [`linear`](crate::linear).
    pub fn apply(&self, x: &[f32], bias: Option<&[f32]>, rows: usize, out: &mut [f32]) -> Result<(), KernelError> {
        self.apply_at(Level::best(), x, bias, rows, out)
    }

    /// [`apply`](Self::apply) at `level`.
    ///
    /// # Errors
    /// As [`linear`](crate::linear).
    pub fn apply_at(
        &self,
        level: Level,
        x: &[f32],
        bias: Option<&[f32]>,
        rows: usize,
        out: &mut [f32],
    ) -> Result<(), KernelError> {
        let Self { inputs, outputs, .. } = *self;
        PackedColumns { weight: self.arranged(), inputs, outputs }.apply_at(level, x, bias, rows, out)
    }

    /// The layer that computes the outputs of `range` only. An output has the same bits in each range that holds it.
    ///
    /// # Errors
    /// [`RangeNotInPanels`](KernelError::RangeNotInPanels) if `range` is empty, exceeds the outputs, or starts or ends (but for
    /// the last output) elsewhere than at a multiple of [`PANEL`](Self::PANEL).
    pub fn columns(&self, range: Range<usize>) -> Result<PackedColumns<'_>, KernelError> {
        let panels = panels_of(&range, self.outputs)?;
        let inputs = self.inputs;
        let weight = match self.arranged() {
            ArrangedRef::Panels(lines) => ArrangedRef::Panels(&lines[panels.start * inputs..panels.end * inputs]),
            ArrangedRef::Rows(rows) => ArrangedRef::Rows(&rows[range.start * inputs..range.end * inputs]),
        };
        Ok(PackedColumns { weight, inputs, outputs: range.len() })
    }

    /// The weight as it is arranged.
    pub(crate) fn arranged(&self) -> ArrangedRef<'_> {
        match &self.weight {
            Arranged::Panels(lines) => ArrangedRef::Panels(lines),
            Arranged::Rows(rows) => ArrangedRef::Rows(rows),
        }
    }
}

impl PackedColumns<'_> {
    /// [`linear`](crate::linear) with these outputs: `x` is rows × inputs, `bias` and the rows of `out` have the length of the
    /// range.
    ///
    /// # Errors
    /// As [`linear`](crate::linear).
    pub fn apply(&self, x: &[f32], bias: Option<&[f32]>, rows: usize, out: &mut [f32]) -> Result<(), KernelError> {
        self.apply_at(Level::best(), x, bias, rows, out)
    }

    /// [`apply`](Self::apply) at `level`.
    ///
    /// # Errors
    /// As [`linear`](crate::linear).
    pub fn apply_at(
        &self,
        level: Level,
        x: &[f32],
        bias: Option<&[f32]>,
        rows: usize,
        out: &mut [f32],
    ) -> Result<(), KernelError> {
        let Self { weight, inputs, outputs } = *self;
        check_len("x", x.len(), element_count(&[rows, inputs])?)?;
        check_bias(bias, outputs)?;
        check_len("out", out.len(), element_count(&[rows, outputs])?)?;
        let begin = Begin::Zero;
        match weight {
            ArrangedRef::Panels(lines) => {
                let weight = Packed { lines, inputs };
                dispatch(level, Product { x, inputs, weight, begin, bias, outputs, out: &mut *out });
            }
            ArrangedRef::Rows(weight) => {
                let weight = RowMajor { weight, inputs };
                dispatch(level, Product { x, inputs, weight, begin, bias, outputs, out: &mut *out });
            }
        }
        check_finite(out)
    }
}

/// Whether whole panels lengthen a weight of so many outputs by an eighth at most.
pub(crate) fn in_panels(outputs: usize) -> bool {
    outputs.next_multiple_of(LANES) * 8 <= outputs * 9
}

/// The lines of all panels of `weight`, which is outputs × inputs.
pub(crate) fn pack(weight: &[f32], inputs: usize, outputs: usize) -> Vec<Line> {
    let mut lines = vec![Line([0.0; LANES]); outputs.div_ceil(LANES) * inputs];
    for (weight, lines) in weight.chunks(LANES * inputs).zip(lines.chunks_exact_mut(inputs)) {
        pack_transposed::<<Portable as Simd>::Floats>(weight, inputs, 0..inputs, lines);
    }
    lines
}

/// The panels that hold the outputs of `range`, of `outputs` in all.
pub(crate) fn panels_of(range: &Range<usize>, outputs: usize) -> Result<Range<usize>, KernelError> {
    let ends_well = range.end == outputs || range.end < outputs && range.end.is_multiple_of(LANES);
    if range.start < range.end && ends_well && range.start.is_multiple_of(LANES) {
        Ok(range.start / LANES..range.end.div_ceil(LANES))
    } else {
        Err(KernelError::RangeNotInPanels { outputs })
    }
}
