//! The kernels as candle operations. Everything that reaches an answer is computed here, and nothing by candle.

mod decoder;
mod in_place;
mod kernel_op;
mod linear;
mod products;
mod transformer;

pub(crate) use decoder::{append, attend_causally, embed_packed, embed_packed_i8, multiply, rms_norm, rotate};
pub(crate) use in_place::{in_place, map, take_values};
pub(crate) use linear::{embed_blocks, linear, COLUMN_ROWS};
pub(crate) use transformer::{add, attend, embed, embed_i8, layer_norm, mean_pool, AttentionShape};

use crate::Stopped;
use candle_core::Tensor;
use kernel_op::{apply, KernelOp};
use votive_kernels::{Conv2dShape, KernelError, PackedLinear, Pool2dShape};

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
    /// The call was ended between two operations.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// Convolution of x (batch × channels × height × width) with weight (out × in · height · width).
pub(crate) fn conv2d(
    x: &Tensor,
    weight: &PackedLinear,
    bias: Option<&Tensor>,
    shape: Conv2dShape,
) -> Result<Tensor, OpError> {
    let (height, width) = shape.output_size()?;
    let out = (shape.batch, shape.out_channels, height, width);
    apply("conv2d", x, bias, out, |x, bias, out| votive_kernels::conv2d_packed(x, weight, bias, shape, out))
}

/// Maximum over windows of x (batch × channels × height × width).
pub(crate) fn max_pool2d(x: &Tensor, shape: Pool2dShape) -> Result<Tensor, OpError> {
    let (height, width) = shape.output_size()?;
    KernelOp::new("max_pool2d", (shape.batch, shape.channels, height, width), |x: &[f32], out: &mut [f32]| {
        votive_kernels::max_pool2d(x, shape, out)
    })
    .apply1(x)
}

/// The values of a contiguous f32 tensor, in order.
pub(crate) fn values(tensor: &Tensor) -> candle_core::Result<Vec<f32>> {
    tensor.flatten_all()?.to_vec1()
}
