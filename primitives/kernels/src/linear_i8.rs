use crate::{
    check_finite,
    linear::panels_of,
    product_i8::{Outputs, ProductI8},
    quantise::{check_inputs, GROUP},
    shape::{check_bias, check_len, element_count},
    simd::{dispatch, LineI8, LANES},
    KernelError, Level, LinearShape, QuantisedRows,
};
use alloc::{vec, vec::Vec};
use core::ops::Range;

/// Outputs whose weights [`linear_i8`] arranges at a time.
const BLOCK_OUTPUTS: usize = 4 * LANES;

/// A linear layer with int8 weights: `out[r][o]` = f32(Σₖ q(`x[r][k]`) · `weight[o][k]`) · (sₓ · `scales[o]`) + `bias[o]`.
///
/// q and sₓ are those of [`QuantisedRows`]; the sum is an exact i32. A weight that is used often is better a
/// [`PackedLinearI8`], which gives the same bits.
///
/// `x` is rows × inputs, `weight` outputs × inputs (−127 to 127), `scales` and `bias` outputs, `out` rows × outputs.
///
/// # Errors
/// [`ZeroDimension`](KernelError::ZeroDimension), [`TooLarge`](KernelError::TooLarge) (also above
/// [`MAX_INPUTS_I8`](crate::MAX_INPUTS_I8) inputs) and [`ShapeMismatch`](KernelError::ShapeMismatch) for a wrong shape;
/// [`WeightOutOfRange`](KernelError::WeightOutOfRange) for a weight of −128; [`NotFinite`](KernelError::NotFinite) if a
/// value of `x` or an output is a NaN or an infinity.
pub fn linear_i8(
    x: &[f32],
    weight: &[i8],
    scales: &[f32],
    bias: Option<&[f32]>,
    shape: LinearShape,
    out: &mut [f32],
) -> Result<(), KernelError> {
    let LinearShape { rows, inputs, outputs } = shape;
    check_inputs(inputs)?;
    check_len("x", x.len(), element_count(&[rows, inputs])?)?;
    check_weight(weight, scales, inputs, outputs)?;
    check_bias(bias, outputs)?;
    check_len("out", out.len(), element_count(&[rows, outputs])?)?;
    let x = QuantisedRows::new(x, inputs, rows)?;
    let blocks = weight.chunks(BLOCK_OUTPUTS * inputs).zip(scales.chunks(BLOCK_OUTPUTS));
    for ((weight, scales), column) in blocks.zip((0..).step_by(BLOCK_OUTPUTS)) {
        let (lines, panels) = pack(weight, scales, inputs);
        let product =
            ProductI8 { x: &x, lines: &lines, panels: &panels, bias, stride: outputs, column, out: &mut *out };
        dispatch(Level::best(), product);
    }
    check_finite(out)
}

/// The int8 weight of a [`linear_i8`], arranged once for fast products: panels of 16 outputs, and in a panel side by
/// side the 16 outputs' weights of each four inputs. All levels read the same arrangement.
#[derive(Clone)]
pub struct PackedLinearI8 {
    lines: Vec<LineI8>,
    panels: Vec<Outputs>,
    inputs: usize,
    outputs: usize,
}

/// Some outputs of a [`PackedLinearI8`]: a linear layer of its own, so that threads can share one by columns.
#[derive(Clone, Copy)]
pub struct PackedColumnsI8<'a> {
    lines: &'a [LineI8],
    panels: &'a [Outputs],
    inputs: usize,
    outputs: usize,
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
        check_finite(scales)?;
        let (lines, panels) = pack(weight, scales, inputs);
        Ok(Self { lines, panels, inputs, outputs })
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
        core::mem::size_of_val(self.lines.as_slice()) + core::mem::size_of_val(self.panels.as_slice())
    }

    /// What [`size_bytes`](Self::size_bytes) will be, for a budget before packing: outputs are rounded up to whole panels,
    /// inputs to a multiple of four.
    ///
    /// # Errors
    /// [`ZeroDimension`](KernelError::ZeroDimension) and [`TooLarge`](KernelError::TooLarge) for a wrong shape.
    pub fn size_bytes_of(inputs: usize, outputs: usize) -> Result<u64, KernelError> {
        check_inputs(inputs)?;
        element_count(&[outputs, inputs])?;
        let panel = inputs.div_ceil(GROUP) * core::mem::size_of::<LineI8>() + core::mem::size_of::<Outputs>();
        Ok(outputs.div_ceil(LANES) as u64 * panel as u64)
    }

    /// [`linear_i8`] with this weight: `bias` has outputs, `out` rows × outputs.
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
        let Self { lines, panels, inputs, outputs } = self;
        PackedColumnsI8 { lines, panels, inputs: *inputs, outputs: *outputs }.apply_at(level, x, bias, out)
    }

    /// The layer that computes the outputs of `range` only. An output has the same bits in each range that holds it.
    ///
    /// # Errors
    /// [`RangeNotInPanels`](KernelError::RangeNotInPanels) if `range` is empty, exceeds the outputs, or starts or ends
    /// (but for the last output) elsewhere than at a multiple of [`PANEL`](Self::PANEL).
    pub fn columns(&self, range: Range<usize>) -> Result<PackedColumnsI8<'_>, KernelError> {
        let panels = panels_of(&range, self.outputs)?;
        let groups = self.inputs.div_ceil(GROUP);
        Ok(PackedColumnsI8 {
            lines: &self.lines[panels.start * groups..panels.end * groups],
            panels: &self.panels[panels],
            inputs: self.inputs,
            outputs: range.len(),
        })
    }
}

impl PackedColumnsI8<'_> {
    /// [`linear_i8`] with these outputs: `bias` and the rows of `out` have the length of the range.
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
        let Self { lines, panels, outputs: stride, .. } = *self;
        dispatch(level, ProductI8 { x, lines, panels, bias, stride, column: 0, out: &mut *out });
        check_finite(out)
    }
}

fn check_weight(weight: &[i8], scales: &[f32], inputs: usize, outputs: usize) -> Result<(), KernelError> {
    check_len("weight", weight.len(), element_count(&[outputs, inputs])?)?;
    check_len("scales", scales.len(), element_count(&[outputs])?)?;
    if weight.contains(&i8::MIN) {
        return Err(KernelError::WeightOutOfRange);
    }
    Ok(())
}

/// The lines and the outputs of all panels of `weight`, whose rows have `inputs` and one of `scales` each.
fn pack(weight: &[i8], scales: &[f32], inputs: usize) -> (Vec<LineI8>, Vec<Outputs>) {
    let groups = inputs.div_ceil(GROUP);
    let count = scales.len().div_ceil(LANES);
    let mut lines = vec![LineI8([0; GROUP * LANES]); count * groups];
    let mut panels = vec![Outputs { weight_sums: [0; LANES], scales: [0.0; LANES] }; count];
    let rows = weight.chunks_exact(inputs).zip(scales).enumerate();
    for (output, (row, &scale)) in rows {
        let (panel, lane) = (output / LANES, output % LANES);
        for (group, line) in row.chunks(GROUP).zip(&mut lines[panel * groups..]) {
            line.0[lane * GROUP..][..group.len()].copy_from_slice(group);
        }
        // At most 133,144 · 127 in magnitude; qed
        panels[panel].weight_sums[lane] = row.iter().map(|&weight| i32::from(weight)).sum();
        panels[panel].scales[lane] = scale;
    }
    (lines, panels)
}
