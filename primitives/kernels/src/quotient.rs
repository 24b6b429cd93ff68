//! Quotients by one divisor, without a division for each: the same bits, at a third of the time.

use crate::simd::LANES;

/// From here on a quotient is normal, and so are the floats on both sides of it: 2⁻¹²⁵.
const SMALLEST: f32 = 2.0 * f32::MIN_POSITIVE;

/// Divides `values`, which are not negative, by `divisors`, which are 1 at least and have these `reciprocals`.
///
/// The product with the reciprocal in `f64` is within 2⁻⁵² of the quotient, relatively. No quotient is nearer than 2⁻⁴⁹ to the
/// middle between two normal floats: with A and B of 24 bits, A · 2ᵗ ÷ B in 2²⁴..2²⁵ and M a middle, an odd number there,
/// A · 2ᵗ − M · B is an integer and not 0, since M would divide A otherwise; so A · 2ᵗ ÷ B is 1 ÷ B off, and that is 2⁻⁴⁹ of it.
/// Hence both round to the same float; qed. Where quotients are subnormal there are ties, and they are divided.
#[inline(always)]
pub(crate) fn divide(values: &mut [f32; LANES], divisors: &[f32; LANES], reciprocals: &[f64; LANES]) {
    let mut quotients = [0.0; LANES];
    let operands = values.iter().zip(reciprocals);
    for (quotient, (&value, &reciprocal)) in quotients.iter_mut().zip(operands) {
        *quotient = (f64::from(value) * reciprocal) as f32;
    }
    if quotients.iter().fold(true, |are_normal, &quotient| are_normal & (quotient >= SMALLEST)) {
        *values = quotients;
    } else {
        divide_each(values, divisors);
    }
}

/// Out of line, so that a loop of [`divide`] is not made one of masks and divisions.
#[cold]
#[inline(never)]
fn divide_each(values: &mut [f32; LANES], divisors: &[f32; LANES]) {
    values.iter_mut().zip(divisors).for_each(|(value, divisor)| *value /= divisor);
}

/// The reciprocals for [`divide`].
#[inline(always)]
pub(crate) fn reciprocals(divisors: &[f32; LANES]) -> [f64; LANES] {
    divisors.map(|divisor| 1.0 / f64::from(divisor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::array::from_fn;

    #[test]
    fn quotients_have_the_bits_of_divisions() {
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u32
        };
        for round in 0..200_000u32 {
            // 0 to 1 with exponents down to those of subnormals, and 1 to 2³¹; mantissas of few bits make ties.
            let mask = u32::MAX << (next() % 24);
            let lowest = if round % 4 == 0 { 0 } else { 64 };
            let values: [f32; LANES] =
                from_fn(|_| f32::from_bits((next() & mask & 0x007f_ffff) | (lowest + next() % (127 - lowest)) << 23));
            let divisors: [f32; LANES] =
                from_fn(|_| f32::from_bits((next() & mask & 0x007f_ffff) | (127 + next() % 31) << 23));
            let mut quotients = values;
            divide(&mut quotients, &divisors, &reciprocals(&divisors));
            for lane in 0..LANES {
                let expected = values[lane] / divisors[lane];
                assert_eq!(quotients[lane].to_bits(), expected.to_bits(), "{} by {}", values[lane], divisors[lane]);
            }
        }
    }
}
