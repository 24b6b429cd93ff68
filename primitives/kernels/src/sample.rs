use crate::{argmax, chacha::ChaCha, check_finite, exp, select::top_k, shape::element_count, KernelError};
use alloc::vec::Vec;

/// The largest [`temperature_milli`](Sampling::temperature_milli): 100.
pub const MAX_TEMPERATURE_MILLI: u32 = 100_000;

/// 2³¹: the weight of the largest value.
const FULL_WEIGHT: f32 = 2_147_483_648.0;

/// How a token is drawn. Integers only, so that a request can name them exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// Thousandths by which values are divided before the softmax; 0 takes the largest value.
    pub temperature_milli: u32,
    /// How many of the largest values may be drawn; 0 stands for all.
    pub top_k: u32,
    /// The seed of the request.
    pub seed: [u8; 32],
}

/// Draws an index of `logits` with a probability proportional to exp(value / temperature), among the `top_k` largest.
///
/// The weights are integers, and the draw is one of ChaCha20 with `seed`, in the stream of number `position`: the
/// position of the token in the output. So a token can be drawn again without the ones before it.
///
/// # Errors
/// [`ParameterOutOfRange`](KernelError::ParameterOutOfRange) for a temperature above [`MAX_TEMPERATURE_MILLI`];
/// [`ZeroDimension`](KernelError::ZeroDimension) for no logits, [`TooLarge`](KernelError::TooLarge) for too many;
/// [`NotFinite`](KernelError::NotFinite) if a logit is a NaN or an infinity.
pub fn sample(logits: &[f32], sampling: &Sampling, position: u64) -> Result<u32, KernelError> {
    let Sampling { temperature_milli, top_k: count, seed } = sampling;
    if *temperature_milli > MAX_TEMPERATURE_MILLI {
        return Err(KernelError::ParameterOutOfRange { parameter: "temperature_milli", range: "0 to 100,000" });
    }
    element_count(&[logits.len()])?;
    check_finite(logits)?;
    let best = argmax(logits);
    if *temperature_milli == 0 {
        return Ok(best as u32);
    }
    let mut candidates: Vec<u32> = match *count as usize {
        0 => (0..logits.len() as u32).collect(),
        count => top_k(logits, count)?,
    };
    candidates.sort_unstable();
    let temperature = *temperature_milli as f32 / 1000.0;
    let weights: Vec<u32> = candidates
        .iter()
        // From 0 to 2³¹: the exponential is at most 1, since no value is above the largest.
        .map(|&index| (exp((logits[index as usize] - logits[best]) / temperature) * FULL_WEIGHT) as u32)
        .collect();
    // Below 2³¹ weights of at most 2³¹, of which the largest value's is 2³¹.
    let total = weights.iter().map(|&weight| u64::from(weight)).sum();
    let mut rest = below(total, &mut ChaCha::new(seed, position));
    for (&index, &weight) in candidates.iter().zip(&weights) {
        if rest < u64::from(weight) {
            return Ok(index);
        }
        rest -= u64::from(weight);
    }
    // The number drawn is below the sum of the weights, so that the loop returns; qed
    Ok(best as u32)
}

/// An integer from 0 to `end` − 1, each as likely: numbers that would favour the low ones are drawn again.
fn below(end: u64, numbers: &mut ChaCha) -> u64 {
    let surplus = (u64::MAX % end + 1) % end;
    loop {
        let number = numbers.next_u64();
        if number <= u64::MAX - surplus {
            return number % end;
        }
    }
}
