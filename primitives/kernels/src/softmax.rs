use crate::{
    check_finite,
    exp::exp_of,
    quotient::{divide, reciprocals},
    reduce,
    shape::check_rows,
    simd::{dispatch, Kernel, Simd, LANES},
    KernelError, Level,
};

/// Replaces each row of `columns` values by its softmax: `exp(v − max)` divided by the sum of the row's.
///
/// The maximum and the sum are taken in 16 lanes and a halving tree.
///
/// # Errors
/// [`ZeroDimension`](KernelError::ZeroDimension) if there is no value or no column,
/// [`ShapeMismatch`](KernelError::ShapeMismatch) if `values` is not whole rows, and
/// [`NotFinite`](KernelError::NotFinite) if a value is a NaN or an infinity.
pub fn softmax(values: &mut [f32], columns: usize) -> Result<(), KernelError> {
    softmax_at(Level::best(), values, columns)
}

/// [`softmax`](crate::softmax) at `level`.
///
/// # Errors
/// As [`softmax`](crate::softmax).
pub fn softmax_at(level: Level, values: &mut [f32], columns: usize) -> Result<(), KernelError> {
    check_rows("values", values.len(), columns)?;
    check_finite(values)?;
    dispatch(level, Softmax { values, columns });
    Ok(())
}

/// A [`softmax`] of finite values in whole rows.
struct Softmax<'a> {
    values: &'a mut [f32],
    columns: usize,
}

impl Kernel for Softmax<'_> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        for row in self.values.chunks_exact_mut(self.columns) {
            softmax_row(row);
        }
    }
}

/// The softmax of one row of finite values.
#[inline(always)]
pub(crate) fn softmax_row(row: &mut [f32]) {
    let max = reduce::max(row);
    for value in row.iter_mut() {
        *value = exp_of(*value - max);
    }
    let sum = [reduce::sum(row); LANES];
    let reciprocals = reciprocals(&sum);
    let (blocks, rest) = row.as_chunks_mut();
    for block in blocks {
        divide(block, &sum, &reciprocals);
    }
    for value in rest {
        *value /= sum[0];
    }
}
