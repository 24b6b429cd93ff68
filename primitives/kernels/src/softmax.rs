use crate::{check_finite, exp, reduce, shape::element_count, KernelError};

/// Replaces each row of `columns` values by its softmax: `exp(v − max)` divided by the sum of the row's.
///
/// The maximum and the sum are taken in 16 lanes and a halving tree.
///
/// # Errors
/// [`ZeroDimension`](KernelError::ZeroDimension) if there is no value or no column,
/// [`ShapeMismatch`](KernelError::ShapeMismatch) if `values` is not whole rows, and
/// [`NotFinite`](KernelError::NotFinite) if a value is a NaN or an infinity.
pub fn softmax(values: &mut [f32], columns: usize) -> Result<(), KernelError> {
    let count = element_count(&[values.len()])?;
    element_count(&[columns])?;
    let partial = count % columns;
    if partial != 0 {
        let expected = count - partial + columns;
        return Err(KernelError::ShapeMismatch { operand: "values", expected, actual: count });
    }
    check_finite(values)?;
    values.chunks_exact_mut(columns).for_each(softmax_row);
    Ok(())
}

fn softmax_row(row: &mut [f32]) {
    let max = reduce::max(row);
    for value in row.iter_mut() {
        *value = exp(*value - max);
    }
    let sum = reduce::sum(row);
    for value in row {
        *value /= sum;
    }
}
