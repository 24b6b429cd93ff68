//! Sine, cosine, logarithm and exponential in `f64`, from plain `+ − × ÷`: what the tables of rotary embeddings are made
//! of.

/// 1.5 · 2⁵²: adding it rounds a float below 2⁵¹ in magnitude to an integer, ties to even.
const ROUNDING: f64 = 6_755_399_441_055_744.0;

const TWO_OVER_PI: f64 = f64::from_bits(0x3fe4_5f30_6dc9_c883);
/// π/2 in three parts. The first two have 29 significant bits, so that their products with n below 2²⁴ are exact.
const HALF_PI: [f64; 3] = [
    f64::from_bits(0x3ff9_21fb_5400_0000),
    f64::from_bits(0x3e11_0b46_1100_0000),
    f64::from_bits(0x3c44_c4c6_628b_80dc),
];

const LOG2_E: f64 = f64::from_bits(0x3ff7_1547_652b_82fe);
const LN_2: f64 = f64::from_bits(0x3fe6_2e42_fefa_39ef);
/// ln 2 in two parts. The first has 32 significant bits, so that its product with an exponent is exact.
const LN_2_PARTS: [f64; 2] = [f64::from_bits(0x3fe6_2e42_fee0_0000), f64::from_bits(0x3dea_39ef_3579_3c76)];
const SQRT_2: f64 = f64::from_bits(0x3ff6_a09e_667f_3bcd);

/// Sine and cosine of an `angle` from 0 to 2²⁴, each the nearest float to an `f64` within 10⁻¹⁵.
pub(crate) fn sine_cosine(angle: f32) -> (f32, f32) {
    let angle = f64::from(angle);
    let shifted = angle * TWO_OVER_PI + ROUNDING;
    let n = shifted - ROUNDING;
    let r = HALF_PI.iter().fold(angle, |rest, part| rest - n * part);
    let square = r * r;
    // 1/3!, 1/5!, … with alternating signs, the smallest first.
    let sine = taylor(square, 15) * (square * r) + r;
    let cosine = taylor(square, 16) * square + 1.0;
    let (sine, cosine) = (sine as f32, cosine as f32);
    match shifted.to_bits() & 3 {
        0 => (sine, cosine),
        1 => (cosine, -sine),
        2 => (-sine, -cosine),
        _ => (-cosine, sine),
    }
}

/// Σ over k = `last`, `last` − 2, … of ± square^… / k!, by Horner, down to k = 3 or 2: the series of sine and cosine
/// without their first terms.
fn taylor(square: f64, last: u32) -> f64 {
    let mut sum = 0.0;
    let mut k = last;
    while k >= 2 {
        let sign = if (k / 2).is_multiple_of(2) { 1.0 } else { -1.0 };
        sum = sum * square + sign / factorial(k);
        k -= 2;
    }
    sum
}

/// k!, exact up to 18!, since it has at most 53 significant bits.
fn factorial(k: u32) -> f64 {
    (2..=k).fold(1.0, |product, factor| product * f64::from(factor))
}

/// The natural logarithm of `value`, which is at least 1 and finite.
fn logarithm(value: f32) -> f64 {
    let bits = f64::from(value).to_bits();
    let exponent = (bits >> 52) as i32 - 1023;
    let mantissa = f64::from_bits((bits & ((1 << 52) - 1)) | 1023 << 52);
    let (exponent, mantissa) = if mantissa > SQRT_2 { (exponent + 1, mantissa * 0.5) } else { (exponent, mantissa) };
    // ln m = 2 · artanh((m − 1) / (m + 1)), by its series up to the 21st power.
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let square = s * s;
    let mut sum = 1.0 / 21.0;
    let mut k = 19;
    while k >= 1 {
        sum = sum * square + 1.0 / f64::from(k);
        k -= 2;
    }
    f64::from(exponent) * LN_2 + (2.0 * s) * sum
}

/// e^x for x from 0 to 88.8.
fn exponential(x: f64) -> f64 {
    let shifted = x * LOG2_E + ROUNDING;
    let n = shifted - ROUNDING;
    let r = LN_2_PARTS.iter().fold(x, |rest, part| rest - n * part);
    let mut sum = 0.0;
    let mut k = 14;
    loop {
        sum = sum * r + 1.0 / factorial(k);
        if k == 0 {
            break;
        }
        k -= 1;
    }
    let exponent = (shifted.to_bits() & 0xff) + 1023;
    sum * f64::from_bits(exponent << 52)
}

/// `base` to the power of `exponent`, for a base of at least 1 and an exponent from 0 to 1: the nearest float to an `f64`
/// within a few units in its last place.
pub(crate) fn power(base: f32, exponent: f64) -> f32 {
    exponential(exponent * logarithm(base)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sine_and_cosine_are_the_nearest_floats() {
        for step in 0..2_000_000u32 {
            let angle = (f64::from(step) * 8.388_607_1) as f32;
            let (sine, cosine) = sine_cosine(angle);
            let (exact_sine, exact_cosine) = f64::from(angle).sin_cos();
            for (value, exact) in [(sine, exact_sine), (cosine, exact_cosine)] {
                assert!((f64::from(value) - exact).abs() <= exact.abs() * 6e-8 + 1e-15, "{angle}: {value} {exact}");
            }
        }
    }

    #[test]
    fn power_is_the_nearest_float() {
        for base in [1.0, 1.5, 2.0, 10_000.0, 500_000.0, 1e6, 1e30, f32::MAX] {
            for step in 0..=1000 {
                let exponent = f64::from(step) / 1000.0;
                let exact = f64::from(base).powf(exponent);
                assert!((f64::from(power(base, exponent)) - exact).abs() <= exact * 6e-8, "{base}^{exponent}");
            }
        }
    }
}
