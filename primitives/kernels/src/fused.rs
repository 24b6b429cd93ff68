/// `a · b + c`, rounded once to the nearest float, ties to even; right for subnormals, where several libraries'
/// `fmaf` are not.
///
/// A NaN results from a NaN, from 0 · ∞ and from ∞ − ∞; its sign and payload are unspecified.
///
/// Source: Boldo and Melquiond, *Emulation of FMA and Correctly Rounded Sums: Proved Algorithms Using Rounding to
/// Odd*, IEEE Transactions on Computers 57(4), 2008.
#[inline(always)]
pub fn fma(a: f32, b: f32, c: f32) -> f32 {
    // Exact: 24 + 24 bits of mantissa fit in 53, and exponents from 2·(−149) to 2·128 in those of an f64.
    let product = f64::from(a) * f64::from(b);
    let c = f64::from(c);
    let sum = product + c;
    // sum + error is exactly product + c (Knuth's two-sum); error is a NaN where the sum is not finite.
    let c_part = sum - product;
    let error = (product - (sum - c_part)) + (c - c_part);
    // To odd: truncate the exact sum, then set the last bit if anything was cut off. No branch, since its direction
    // would be the data's to choose. A sum of zero has no error, so the subtraction does not wrap.
    let inexact = u64::from((error < 0.0) | (error > 0.0));
    let beyond = inexact & u64::from((error < 0.0) != (sum < 0.0));
    let odd = sum.to_bits().wrapping_sub(beyond) | inexact;
    // An f64 has more than the two extra bits that make a sum rounded to odd safe to round again (Boldo, Melquiond).
    f64::from_bits(odd) as f32
}
