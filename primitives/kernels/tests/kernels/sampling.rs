//! Draws follow the softmax, and choices their order.

use crate::sequence::floats;
use proptest::{collection::vec, prelude::*};
use votive_kernels::*;

/// How often each of `logits` is drawn, over `count` positions.
fn frequencies(logits: &[f32], sampling: &Sampling, count: u64) -> Vec<f64> {
    let mut drawn = vec![0.0; logits.len()];
    for position in 0..count {
        drawn[sample(logits, sampling, position).unwrap() as usize] += 1.0 / count as f64;
    }
    drawn
}

#[test]
fn draws_follow_the_softmax_of_the_temperature() {
    let logits = [0.0, 1.0, -1.0, 0.5];
    let sampling = Sampling { temperature_milli: 500, top_k: 0, seed: [7; 32] };
    let total: f64 = logits.iter().map(|&logit| f64::from(logit * 2.0).exp()).sum();
    for (drawn, logit) in frequencies(&logits, &sampling, 40_000).iter().zip(logits) {
        // Ten standard deviations of a frequency of 40,000 draws at most.
        assert!((drawn - f64::from(logit * 2.0).exp() / total).abs() < 0.025, "{logit}: {drawn}");
    }
}

#[test]
fn top_k_leaves_the_others_out() {
    let sampling = Sampling { temperature_milli: 100_000, top_k: 2, seed: [1; 32] };
    let drawn = frequencies(&[0.0, 1.0, 1.0, 1.0], &sampling, 1000);
    assert_eq!((drawn[0], drawn[3]), (0.0, 0.0));
    assert!(drawn[1] > 0.4 && drawn[2] > 0.4);
}

#[test]
fn zero_temperature_and_one_candidate_take_the_largest() {
    let logits = floats(3, 100);
    let best = argmax(&logits) as u32;
    let cold = Sampling { temperature_milli: 0, top_k: 0, seed: [0; 32] };
    let single = Sampling { temperature_milli: 1000, top_k: 1, seed: [0; 32] };
    for position in 0..50 {
        assert_eq!(sample(&logits, &cold, position), Ok(best));
        assert_eq!(sample(&logits, &single, position), Ok(best));
    }
}

#[test]
fn seeds_and_positions_draw_apart() {
    let logits = [0.0; 1000];
    let draw = |first, position| {
        let mut seed = [0; 32];
        seed[31] = first;
        sample(&logits, &Sampling { temperature_milli: 1000, top_k: 0, seed }, position).unwrap()
    };
    let draws: std::collections::BTreeSet<u32> = (0..4).flat_map(|seed| (0..4).map(move |at| draw(seed, at))).collect();
    assert!(draws.len() > 12, "{draws:?}");
}

#[test]
fn extreme_logits_are_drawn_from() {
    let sampling = Sampling { temperature_milli: 1, top_k: 0, seed: [9; 32] };
    assert_eq!(sample(&[f32::MIN, f32::MAX], &sampling, 0), Ok(1));
    assert_eq!(sample(&[f32::MIN; 3], &sampling, 0).map(|index| index < 3), Ok(true));
}

proptest! {
    #[test]
    fn top_k_is_the_head_of_a_stable_descending_sort(values in vec(-3i8..4, 0..60), count in 0..70usize) {
        let values: Vec<f32> = values.into_iter().map(f32::from).collect();
        let mut expected: Vec<u32> = (0..values.len() as u32).collect();
        expected.sort_by(|&a, &b| values[b as usize].total_cmp(&values[a as usize]));
        expected.truncate(count);
        prop_assert_eq!(top_k(&values, count), Ok(expected));
    }
}
