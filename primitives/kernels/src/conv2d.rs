use crate::{
    check_finite,
    linear::pack,
    product::{Begin, Packed, Product},
    shape::{check_bias, check_len, element_count},
    simd::{dispatch, Line},
    Conv2dShape, KernelError, Level,
};
use alloc::vec;

/// Output pixels whose patches are computed as one product, if the patches then are not above [`BLOCK_ELEMENTS`].
const BLOCK_PIXELS: usize = 96;

/// Elements of the patches of a product of several pixels: a megabyte.
const BLOCK_ELEMENTS: usize = 1 << 18;

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
    conv2d_at(Level::best(), x, weight, bias, shape, out)
}

/// [`conv2d`](crate::conv2d) at `level`.
///
/// # Errors
/// As [`conv2d`](crate::conv2d).
pub fn conv2d_at(
    level: Level,
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
    let lines = pack(weight, weight.len() / out_channels, out_channels);
    let images = x.chunks_exact(in_channels * height * width);
    let convolution = Convolution { lines: &lines, bias, shape: &shape, out_width };
    for (image, out) in images.zip(out.chunks_exact_mut(out_channels * out_height * out_width)) {
        convolution.apply(level, image, out);
    }
    check_finite(out)
}

/// A [`conv2d`] whose lengths are checked, but for its images.
struct Convolution<'a> {
    lines: &'a [Line],
    bias: Option<&'a [f32]>,
    shape: &'a Conv2dShape,
    out_width: usize,
}

impl Convolution<'_> {
    /// The convolution of one image, as products over the patches of its output pixels.
    fn apply(&self, level: Level, image: &[f32], out: &mut [f32]) {
        let Self { lines, bias, shape, out_width } = *self;
        let outputs = shape.out_channels;
        let inputs = shape.in_channels * shape.kernel_height * shape.kernel_width;
        let plane = out.len() / outputs;
        let block = (BLOCK_ELEMENTS / inputs).clamp(1, BLOCK_PIXELS).min(plane);
        let mut patches = vec![0.0; block * inputs];
        let mut pixels = vec![0.0; block * outputs];
        for start in (0..plane).step_by(block) {
            let count = block.min(plane - start);
            let (patches, pixels) = (&mut patches[..count * inputs], &mut pixels[..count * outputs]);
            for (position, patch) in (start..).zip(patches.chunks_exact_mut(inputs)) {
                gather(image, shape, (position / out_width, position % out_width), patch);
            }
            let weight = Packed { lines, inputs };
            let begin = Begin::Zero;
            dispatch(level, Product { x: patches, inputs, weight, begin, bias, outputs, out: &mut *pixels });
            for (position, pixel) in (start..).zip(pixels.chunks_exact(outputs)) {
                for (out, &value) in out[position..].iter_mut().step_by(plane).zip(pixel) {
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
