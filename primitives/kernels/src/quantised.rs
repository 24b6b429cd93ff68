use crate::{
    check_finite,
    exp::ROUNDING,
    select::larger,
    shape::{check_bias, check_len, element_count},
    KernelError, LinearShape,
};
use alloc::vec;

/// The most inputs of [`linear_i8`]: 133,144 products of 127 · 127 are the most that an i32 holds.
pub const MAX_INPUTS_I8: usize = 133_144;

/// The largest magnitude of a quantised value.
const LEVELS: f32 = 127.0;

/// Rows whose largest magnitude is below 2⁻¹²⁰ count as zero: 127 divided by it might overflow.
const SMALLEST_MAGNITUDE: f32 = f32::from_bits(0x0380_0000);

/// A linear layer with int8 weights: `out[r][o]` = f32(Σₖ q(`x[r][k]`) · `weight[o][k]`) · (sₓ · `scales[o]`) + `bias[o]`.
///
/// Each row of `x` is quantised by its largest magnitude m: q(v) = v · (127 / m) to the nearest integer, ties to even,
/// and sₓ = m / 127. The sum is an exact i32.
///
/// `x` is rows × inputs, `weight` outputs × inputs (−127 to 127), `scales` and `bias` outputs, `out` rows × outputs.
///
/// # Errors
/// [`ZeroDimension`](KernelError::ZeroDimension), [`TooLarge`](KernelError::TooLarge) (also above
/// [`MAX_INPUTS_I8`] inputs) and [`ShapeMismatch`](KernelError::ShapeMismatch) for a wrong shape;
/// [`WeightOutOfRange`](KernelError::WeightOutOfRange) for a weight of −128; [`NotFinite`](KernelError::NotFinite) if a
/// value of `x` or an output is a NaN or an infinity.
pub fn linear_i8(
    x: &[f32],
    weight: &[i8],
    scales: &[f32],
    bias: Option<&[f32]>,
    shape: LinearShape,
    out: &mut [f32],
) -> Result<(), KernelError> {
    let LinearShape { rows, inputs, outputs } = shape;
    if inputs > MAX_INPUTS_I8 {
        return Err(KernelError::TooLarge);
    }
    check_len("x", x.len(), element_count(&[rows, inputs])?)?;
    check_len("weight", weight.len(), element_count(&[outputs, inputs])?)?;
    check_len("scales", scales.len(), element_count(&[outputs])?)?;
    check_bias(bias, outputs)?;
    check_len("out", out.len(), element_count(&[rows, outputs])?)?;
    if weight.contains(&i8::MIN) {
        return Err(KernelError::WeightOutOfRange);
    }
    check_finite(x)?;
    let mut quantised = vec![0i8; inputs];
    for (x, out) in x.chunks_exact(inputs).zip(out.chunks_exact_mut(outputs)) {
        let x_scale = quantise(x, &mut quantised);
        for ((out, weight), &scale) in out.iter_mut().zip(weight.chunks_exact(inputs)).zip(scales) {
            *out = dot(&quantised, weight) as f32 * (x_scale * scale);
        }
        crate::chain::add_bias(out, bias);
    }
    check_finite(out)
}

/// Quantises one row and returns its scale. `x` is finite.
fn quantise(x: &[f32], quantised: &mut [i8]) -> f32 {
    let magnitude = x.iter().fold(0.0, |max, &value| larger(max, value.abs()));
    if magnitude < SMALLEST_MAGNITUDE {
        quantised.fill(0);
        return 0.0;
    }
    let inverse = LEVELS / magnitude;
    for (quantised, &value) in quantised.iter_mut().zip(x) {
        // |value · inverse| ≤ 127 · (1 + 2⁻²³), which rounds to 127 at most; the low byte of the sum is the integer; qed
        *quantised = (value * inverse + ROUNDING).to_bits() as i8;
    }
    magnitude / LEVELS
}

/// The exact sum of products: at most 133,144 · 127 · 127 < 2³¹; qed
fn dot(a: &[i8], b: &[i8]) -> i32 {
    a.iter().zip(b).map(|(&a, &b)| i32::from(a) * i32::from(b)).sum()
}
