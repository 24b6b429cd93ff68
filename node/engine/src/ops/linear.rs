//! Linear layers over packed weights.

use super::kernel_op::KernelOp;
use super::OpError;
use candle_core::{Shape, Tensor};
use votive_kernels::{KernelError, PackedLinear, PackedLinearI8, QuantisedRows};

/// `x · weightᵀ + bias`, for each row of x.
pub(crate) fn packed_linear(x: &Tensor, weight: &PackedLinear, bias: Option<&Tensor>) -> Result<Tensor, OpError> {
    let (rows, _) = x.dims2()?;
    apply("linear", x, bias, (rows, weight.outputs()), |x, bias, out| weight.apply(x, bias, rows, out))
}

/// As [`packed_linear`], with an int8 weight, for which each row of x is quantised.
pub(crate) fn packed_linear_i8(x: &Tensor, weight: &PackedLinearI8, bias: Option<&Tensor>) -> Result<Tensor, OpError> {
    let (rows, _) = x.dims2()?;
    apply("linear_i8", x, bias, (rows, weight.outputs()), |x, bias, out| {
        weight.apply(&QuantisedRows::new(x, weight.inputs(), rows)?, bias, out)
    })
}

/// A kernel over `x` and a bias, if there is one.
pub(super) fn apply(
    name: &'static str,
    x: &Tensor,
    bias: Option<&Tensor>,
    shape: impl Into<Shape>,
    kernel: impl Fn(&[f32], Option<&[f32]>, &mut [f32]) -> Result<(), KernelError>,
) -> Result<Tensor, OpError> {
    match bias {
        None => KernelOp::new(name, shape, |x: &[f32], out: &mut [f32]| kernel(x, None, out)).apply1(x),
        Some(bias) => KernelOp::new(name, shape, |x: &[f32], bias: &[f32], out: &mut [f32]| kernel(x, Some(bias), out))
            .apply2(x, bias),
    }
}
