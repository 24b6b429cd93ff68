use crate::KernelError;
use core::hint::black_box;

/// Refuses a thread whose floating-point mode is not IEEE 754's default: foreign code may have set the processor to
/// flush subnormals to zero, or to round otherwise than to nearest even.
///
/// Call it when a thread starts to compute, and after foreign code has run on it.
///
/// # Errors
/// [`InexactEnvironment`](KernelError::InexactEnvironment).
pub fn check_environment() -> Result<(), KernelError> {
    let smallest_normal = black_box(f32::MIN_POSITIVE);
    let smallest = black_box(f32::from_bits(1));
    let half_ulp = black_box(f32::EPSILON / 2.0);
    let one = black_box(1.0f32);
    let subnormal_results = (smallest_normal * 0.5).to_bits() == 0x0040_0000;
    let subnormal_operands = (smallest * 8_388_608.0).to_bits() == 0x0080_0000;
    let to_nearest = one + half_ulp == one && one + half_ulp * 1.5 > one && -one - half_ulp * 1.5 < -one;
    if subnormal_results && subnormal_operands && to_nearest {
        Ok(())
    } else {
        Err(KernelError::InexactEnvironment)
    }
}
