use crate::{
    check_finite,
    packed_linear::{in_panels, pack, ArrangedRef},
    product::{workspace_bytes, Begin, Packed, Product},
    shape::{check_bias, check_len, element_count},
    simd::{dispatch, Line, LANES},
    Conv2dShape, KernelError, Level, PackedLinear,
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
    let Conv2dShape { in_channels, out_channels, kernel_height, kernel_width, .. } = shape;
    check_images(x, &shape)?;
    let inputs = element_count(&[in_channels, kernel_height, kernel_width])?;
    check_len("weight", weight.len(), element_count(&[out_channels, inputs])?)?;
    let lines = pack(weight, inputs, out_channels);
    convolve(level, x, (&lines, bias), shape, out)
}

/// [`conv2d`] with a weight that was packed as out_channels × (in_channels · kernel_height · kernel_width).
///
/// # Errors
/// As [`conv2d`].
pub fn conv2d_packed(
    x: &[f32],
    weight: &PackedLinear,
    bias: Option<&[f32]>,
    shape: Conv2dShape,
    out: &mut [f32],
) -> Result<(), KernelError> {
    let Conv2dShape { in_channels, out_channels, kernel_height, kernel_width, .. } = shape;
    check_images(x, &shape)?;
    let inputs = element_count(&[in_channels, kernel_height, kernel_width])?;
    check_len("weight", weight.inputs(), inputs)?;
    check_len("weight", weight.outputs(), out_channels)?;
    match weight.arranged() {
        ArrangedRef::Panels(lines) => convolve(Level::best(), x, (lines, bias), shape, out),
        ArrangedRef::Rows(rows) => conv2d(x, rows, bias, shape, out),
    }
}

/// Refuses images of another length than their shape's.
fn check_images(x: &[f32], shape: &Conv2dShape) -> Result<(), KernelError> {
    shape.output_size()?;
    check_len("x", x.len(), element_count(&[shape.batch, shape.in_channels, shape.height, shape.width])?)
}

/// Checks what is not yet, bias and output, and convolves with the panels of a weight.
fn convolve(
    level: Level,
    x: &[f32],
    (lines, bias): (&[Line], Option<&[f32]>),
    shape: Conv2dShape,
    out: &mut [f32],
) -> Result<(), KernelError> {
    let Conv2dShape { batch, in_channels, height, width, out_channels, .. } = shape;
    let (out_height, out_width) = shape.output_size()?;
    check_bias(bias, out_channels)?;
    check_len("out", out.len(), element_count(&[batch, out_channels, out_height, out_width])?)?;
    let images = x.chunks_exact(in_channels * height * width);
    let convolution = Convolution { lines, bias, shape: &shape, out_width };
    for (image, out) in images.zip(out.chunks_exact_mut(out_channels * out_height * out_width)) {
        convolution.apply(level, image, out);
    }
    check_finite(out)
}

impl Conv2dShape {
    /// The elements, at most, that a convolution holds beside its operands: the patches and the outputs of a block of pixels, what
    /// their product takes, and the weight in panels where a [`PackedLinear`] keeps it as it is.
    ///
    /// # Errors
    /// As [`output_size`](Self::output_size).
    pub fn workspace_elements(&self) -> Result<u64, KernelError> {
        let (out_height, out_width) = self.output_size()?;
        let inputs = element_count(&[self.in_channels, self.kernel_height, self.kernel_width])?;
        let block = block_pixels(inputs, element_count(&[out_height, out_width])?);
        let product = workspace_bytes::<Packed<'_>>(block, inputs) / size_of::<f32>();
        let (block, inputs, outputs) = (block as u64, inputs as u64, self.out_channels as u64);
        let panels = if in_panels(self.out_channels) { 0 } else { outputs.next_multiple_of(LANES as u64) };
        Ok(block * (inputs + outputs) + product as u64 + inputs * panels)
    }
}

/// The output pixels, of `plane` in all, whose patches of `inputs` are computed as one product.
fn block_pixels(inputs: usize, plane: usize) -> usize {
    (BLOCK_ELEMENTS / inputs).clamp(1, BLOCK_PIXELS).min(plane)
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
        let block = block_pixels(inputs, plane);
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
