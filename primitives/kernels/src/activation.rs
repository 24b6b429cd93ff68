use crate::{check_finite, exp, shape::check_len, KernelError};

/// From here on tanh is computed from `exp`; below, by a polynomial.
const TANH_POLYNOMIAL_END: f32 = 0.625;

/// tanh z = z + z³ · p(z²) below [`TANH_POLYNOMIAL_END`], highest power first.
const TANH_POLYNOMIAL: [f32; 5] = [
    f32::from_bits(0xbbba_f0ea),
    f32::from_bits(0x3ca9_134e),
    f32::from_bits(0xbd5c_1e2d),
    f32::from_bits(0x3e08_8393),
    f32::from_bits(0xbeaa_aa99),
];

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

/// Replaces each value that is not above zero by +0.
///
/// # Errors
/// [`NotFinite`](KernelError::NotFinite) if a value is a NaN or an infinity, which the selection would hide.
pub fn relu(values: &mut [f32]) -> Result<(), KernelError> {
    map_finite(values, |v| if v > 0.0 { v } else { 0.0 })
}

/// Replaces each value by its hyperbolic tangent, within 1.4 units in the last place; +0 for both zeros.
///
/// Source: Cephes' `tanhf` (Moshier).
///
/// # Errors
/// [`NotFinite`](KernelError::NotFinite) if a value is a NaN or an infinity.
pub fn tanh(values: &mut [f32]) -> Result<(), KernelError> {
    map_finite(values, |v| {
        let magnitude = tanh_of_magnitude(v.abs());
        if v < 0.0 {
            -magnitude
        } else {
            magnitude
        }
    })
}

/// Replaces each value by 1 / (1 + e^−v), within 2.5 units in the last place; +0 where e^−v is beyond the floats.
///
/// # Errors
/// [`NotFinite`](KernelError::NotFinite) if a value is a NaN or an infinity.
pub fn sigmoid(values: &mut [f32]) -> Result<(), KernelError> {
    map_finite(values, |v| 1.0 / (1.0 + exp(-v)))
}

/// Replaces each of the finite `values` by its `function`.
#[inline(always)]
fn map_finite(values: &mut [f32], function: impl Fn(f32) -> f32) -> Result<(), KernelError> {
    check_finite(values)?;
    for value in values {
        *value = function(*value);
    }
    Ok(())
}

/// tanh of a `z` that is not negative.
#[inline(always)]
fn tanh_of_magnitude(z: f32) -> f32 {
    if z < TANH_POLYNOMIAL_END {
        let square = z * z;
        let [first, rest @ ..] = TANH_POLYNOMIAL;
        let p = rest.iter().fold(first, |p, &coefficient| p * square + coefficient);
        p * square * z + z
    } else {
        1.0 - 2.0 / (exp(2.0 * z) + 1.0)
    }
}
