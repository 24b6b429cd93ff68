use crate::{
    check_finite,
    shape::{check_len, check_rows},
    KernelError,
};

/// The mean of the rows of `x` that `mask` selects: a sum in ascending order of rows, divided by their number.
///
/// `x` is rows × `out.len()`; `mask` has an element for each row.
///
/// # Errors
/// [`ZeroDimension`](KernelError::ZeroDimension), [`TooLarge`](KernelError::TooLarge) and
/// [`ShapeMismatch`](KernelError::ShapeMismatch) for a wrong shape; [`NothingSelected`](KernelError::NothingSelected) if
/// the mask selects no row; [`NotFinite`](KernelError::NotFinite) if a value of `x`, selected or not, or a sum is a NaN or
/// an infinity.
pub fn mean_pool(x: &[f32], mask: &[bool], out: &mut [f32]) -> Result<(), KernelError> {
    let rows = check_rows("x", x.len(), out.len())?;
    check_len("mask", mask.len(), rows)?;
    check_finite(x)?;
    let count = mask.iter().filter(|&&selected| selected).count();
    if count == 0 {
        return Err(KernelError::NothingSelected);
    }
    out.fill(0.0);
    for (row, _) in x.chunks_exact(out.len()).zip(mask).filter(|(_, &selected)| selected) {
        for (sum, &value) in out.iter_mut().zip(row) {
            *sum += value;
        }
    }
    // At most 2³¹ − 1 rows, whose number an f32 rounds to nearest even.
    let count = count as f32;
    out.iter_mut().for_each(|sum| *sum /= count);
    check_finite(out)
}
