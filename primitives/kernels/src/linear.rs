use crate::{
    check_finite,
    product::{Begin, Product, RowMajor},
    shape::{check_bias, check_len, element_count},
    simd::dispatch,
    KernelError, Level, LinearShape,
};

/// `out[r][o]` = Σₖ `x[r][k]` · `weight[o][k]` + `bias[o]`: one chain of fused multiply-adds from +0, k ascending,
/// then one plain addition of the bias.
///
/// `x` is rows × inputs, `weight` outputs × inputs, `bias` outputs, `out` rows × outputs. A weight that is used often is
/// better a [`PackedLinear`](crate::PackedLinear), which gives the same bits.
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
