use crate::{
    check_finite, reduce,
    select::larger,
    shape::{check_len, check_rows},
    simd::{dispatch, Kernel, Simd},
    sqrt::sqrt,
    KernelError, Level,
};

/// The smallest length by which [`l2_normalise`] divides: 10⁻¹², to the nearest float.
const SMALLEST_LENGTH: f32 = f32::from_bits(0x2b8c_bccc);

/// A normalisation of rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Norm<'a> {
    /// (v − mean) / √(variance + epsilon) · weight + bias.
    Layer {
        /// A factor for each column.
        weight: &'a [f32],
        /// An addend for each column.
        bias: &'a [f32],
        /// What is added to the variance: positive.
        epsilon: f32,
    },
    /// v / √(mean of squares + epsilon) · weight.
    Rms {
        /// A factor for each column.
        weight: &'a [f32],
        /// What is added to the mean of squares: positive.
        epsilon: f32,
    },
}

/// Replaces each row of `values` by its `norm`; the rows have the length of the norm's weight.
///
/// Sums are taken in 16 lanes and a halving tree.
///
/// # Errors
/// [`ParameterOutOfRange`](KernelError::ParameterOutOfRange) for an epsilon that is not positive and finite;
/// [`ZeroDimension`](KernelError::ZeroDimension) if there is no value or no column;
/// [`ShapeMismatch`](KernelError::ShapeMismatch) if the bias has another length than the weight or `values` is not whole
/// rows; [`NotFinite`](KernelError::NotFinite) if an operand, a result or a sum of squares is a NaN or an infinity.
pub fn normalise(norm: Norm<'_>, values: &mut [f32]) -> Result<(), KernelError> {
    normalise_at(Level::best(), norm, values)
}

/// [`normalise`](crate::normalise) at `level`.
///
/// # Errors
/// As [`normalise`](crate::normalise).
pub fn normalise_at(level: Level, norm: Norm<'_>, values: &mut [f32]) -> Result<(), KernelError> {
    let (Norm::Layer { weight, epsilon, .. } | Norm::Rms { weight, epsilon }) = norm;
    if !(epsilon > 0.0 && epsilon.is_finite()) {
        return Err(KernelError::ParameterOutOfRange { parameter: "epsilon", range: "positive and finite" });
    }
    check_rows("values", values.len(), weight.len())?;
    check_finite(values)?;
    check_finite(weight)?;
    if let Norm::Layer { bias, .. } = norm {
        check_len("bias", bias.len(), weight.len())?;
    }
    let mut is_finite = true;
    dispatch(level, Normalise { norm, values: &mut *values, is_finite: &mut is_finite });
    if !is_finite {
        return Err(KernelError::NotFinite);
    }
    check_finite(values)
}

/// Divides each row of `columns` values by its length √Σv², or by 10⁻¹² if that is larger.
///
/// # Errors
/// [`ZeroDimension`](KernelError::ZeroDimension) if there is no value or no column,
/// [`ShapeMismatch`](KernelError::ShapeMismatch) if `values` is not whole rows, and
/// [`NotFinite`](KernelError::NotFinite) if a value or a sum of squares is a NaN or an infinity.
pub fn l2_normalise(values: &mut [f32], columns: usize) -> Result<(), KernelError> {
    l2_normalise_at(Level::best(), values, columns)
}

/// [`l2_normalise`](crate::l2_normalise) at `level`.
///
/// # Errors
/// As [`l2_normalise`](crate::l2_normalise).
pub fn l2_normalise_at(level: Level, values: &mut [f32], columns: usize) -> Result<(), KernelError> {
    check_rows("values", values.len(), columns)?;
    check_finite(values)?;
    let mut is_finite = true;
    dispatch(level, L2Normalise { values, columns, is_finite: &mut is_finite });
    if is_finite {
        Ok(())
    } else {
        Err(KernelError::NotFinite)
    }
}

/// A [`normalise`] of finite values in whole rows.
struct Normalise<'a> {
    norm: Norm<'a>,
    values: &'a mut [f32],
    /// Becomes false if a sum is not.
    is_finite: &'a mut bool,
}

impl Kernel for Normalise<'_> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        match self.norm {
            Norm::Layer { weight, bias, epsilon } => {
                for row in self.values.chunks_exact_mut(weight.len()) {
                    let count = row.len() as f32;
                    let mean = reduce::sum(row) / count;
                    let squares = reduce::sum_of(row, |v| (v - mean) * (v - mean));
                    *self.is_finite &= squares.is_finite();
                    let factor = 1.0 / sqrt(squares / count + epsilon);
                    for ((value, &weight), &bias) in row.iter_mut().zip(weight).zip(bias) {
                        *value = (*value - mean) * factor * weight + bias;
                    }
                }
            }
            Norm::Rms { weight, epsilon } => {
                for row in self.values.chunks_exact_mut(weight.len()) {
                    let squares = reduce::sum_of(row, |v| v * v);
                    *self.is_finite &= squares.is_finite();
                    let factor = 1.0 / sqrt(squares / row.len() as f32 + epsilon);
                    for (value, &weight) in row.iter_mut().zip(weight) {
                        *value = *value * factor * weight;
                    }
                }
            }
        }
    }
}

/// An [`l2_normalise`] of finite values in whole rows.
struct L2Normalise<'a> {
    values: &'a mut [f32],
    columns: usize,
    /// Becomes false if a sum is not.
    is_finite: &'a mut bool,
}

impl Kernel for L2Normalise<'_> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        for row in self.values.chunks_exact_mut(self.columns) {
            let squares = reduce::sum_of(row, |v| v * v);
            *self.is_finite &= squares.is_finite();
            let length = larger(sqrt(squares), SMALLEST_LENGTH);
            for value in row {
                *value /= length;
            }
        }
    }
}
