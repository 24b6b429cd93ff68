/// The square root of `value`, to the nearest float, ties to even; a NaN below zero.
#[cfg(feature = "std")]
#[inline(always)]
pub(crate) fn sqrt(value: f32) -> f32 {
    value.sqrt()
}

/// The square root of `value`, to the nearest float, ties to even; a NaN below zero.
#[cfg(not(feature = "std"))]
pub(crate) fn sqrt(value: f32) -> f32 {
    by_integers(value)
}

/// The square root by that of integers: `core` has none for floats.
#[cfg(any(test, not(feature = "std")))]
fn by_integers(value: f32) -> f32 {
    let bits = value.to_bits();
    if value == 0.0 || bits == f32::INFINITY.to_bits() {
        return value;
    }
    if value.is_nan() || value < 0.0 {
        return f32::NAN;
    }
    // value = mantissa · 2^exponent, the mantissa of 24 bits also where the value is subnormal.
    let shift = (bits >> 23 == 0).then(|| bits.leading_zeros() - 8);
    let mantissa = shift.map_or((bits & 0x007f_ffff) | 0x0080_0000, |shift| bits << shift);
    let exponent = shift.map_or((bits >> 23) as i32 - 150, |shift| -149 - shift as i32);
    // The root of a square of 50 or 49 bits has 25: one more than a float, to round by.
    let odd = exponent & 1;
    let square = u64::from(mantissa) << (26 - odd);
    let root = square.isqrt();
    let half_exponent = (exponent - 26 + odd) / 2;
    // No root lies halfway between two floats: its square would have more than 48 bits that count.
    let rounded = (root + 1) >> 1;
    let scale = f32::from_bits(((half_exponent + 1 + 127) as u32) << 23);
    rounded as f32 * scale
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(50_000))]

        #[test]
        fn integers_give_the_roots_of_the_processor(bits in 0..0x7f80_0001u32) {
            let value = f32::from_bits(bits);
            prop_assert_eq!(by_integers(value).to_bits(), value.sqrt().to_bits());
        }

        #[test]
        fn integers_give_the_roots_of_subnormals(bits in 0..0x0080_0000u32) {
            let value = f32::from_bits(bits);
            prop_assert_eq!(by_integers(value).to_bits(), value.sqrt().to_bits());
        }

        #[test]
        fn integers_give_the_roots_near_squares(root in 0x0080_0000..0x0100_0000u32, offset in -2..3i32) {
            let square = (root as f32) * (root as f32);
            let value = f32::from_bits(square.to_bits().wrapping_add_signed(offset));
            prop_assert_eq!(by_integers(value).to_bits(), value.sqrt().to_bits());
        }
    }

    #[test]
    fn below_zero_there_is_no_root() {
        assert!(by_integers(-1.0).is_nan());
        assert!(by_integers(f32::NAN).is_nan());
        assert_eq!(by_integers(-0.0).to_bits(), (-0.0f32).to_bits());
    }
}
