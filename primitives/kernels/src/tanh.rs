use crate::exp::exp_of;

/// From here on tanh is computed from `exp`; below, by a polynomial.
const POLYNOMIAL_END: f32 = 0.625;

/// tanh z = z + z³ · p(z²) below [`POLYNOMIAL_END`], highest power first.
const POLYNOMIAL: [f32; 5] = [
    f32::from_bits(0xbbba_f0ea),
    f32::from_bits(0x3ca9_134e),
    f32::from_bits(0xbd5c_1e2d),
    f32::from_bits(0x3e08_8393),
    f32::from_bits(0xbeaa_aa99),
];

/// tanh v; +0 for both zeros, ±1 for infinities. Both branches are computed, so that a loop of it becomes vectors.
#[inline(always)]
pub(crate) fn tanh_of(v: f32) -> f32 {
    let z = v.abs();
    let square = z * z;
    let [first, rest @ ..] = POLYNOMIAL;
    let p = rest.iter().fold(first, |p, &coefficient| p * square + coefficient);
    let near = p * square * z + z;
    let far = 1.0 - 2.0 / (exp_of(2.0 * z) + 1.0);
    let magnitude = if z < POLYNOMIAL_END { near } else { far };
    if v < 0.0 {
        -magnitude
    } else {
        magnitude
    }
}
