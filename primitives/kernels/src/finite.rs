use crate::{
    simd::{dispatch, Kernel, Simd},
    KernelError, Level,
};

/// The bits of +∞: those of a finite magnitude are below.
const INFINITY_BITS: u32 = f32::INFINITY.to_bits();

/// Refuses NaNs and infinities.
///
/// # Errors
/// [`NotFinite`](KernelError::NotFinite) if any of `values` is one.
pub fn check_finite(values: &[f32]) -> Result<(), KernelError> {
    let mut largest = 0;
    dispatch(Level::best(), LargestMagnitude { values, largest: &mut largest });
    if largest < INFINITY_BITS {
        Ok(())
    } else {
        Err(KernelError::NotFinite)
    }
}

/// The bits of the largest magnitude, NaNs above infinities.
struct LargestMagnitude<'a> {
    values: &'a [f32],
    largest: &'a mut u32,
}

impl Kernel for LargestMagnitude<'_> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        // No early exit: the loop becomes vectors, and a refusal is rare.
        *self.largest = self.values.iter().fold(0, |largest, value| largest.max(value.abs().to_bits()));
    }
}

/// Makes equal values equal bits, as an answer and a trace need: −0 becomes +0.
///
/// # Errors
/// [`NotFinite`](KernelError::NotFinite) if any of `values` is a NaN or an infinity; they are left as they were then.
pub fn canonicalise(values: &mut [f32]) -> Result<(), KernelError> {
    check_finite(values)?;
    for value in values {
        *value = if *value == 0.0 { 0.0 } else { *value };
    }
    Ok(())
}
