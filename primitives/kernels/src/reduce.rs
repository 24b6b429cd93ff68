//! Reductions in 16 lanes and a halving tree: one order, whatever the width of the processor's vectors.

use crate::select::larger;

/// Independent partial results: element `i` goes into lane `i` mod 16.
const LANES: usize = 16;

/// The sum of `values`; +0 if there are none.
#[inline(always)]
pub(crate) fn sum(values: &[f32]) -> f32 {
    sum_of(values, |value| value)
}

/// The sum of `term` of each of `values`; +0 if there are none.
#[inline(always)]
pub(crate) fn sum_of(values: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    reduce(values, 0.0, term, |a, b| a + b)
}

/// The largest of `values`; −∞ if there are none.
#[inline(always)]
pub(crate) fn max(values: &[f32]) -> f32 {
    reduce(values, f32::NEG_INFINITY, |value| value, larger)
}

#[inline(always)]
fn reduce(values: &[f32], start: f32, term: impl Fn(f32) -> f32, combine: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [start; LANES];
    let (blocks, rest) = values.as_chunks::<LANES>();
    for block in blocks {
        for lane in 0..LANES {
            lanes[lane] = combine(lanes[lane], term(block[lane]));
        }
    }
    for (lane, &value) in lanes.iter_mut().zip(rest) {
        *lane = combine(*lane, term(value));
    }
    let mut width = LANES / 2;
    while width > 0 {
        let (low, high) = lanes.split_at_mut(width);
        for (a, &b) in low.iter_mut().zip(high.iter()) {
            *a = combine(*a, b);
        }
        width /= 2;
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2²⁴, to which a single 1 is lost and a 2 is not: so the sum tells which two of the ones met first.
    const BIG: f32 = 16_777_216.0;

    /// The sum of zeros, but for `BIG` at 0 and a one at each of `ones`.
    fn sum_with(ones: [usize; 2]) -> f32 {
        let mut values = [0.0; 64];
        values[0] = BIG;
        for index in ones {
            values[index] = 1.0;
        }
        sum(&values)
    }

    #[test]
    fn elements_sixteen_apart_share_a_lane() {
        assert_eq!(sum_with([8, 24]), BIG + 2.0);
        assert_eq!(sum_with([16, 48]), BIG);
        assert_eq!(sum_with([8, 16]), BIG);
    }

    #[test]
    fn lanes_fold_in_halves() {
        assert_eq!(sum_with([1, 9]), BIG + 2.0);
        assert_eq!(sum_with([2, 6]), BIG + 2.0);
        assert_eq!(sum_with([1, 3]), BIG + 2.0);
        assert_eq!(sum_with([1, 2]), BIG);
        assert_eq!(sum_with([4, 8]), BIG);
    }

    #[test]
    fn a_maximum_keeps_the_earlier_zero() {
        assert_eq!(max(&[-0.0, 0.0]).to_bits(), (-0.0f32).to_bits());
        assert_eq!(max(&[0.0, -0.0]).to_bits(), 0);
        assert_eq!(max(&[]), f32::NEG_INFINITY);
    }
}
