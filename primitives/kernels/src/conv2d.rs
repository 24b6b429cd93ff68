use crate::{
    chain::{add_bias, products},
    check_finite,
    fused::{dispatch, Fused, Kernel},
    shape::{check_bias, check_len, element_count},
    Conv2dShape, KernelError,
};
use alloc::{vec, vec::Vec};

/// The convolution of NCHW images with OIHW weights, zeros around the image.
///
/// Each output is one chain of fused multiply-adds from +0 over input channel, kernel row and kernel column, ascending
/// in this order; then one plain addition of the bias. A tap in the padding takes part with an input of +0. So the
/// result is, to the bit, a [`linear`](crate::linear) over the image's patches.
///
/// `x` is batch × in_channels × height × width, `weight` out_channels × in_channels × kernel_height × kernel_width,
/// `bias` out_channels, `out` batch × out_channels × [`output_size`](Conv2dShape::output_size).
///
/// # Errors
/// [`ZeroDimension`](KernelError::ZeroDimension), [`WindowExceedsInput`](KernelError::WindowExceedsInput),
/// [`TooLarge`](KernelError::TooLarge) and [`ShapeMismatch`](KernelError::ShapeMismatch) for a wrong shape;
/// [`NotFinite`](KernelError::NotFinite) if an output is a NaN or an infinity, as it is wherever an operand is.
pub fn conv2d(
    x: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    shape: Conv2dShape,
    out: &mut [f32],
) -> Result<(), KernelError> {
    let Conv2dShape { batch, in_channels, height, width, out_channels, kernel_height, kernel_width, .. } = shape;
    let (out_height, out_width) = shape.output_size()?;
    check_len("x", x.len(), element_count(&[batch, in_channels, height, width])?)?;
    check_len("weight", weight.len(), element_count(&[out_channels, in_channels, kernel_height, kernel_width])?)?;
    check_bias(bias, out_channels)?;
    check_len("out", out.len(), element_count(&[batch, out_channels, out_height, out_width])?)?;
    let patch = vec![0.0; weight.len() / out_channels];
    let pixel = vec![0.0; out_channels];
    dispatch(Conv2d { x, weight, bias, shape, out_width, patch, pixel, out: &mut *out });
    check_finite(out)
}

/// A [`conv2d`] whose lengths are checked.
struct Conv2d<'a> {
    x: &'a [f32],
    weight: &'a [f32],
    bias: Option<&'a [f32]>,
    shape: Conv2dShape,
    out_width: usize,
    /// The inputs of one output pixel, in the order of the chain.
    patch: Vec<f32>,
    /// The channels of one output pixel.
    pixel: Vec<f32>,
    out: &'a mut [f32],
}

impl Kernel for Conv2d<'_> {
    #[inline(always)]
    fn run<F: Fused>(mut self) {
        let images = self.x.len() / self.shape.batch;
        let out_image = self.out.len() / self.shape.batch;
        let plane = out_image / self.shape.out_channels;
        for (image, out) in self.x.chunks_exact(images).zip(self.out.chunks_exact_mut(out_image)) {
            for position in 0..plane {
                gather(image, &self.shape, (position / self.out_width, position % self.out_width), &mut self.patch);
                products::<F>(&self.patch, self.weight, &mut self.pixel);
                add_bias(&mut self.pixel, self.bias);
                for (out, &value) in out[position..].iter_mut().step_by(plane).zip(&self.pixel) {
                    *out = value;
                }
            }
        }
    }
}

/// Copies the inputs of the output pixel at `(row, column)` into `patch`, and +0 for each tap in the padding.
fn gather(image: &[f32], shape: &Conv2dShape, (row, column): (usize, usize), patch: &mut [f32]) {
    let window = shape.kernel_height * shape.kernel_width;
    let planes = image.chunks_exact(shape.height * shape.width);
    for (plane, patch) in planes.zip(patch.chunks_exact_mut(window)) {
        for (kernel_row, patch) in patch.chunks_exact_mut(shape.kernel_width).enumerate() {
            let y = (row * shape.stride + kernel_row).checked_sub(shape.padding).filter(|&y| y < shape.height);
            for (kernel_column, tap) in patch.iter_mut().enumerate() {
                let x = (column * shape.stride + kernel_column).checked_sub(shape.padding).filter(|&x| x < shape.width);
                *tap = match (y, x) {
                    (Some(y), Some(x)) => plane[y * shape.width + x],
                    _ => 0.0,
                };
            }
        }
    }
}
