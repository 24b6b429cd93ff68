//! Operations on rows, some of them at a time.

use crate::{
    operands::{Operands, Sequence},
    Split, Transcript,
};
use alloc::{vec, vec::Vec};
use votive_kernels::{self as kernels, KernelError, Norm};

/// Rows of a case.
const ROWS: usize = 19;

/// Rows of a table that ids name.
const WORDS: usize = 11;

/// Columns on both sides of the lanes.
const COLUMNS: [usize; 9] = [1, 2, 15, 16, 17, 100, 384, 385, 1000];

/// The outcomes of `compute` on rows of each length; it gets a weight and a bias of that length, too.
fn transcript(
    operands: Operands,
    split: Split,
    compute: impl Fn(&mut [f32], &[f32], &[f32]) -> Result<(), KernelError> + Sync,
) -> Transcript {
    let mut transcript = Transcript::default();
    for (columns, seed) in COLUMNS.into_iter().zip(500..) {
        let mut sequence = Sequence::new(seed);
        let mut floats = |count| operands.floats(&mut sequence, count);
        let (x, weight, bias) = (floats(ROWS * columns), floats(columns), floats(columns));
        transcript.outcome(split.by_rows(&x, ROWS, columns, |x, out| {
            out.copy_from_slice(x);
            compute(out, &weight, &bias)
        }));
    }
    transcript
}

pub fn softmax(operands: Operands, split: Split) -> Transcript {
    transcript(operands, split, |rows, weight, _| kernels::softmax(rows, weight.len()))
}

pub fn layer_norm(operands: Operands, split: Split) -> Transcript {
    transcript(operands, split, |rows, weight, bias| {
        kernels::normalise(Norm::Layer { weight, bias, epsilon: 1e-12 }, rows)
    })
}

pub fn rms_norm(operands: Operands, split: Split) -> Transcript {
    transcript(operands, split, |rows, weight, _| kernels::normalise(Norm::Rms { weight, epsilon: 1e-5 }, rows))
}

pub fn l2_normalise(operands: Operands, split: Split) -> Transcript {
    transcript(operands, split, |rows, weight, _| kernels::l2_normalise(rows, weight.len()))
}

/// Pools are of all rows, so that a split into rows makes none: each length of rows is a part.
pub fn mean_pool(operands: Operands, split: Split) -> Transcript {
    let mut transcript = Transcript::default();
    let pooled = split.each(COLUMNS.into_iter().zip(600..).collect(), |(columns, seed)| {
        let mut sequence = Sequence::new(seed);
        let x = operands.floats(&mut sequence, ROWS * columns);
        let mask: Vec<bool> = (0..ROWS).map(|row| row == 0 || sequence.below(3) > 0).collect();
        let mut out = vec![0.0; columns];
        kernels::mean_pool(&x, &mask, &mut out).map(|()| out)
    });
    pooled.into_iter().for_each(|outcome| transcript.outcome(outcome));
    transcript
}

pub fn embed(operands: Operands, split: Split) -> Transcript {
    lookups(split, |columns, sequence| {
        let table = operands.floats(sequence, WORDS * columns);
        move |ids, out| kernels::embed(&table, columns, ids, out)
    })
}

pub fn embed_i8(operands: Operands, split: Split) -> Transcript {
    lookups(split, |columns, sequence| {
        let table = sequence.int8s(WORDS * columns);
        let scales = operands.floats(sequence, WORDS);
        move |ids, out| kernels::embed_i8(&table, &scales, ids, out)
    })
}

/// The outcomes of looking up, in a table of each length of rows, some ids at a time.
fn lookups<L: Fn(&[u32], &mut [f32]) -> Result<(), KernelError> + Sync>(
    split: Split,
    table: impl Fn(usize, &mut Sequence) -> L,
) -> Transcript {
    let mut transcript = Transcript::default();
    for (columns, seed) in COLUMNS.into_iter().zip(700..) {
        let mut sequence = Sequence::new(seed);
        let look_up = table(columns, &mut sequence);
        let ids: Vec<u32> = (0..ROWS).map(|_| sequence.below(WORDS as u64) as u32).collect();
        let parts = ids.chunks(split.rows.get().min(ROWS)).collect();
        let rows = split.each(parts, |ids: &[u32]| {
            let mut out = vec![0.0; ids.len() * columns];
            look_up(ids, &mut out).map(|()| out)
        });
        transcript.outcome(rows.into_iter().collect::<Result<Vec<_>, _>>().map(|rows| rows.concat()));
    }
    transcript
}
