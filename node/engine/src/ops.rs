//! The kernels as candle operations. Everything that reaches an answer is computed here, and nothing by candle.

mod kernel_op;
mod transformer;

pub(crate) use transformer::{
    add, attend, embed, embed_i8, layer_norm, mean_pool, packed_linear, packed_linear_i8, AttentionShape,
};

use candle_core::{Storage, Tensor};
use kernel_op::KernelOp;
use votive_kernels::{Conv2dShape, KernelError, LinearShape, Pool2dShape};

/// Why an operation has no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpError {
    /// A kernel refused its operands or its result.
    #[error("a kernel refused to compute")]
    Kernel(#[from] KernelError),
    /// candle could not hold or move a tensor.
    #[error("candle could not hold or move a tensor")]
    Candle(#[from] candle_core::Error),
}

/// `x · weightᵀ + bias`. x: rows × inputs; weight: outputs × inputs; bias: outputs.
pub(crate) fn linear(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    shape: LinearShape,
) -> Result<Tensor, OpError> {
    let out = (shape.rows, shape.outputs);
    match bias {
        None => KernelOp::new("linear", out, |x: &[f32], w: &[f32], out: &mut [f32]| {
            votive_kernels::linear(x, w, None, shape, out)
        })
        .apply2(x, weight),
        Some(bias) => KernelOp::new("linear", out, |x: &[f32], w: &[f32], b: &[f32], out: &mut [f32]| {
            votive_kernels::linear(x, w, Some(b), shape, out)
        })
        .apply3(x, weight, bias),
    }
}

/// As [`linear`], with int8 weights that each output row scales.
pub(crate) fn linear_i8(
    x: &Tensor,
    (weight, scales): (&[i8], &Tensor),
    bias: Option<&Tensor>,
    shape: LinearShape,
) -> Result<Tensor, OpError> {
    let out = (shape.rows, shape.outputs);
    match bias {
        None => KernelOp::new("linear_i8", out, |x: &[f32], scales: &[f32], out: &mut [f32]| {
            votive_kernels::linear_i8(x, weight, scales, None, shape, out)
        })
        .apply2(x, scales),
        Some(bias) => KernelOp::new("linear_i8", out, |x: &[f32], scales: &[f32], b: &[f32], out: &mut [f32]| {
            votive_kernels::linear_i8(x, weight, scales, Some(b), shape, out)
        })
        .apply3(x, scales, bias),
    }
}

/// Convolution of x (batch × channels × height × width) with weight (out × in × height × width).
pub(crate) fn conv2d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    shape: Conv2dShape,
) -> Result<Tensor, OpError> {
    let (height, width) = shape.output_size()?;
    let out = (shape.batch, shape.out_channels, height, width);
    match bias {
        None => KernelOp::new("conv2d", out, |x: &[f32], w: &[f32], out: &mut [f32]| {
            votive_kernels::conv2d(x, w, None, shape, out)
        })
        .apply2(x, weight),
        Some(bias) => KernelOp::new("conv2d", out, |x: &[f32], w: &[f32], b: &[f32], out: &mut [f32]| {
            votive_kernels::conv2d(x, w, Some(b), shape, out)
        })
        .apply3(x, weight, bias),
    }
}

/// Maximum over windows of x (batch × channels × height × width).
pub(crate) fn max_pool2d(x: &Tensor, shape: Pool2dShape) -> Result<Tensor, OpError> {
    let (height, width) = shape.output_size()?;
    KernelOp::new("max_pool2d", (shape.batch, shape.channels, height, width), |x: &[f32], out: &mut [f32]| {
        votive_kernels::max_pool2d(x, shape, out)
    })
    .apply1(x)
}

/// A kernel that replaces values in place, such as relu, over a tensor of any shape.
pub(crate) fn in_place(
    name: &'static str,
    x: &Tensor,
    kernel: impl Fn(&mut [f32]) -> Result<(), KernelError>,
) -> Result<Tensor, OpError> {
    KernelOp::new(name, x.shape().clone(), |x: &[f32], out: &mut [f32]| {
        out.copy_from_slice(x);
        kernel(out)
    })
    .apply1(x)
}

/// The values of a contiguous f32 tensor, in order.
pub(crate) fn values(tensor: &Tensor) -> candle_core::Result<Vec<f32>> {
    tensor.flatten_all()?.to_vec1()
}

/// Refuses a contiguous f32 tensor with a NaN or an infinity, without copying it.
pub(crate) fn check_finite(tensor: &Tensor) -> Result<(), OpError> {
    with_values(tensor, votive_kernels::check_finite)
}

/// What `read` makes of the values of a contiguous f32 tensor, which are not copied.
pub(crate) fn with_values<T>(
    tensor: &Tensor,
    read: impl FnOnce(&[f32]) -> Result<T, KernelError>,
) -> Result<T, OpError> {
    let (storage, layout) = tensor.storage_and_layout();
    match &*storage {
        Storage::Cpu(storage) => Ok(read(kernel_op::operand(storage, layout)?)?),
        _ => unreachable!("every tensor of the engine is made on Device::Cpu; qed"),
    }
}
