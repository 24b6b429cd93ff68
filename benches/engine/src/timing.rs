//! Interleaved runs, so that what disturbs the machine disturbs all that is compared; in the processor's time of the one thread, so
//! that other programs on the same cores count as little as they can.

use color_eyre::Result;
use rustix::time::{clock_gettime, ClockId};
use std::time::{Duration, Instant};

/// How long all runs of one comparison take together.
const BUDGET: Duration = Duration::from_secs(3);

/// The fewest rounds of a comparison.
const MIN_ROUNDS: usize = 5;

/// One way of doing what is compared: runs once and returns the seconds it took.
pub type Candidate<'a> = Box<dyn FnMut() -> Result<f64> + 'a>;

/// Times `run`.
pub fn candidate<'a>(mut run: impl FnMut() -> Result<()> + 'a) -> Candidate<'a> {
    Box::new(move || {
        let started = thread_seconds();
        run()?;
        Ok(thread_seconds() - started)
    })
}

/// Times `run` by the clock: for what several threads do.
pub fn clocked<'a>(mut run: impl FnMut() -> Result<()> + 'a) -> Candidate<'a> {
    Box::new(move || {
        let started = Instant::now();
        run()?;
        Ok(started.elapsed().as_secs_f64())
    })
}

/// Seconds that this thread has run.
pub fn thread_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + 1e-9 * time.tv_nsec as f64
}

/// The median seconds of each of `candidates`, run in turn after one run that does not count.
pub fn medians(mut candidates: Vec<Candidate<'_>>) -> Result<Vec<f64>> {
    for run in &mut candidates {
        run()?;
    }
    let mut seconds = vec![Vec::new(); candidates.len()];
    let started = Instant::now();
    while started.elapsed() < BUDGET || seconds[0].len() < MIN_ROUNDS {
        for (run, seconds) in candidates.iter_mut().zip(&mut seconds) {
            seconds.push(run()?);
        }
    }
    Ok(seconds.into_iter().map(median).collect())
}

/// The median seconds of one way.
pub fn median_of(candidate: Candidate<'_>) -> Result<f64> {
    Ok(medians(vec![candidate])?[0])
}

/// The middle one of `values`.
pub fn median(mut values: Vec<f64>) -> f64 {
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
