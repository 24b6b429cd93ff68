use crate::KernelError;

/// Refuses NaNs and infinities.
///
/// # Errors
/// [`NotFinite`](KernelError::NotFinite) if any of `values` is one.
pub fn check_finite(values: &[f32]) -> Result<(), KernelError> {
    // No early exit: the loop is vectorised, and a refusal is rare.
    let finite = values.iter().fold(true, |finite, value| finite & value.is_finite());
    if finite {
        Ok(())
    } else {
        Err(KernelError::NotFinite)
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
