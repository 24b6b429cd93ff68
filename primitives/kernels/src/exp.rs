/// 1.5 · 2²³: adding it to a float below 2²² in magnitude rounds that float to an integer, ties to even.
pub(crate) const ROUNDING: f32 = 12_582_912.0;

/// log₂ e, to the nearest float.
const LOG2_E: f32 = f32::from_bits(0x3fb8_aa3b);
/// ln 2 in two parts. The first has 9 significant bits, so that its product with an exponent is exact.
const LN_2_HIGH: f32 = f32::from_bits(0x3f31_8000);
const LN_2_LOW: f32 = f32::from_bits(0xb95e_8083);

/// e^r = 1 + r + r² · p(r) for |r| ≤ ln 2 / 2, highest power first (the coefficients of Cephes' `expf`).
const POLYNOMIAL: [f32; 6] = [
    f32::from_bits(0x3950_6967),
    f32::from_bits(0x3ab7_43ce),
    f32::from_bits(0x3c08_8908),
    f32::from_bits(0x3d2a_a9c1),
    f32::from_bits(0x3e2a_aaaa),
    f32::from_bits(0x3f00_0000),
];

/// e^x, within 1 unit in the last place; no fused operation and no call into a C library.
///
/// +∞ above 88.72283, +0 below −103.9721, and the NaN `0x7fc00000` for a NaN.
///
/// Source: Cephes' `expf` (Moshier), reduction after Cody and Waite.
#[inline]
pub fn exp(x: f32) -> f32 {
    exp_of(x)
}

/// [`exp`] without a branch, so that a loop of it becomes vectors.
#[inline(always)]
pub(crate) fn exp_of(x: f32) -> f32 {
    let clamped = if x > 88.8 { 88.8 } else { x };
    let clamped = if clamped < -104.0 { -104.0 } else { clamped };

    // e^x = 2^n · e^r with n the integer nearest to x / ln 2.
    let shifted = clamped * LOG2_E + ROUNDING;
    let n = shifted - ROUNDING;
    let r = clamped - n * LN_2_HIGH;
    let r = r - n * LN_2_LOW;
    let [first, rest @ ..] = POLYNOMIAL;
    let p = rest.iter().fold(first, |p, &coefficient| p * r + coefficient);
    let mantissa = p * (r * r) + r + 1.0;

    // 2^n may leave the range of a float where the result does not: two factors, and only the last product rounds. The
    // integers do not wrap but for a NaN, whose result is not taken.
    let exponent = (shifted.to_bits() as i32).wrapping_sub(ROUNDING.to_bits() as i32);
    let half = exponent >> 1;
    let result = mantissa * power_of_two(half) * power_of_two(exponent.wrapping_sub(half));
    if x.is_nan() {
        f32::from_bits(0x7fc0_0000)
    } else {
        result
    }
}

/// 2^exponent, for an exponent of a normal float.
#[inline(always)]
fn power_of_two(exponent: i32) -> f32 {
    f32::from_bits((exponent.wrapping_add(127) as u32) << 23)
}
