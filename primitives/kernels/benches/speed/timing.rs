//! Medians of interleaved runs, so that what disturbs the machine disturbs all that is compared.

use std::time::{Duration, Instant};

/// How long all runs of one comparison take together.
const BUDGET: Duration = Duration::from_millis(1500);

/// The fewest rounds of a comparison.
const MIN_ROUNDS: usize = 5;

/// The median seconds of each of `candidates`, run in turn.
pub fn medians(candidates: &mut [&mut dyn FnMut()]) -> Vec<f64> {
    candidates.iter_mut().for_each(|run| run());
    let mut seconds = vec![Vec::new(); candidates.len()];
    let started = Instant::now();
    while started.elapsed() < BUDGET || seconds[0].len() < MIN_ROUNDS {
        for (run, seconds) in candidates.iter_mut().zip(&mut seconds) {
            let started = Instant::now();
            run();
            seconds.push(started.elapsed().as_secs_f64());
        }
    }
    seconds.iter_mut().map(|seconds| median(seconds)).collect()
}

/// The middle one of `values`.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// `count` floats between −1 and 1.
pub fn floats(count: usize) -> Vec<f32> {
    let mut state = 1u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    std::iter::repeat_with(next).take(count).collect()
}
