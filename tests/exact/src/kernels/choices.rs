//! Choices among values, ties among them.

use crate::{
    operands::{Operands, Sequence},
    Split, Transcript,
};
use alloc::vec::Vec;
use votive_kernels::{self as kernels, Sampling};

/// Values to choose from.
const COUNTS: [usize; 5] = [1, 2, 17, 100, 1001];

/// Values of which some are equal, in pairs of both zeros too.
fn values(operands: Operands) -> impl Iterator<Item = Vec<f32>> {
    COUNTS.into_iter().zip(1000..).map(move |(count, seed)| {
        let mut sequence = Sequence::new(seed);
        let pool = operands.floats(&mut sequence, count.div_ceil(2));
        (0..count).map(|_| pool[sequence.below(pool.len() as u64) as usize]).collect()
    })
}

pub fn argmax(operands: Operands, _: Split) -> Transcript {
    let mut transcript = Transcript::default();
    for values in values(operands) {
        transcript.integers(&[kernels::argmax(&values) as u32]);
    }
    transcript
}

pub fn top_k(operands: Operands, _: Split) -> Transcript {
    let mut transcript = Transcript::default();
    for values in values(operands) {
        for count in [1, 5, values.len()] {
            transcript.integers(&kernels::top_k(&values, count).expect("finite values are ordered"));
        }
    }
    transcript
}

pub fn sample(operands: Operands, split: Split) -> Transcript {
    let mut transcript = Transcript::default();
    for logits in values(operands) {
        for (temperature_milli, top_k) in [(0, 0), (1, 0), (700, 40), (1000, 0), (1500, 3), (100_000, 0)] {
            let sampling = Sampling { temperature_milli, top_k, seed: [7; 32] };
            let drawn = split.each((0..20).collect(), |position| kernels::sample(&logits, &sampling, position));
            let drawn: Result<Vec<u32>, _> = drawn.into_iter().collect();
            transcript.integers(&drawn.expect("finite logits are drawn from"));
        }
    }
    transcript
}
