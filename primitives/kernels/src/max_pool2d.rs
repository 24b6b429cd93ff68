use crate::{
    check_finite,
    select::larger,
    shape::{check_len, element_count},
    KernelError, Pool2dShape,
};

/// The largest value of each window, in NCHW; windows lie wholly inside the input.
///
/// `x` is batch × channels × height × width, `out` batch × channels ×
/// [`output_size`](Pool2dShape::output_size). A later value replaces an earlier one only if it is larger.
///
/// # Errors
/// [`ZeroDimension`](KernelError::ZeroDimension), [`WindowExceedsInput`](KernelError::WindowExceedsInput),
/// [`TooLarge`](KernelError::TooLarge) and [`ShapeMismatch`](KernelError::ShapeMismatch) for a wrong shape;
/// [`NotFinite`](KernelError::NotFinite) if a value of `x` is a NaN or an infinity, which the selection might hide.
pub fn max_pool2d(x: &[f32], shape: Pool2dShape, out: &mut [f32]) -> Result<(), KernelError> {
    let Pool2dShape { batch, channels, height, width, kernel, stride } = shape;
    let (out_height, out_width) = shape.output_size()?;
    check_len("x", x.len(), element_count(&[batch, channels, height, width])?)?;
    check_len("out", out.len(), element_count(&[batch, channels, out_height, out_width])?)?;
    check_finite(x)?;
    let planes = x.chunks_exact(height * width);
    for (plane, out) in planes.zip(out.chunks_exact_mut(out_height * out_width)) {
        for (index, out) in out.iter_mut().enumerate() {
            let corner = (index / out_width) * stride * width + (index % out_width) * stride;
            *out = window_max(&plane[corner..], width, kernel);
        }
    }
    Ok(())
}

/// The largest value of the window of `kernel` × `kernel` at the start of `plane`, whose rows are `width` long.
#[inline(always)]
fn window_max(plane: &[f32], width: usize, kernel: usize) -> f32 {
    let rows = plane.chunks(width).take(kernel);
    rows.flat_map(|row| &row[..kernel]).fold(plane[0], |max, &value| larger(max, value))
}
