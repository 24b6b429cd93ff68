use crate::{check_finite, shape::check_len, KernelError};

/// Adds `addend` to `values`, element by element.
///
/// # Errors
/// [`ShapeMismatch`](KernelError::ShapeMismatch) if the lengths differ, and [`NotFinite`](KernelError::NotFinite)
/// if a sum is a NaN or an infinity.
pub fn add(values: &mut [f32], addend: &[f32]) -> Result<(), KernelError> {
    check_len("addend", addend.len(), values.len())?;
    for (value, &addend) in values.iter_mut().zip(addend) {
        *value += addend;
    }
    check_finite(values)
}

/// Multiplies `values` by `factor`, element by element.
///
/// # Errors
/// [`ShapeMismatch`](KernelError::ShapeMismatch) if the lengths differ, and [`NotFinite`](KernelError::NotFinite)
/// if a product is a NaN or an infinity.
pub fn multiply(values: &mut [f32], factor: &[f32]) -> Result<(), KernelError> {
    check_len("factor", factor.len(), values.len())?;
    for (value, &factor) in values.iter_mut().zip(factor) {
        *value *= factor;
    }
    check_finite(values)
}
