use crate::{
    check_finite,
    packed_linear_i8::{apply_rows, check_weight},
    quantise::check_inputs,
    shape::{check_bias, check_len, element_count},
    KernelError, Level, LinearShape, QuantisedRows,
};

/// A linear layer with int8 weights: `out[r][o]` = f32(Σₖ q(`x[r][k]`) · `weight[o][k]`) · (sₓ · `scales[o]`) + `bias[o]`.
///
/// q and sₓ are those of [`QuantisedRows`]; the sum is an exact i32. A weight that is used often is better a
/// [`PackedLinearI8`](crate::PackedLinearI8), which gives the same bits.
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
    apply_rows(Level::best(), &x, (weight, scales), bias, out);
    check_finite(out)
}
