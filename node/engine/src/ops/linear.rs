//! Linear layers over packed weights.

use super::kernel_op::KernelOp;
use super::OpError;
use candle_core::{Device, Shape, Tensor};
use votive_kernels::{KernelError, PackedLinear, PackedLinearBlocks, PackedLinearI8, QuantisedBlocks, QuantisedRows};

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

/// As [`packed_linear`], with block-quantised weights, for which each row of x is quantised in blocks.
pub(crate) fn packed_linear_blocks(
    x: &Tensor,
    weight: &PackedLinearBlocks,
    bias: Option<&Tensor>,
) -> Result<Tensor, OpError> {
    let (rows, _) = x.dims2()?;
    apply("linear_blocks", x, bias, (rows, weight.outputs()), |x, bias, out| {
        weight.apply(&QuantisedBlocks::new(x, weight.inputs(), rows)?, bias, out)
    })
}

/// The rows of a block-quantised matrix that `ids` name, as floats.
pub(crate) fn embed_blocks(table: &PackedLinearBlocks, ids: &[u32]) -> Result<Tensor, OpError> {
    let mut rows = vec![0.0; ids.len() * table.inputs()];
    table.embed(ids, &mut rows)?;
    Ok(Tensor::from_vec(rows, (ids.len(), table.inputs()), &Device::Cpu)?)
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
