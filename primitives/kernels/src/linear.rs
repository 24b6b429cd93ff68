use crate::{
    check_finite,
    product::{pack_transposed, Begin, Packed, Product, RowMajor},
    shape::{check_bias, check_len, element_count},
    simd::{dispatch, Line, Portable, Simd, LANES},
    KernelError, Level, LinearShape,
};
use alloc::{vec, vec::Vec};
use core::ops::Range;

/// `out[r][o]` = Σₖ `x[r][k]` · `weight[o][k]` + `bias[o]`: one chain of fused multiply-adds from +0, k ascending,
/// then one plain addition of the bias.
///
/// `x` is rows × inputs, `weight` outputs × inputs, `bias` outputs, `out` rows × outputs. A weight that is used often is
/// better a [`PackedLinear`], which gives the same bits.
///
/// # Errors
/// [`ZeroDimension`](KernelError::ZeroDimension), [`TooLarge`](KernelError::TooLarge) and
/// [`ShapeMismatch`](KernelError::ShapeMismatch) for a wrong shape; [`NotFinite`](KernelError::NotFinite) if an output
/// is a NaN or an infinity, as it is wherever an operand is.
pub fn linear(
    x: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    shape: LinearShape,
    out: &mut [f32],
) -> Result<(), KernelError> {
    linear_at(Level::best(), x, weight, bias, shape, out)
}

/// [`linear`](crate::linear) at `level`.
///
/// # Errors
/// As [`linear`](crate::linear).
pub fn linear_at(
    level: Level,
    x: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    shape: LinearShape,
    out: &mut [f32],
) -> Result<(), KernelError> {
    let LinearShape { rows, inputs, outputs } = shape;
    check_len("x", x.len(), element_count(&[rows, inputs])?)?;
    check_len("weight", weight.len(), element_count(&[outputs, inputs])?)?;
    check_bias(bias, outputs)?;
    check_len("out", out.len(), element_count(&[rows, outputs])?)?;
    dispatch(level, Product { x, inputs, weight: RowMajor { weight, inputs }, begin: Begin::Zero, bias, outputs, out });
    check_finite(out)
}

/// The weight of a [`linear`], arranged once for fast products: panels of 16 outputs, and in a panel the 16 weights of
/// each input side by side. All levels read the same arrangement.
#[derive(Clone)]
pub struct PackedLinear {
    lines: Vec<Line>,
    inputs: usize,
    outputs: usize,
}

/// Some outputs of a [`PackedLinear`]: a linear layer of its own, so that threads can share one by columns.
#[derive(Clone, Copy)]
pub struct PackedColumns<'a> {
    lines: &'a [Line],
    inputs: usize,
    outputs: usize,
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
        Ok(Self { lines: pack(weight, inputs, outputs), inputs, outputs })
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
        core::mem::size_of_val(self.lines.as_slice())
    }

    /// What [`size_bytes`](Self::size_bytes) will be, for a budget before packing: outputs are rounded up to whole panels.
    ///
    /// # Errors
    /// [`ZeroDimension`](KernelError::ZeroDimension) and [`TooLarge`](KernelError::TooLarge) for a wrong shape.
    pub fn size_bytes_of(inputs: usize, outputs: usize) -> Result<u64, KernelError> {
        element_count(&[outputs, inputs])?;
        Ok(inputs as u64 * outputs.div_ceil(LANES) as u64 * core::mem::size_of::<Line>() as u64)
    }

    /// [`linear`] with this weight: `x` is rows × inputs, `bias` outputs, `out` rows × outputs.
    ///
    /// # Errors
    /// As [`linear`].
    pub fn apply(&self, x: &[f32], bias: Option<&[f32]>, rows: usize, out: &mut [f32]) -> Result<(), KernelError> {
        self.apply_at(Level::best(), x, bias, rows, out)
    }

    /// [`apply`](Self::apply) at `level`.
    ///
    /// # Errors
    /// As [`linear`].
    pub fn apply_at(
        &self,
        level: Level,
        x: &[f32],
        bias: Option<&[f32]>,
        rows: usize,
        out: &mut [f32],
    ) -> Result<(), KernelError> {
        self.all().apply_at(level, x, bias, rows, out)
    }

    /// The layer that computes the outputs of `range` only. An output has the same bits in each range that holds it.
    ///
    /// # Errors
    /// [`RangeNotInPanels`](KernelError::RangeNotInPanels) if `range` is empty, exceeds the outputs, or starts or ends (but for
    /// the last output) elsewhere than at a multiple of [`PANEL`](Self::PANEL).
    pub fn columns(&self, range: Range<usize>) -> Result<PackedColumns<'_>, KernelError> {
        let panels = panels_of(&range, self.outputs)?;
        let lines = &self.lines[panels.start * self.inputs..panels.end * self.inputs];
        Ok(PackedColumns { lines, inputs: self.inputs, outputs: range.len() })
    }

    fn all(&self) -> PackedColumns<'_> {
        PackedColumns { lines: &self.lines, inputs: self.inputs, outputs: self.outputs }
    }
}

impl PackedColumns<'_> {
    /// [`linear`] with these outputs: `x` is rows × inputs, `bias` and the rows of `out` have the length of the range.
    ///
    /// # Errors
    /// As [`linear`].
    pub fn apply(&self, x: &[f32], bias: Option<&[f32]>, rows: usize, out: &mut [f32]) -> Result<(), KernelError> {
        self.apply_at(Level::best(), x, bias, rows, out)
    }

    /// [`apply`](Self::apply) at `level`.
    ///
    /// # Errors
    /// As [`linear`].
    pub fn apply_at(
        &self,
        level: Level,
        x: &[f32],
        bias: Option<&[f32]>,
        rows: usize,
        out: &mut [f32],
    ) -> Result<(), KernelError> {
        let Self { lines, inputs, outputs } = *self;
        check_len("x", x.len(), element_count(&[rows, inputs])?)?;
        check_bias(bias, outputs)?;
        check_len("out", out.len(), element_count(&[rows, outputs])?)?;
        dispatch(
            level,
            Product { x, inputs, weight: Packed { lines, inputs }, begin: Begin::Zero, bias, outputs, out },
        );
        check_finite(out)
    }
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
