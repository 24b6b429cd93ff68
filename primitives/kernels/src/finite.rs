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
    let mut is_finite = true;
    dispatch(Level::best(), CheckFinite { values, is_finite: &mut is_finite });
    if is_finite {
        Ok(())
    } else {
        Err(KernelError::NotFinite)
    }
}

struct CheckFinite<'a> {
    values: &'a [f32],
    is_finite: &'a mut bool,
}

impl Kernel for CheckFinite<'_> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        *self.is_finite = are_finite(self.values);
    }
}

/// Whether none of `values` is a NaN or an infinity.
#[inline(always)]
pub(crate) fn are_finite(values: &[f32]) -> bool {
    // By the bits of the largest magnitude and without an early exit, so that the loop becomes vectors.
    values.iter().fold(0, |largest, value| largest.max(value.abs().to_bits())) < INFINITY_BITS
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
