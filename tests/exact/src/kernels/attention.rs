//! Attention and rotary embeddings; the causal mask token by token, in blocks, or in one prefill.

use crate::{
    operands::{Operands, Sequence},
    Split, Transcript,
};
use alloc::vec::Vec;
use votive_kernels::{
    attend, attend_unmasked, Attention, AttentionMask, KernelError, KeyValueCache, RotaryPairs, RotaryTable,
};

/// Heads of queries, heads of keys, elements of a head, queries, keys.
const SHAPES: [[usize; 5]; 7] = [
    [1, 1, 1, 1, 1],
    [2, 1, 4, 3, 3],
    [4, 2, 16, 17, 17],
    [6, 2, 20, 13, 50],
    [1, 1, 64, 49, 49],
    [8, 8, 8, 5, 130],
    [4, 1, 33, 1, 70],
];

/// Positions that a table is asked for.
const POSITIONS: [u32; 18] = [0, 1, 2, 3, 7, 8, 15, 16, 31, 100, 255, 256, 511, 1000, 1023, 2047, 4000, 4095];

/// The queries, keys and values of one call.
struct Call {
    attention: Attention,
    cache: KeyValueCache,
    queries: Vec<f32>,
    keys: Vec<f32>,
    values: Vec<f32>,
    /// Keys there are before the first query's.
    earlier: usize,
    /// Elements of a key of all heads.
    key_columns: usize,
    rows: usize,
}

/// The calls of all shapes.
fn calls(operands: Operands, mask: AttentionMask) -> impl Iterator<Item = Call> {
    SHAPES.into_iter().zip(300..).map(move |([heads, key_heads, head_size, rows, keys], seed)| {
        let mut sequence = Sequence::new(seed);
        let mut floats = |count| operands.floats(&mut sequence, count);
        let key_columns = key_heads * head_size;
        Call {
            attention: Attention { heads, scale: 0.176_776_7, mask },
            cache: KeyValueCache::new(key_heads, head_size, keys).expect("a right shape"),
            queries: floats(rows * heads * head_size),
            keys: floats(keys * key_columns),
            values: floats(keys * key_columns),
            earlier: keys - rows,
            key_columns,
            rows,
        }
    })
}

pub fn full(operands: Operands, split: Split) -> Transcript {
    let mut transcript = Transcript::default();
    for mut call in calls(operands, AttentionMask::Full) {
        call.cache.append(&call.keys, &call.values).expect("the keys fit");
        transcript.outcome(split.by_rows(&call.queries, call.rows, call.queries.len() / call.rows, |queries, out| {
            let result = attend(queries, &call.cache, call.attention, out);
            if call.attention.heads == call.cache.heads() {
                check_without_cache(&call, queries, result, out);
            }
            result
        }));
    }
    transcript
}

/// Compares what came of attention over the cache with what comes of the same without one.
fn check_without_cache(call: &Call, queries: &[f32], result: Result<(), KernelError>, out: &[f32]) {
    let Attention { heads, scale, .. } = call.attention;
    let (keys, values, head_size) = (&call.keys, &call.values, call.cache.head_size());
    let mut same = alloc::vec![0.0; out.len()];
    let sequence = votive_kernels::Sequence { queries, keys, values, heads, head_size };
    assert_eq!(attend_unmasked(sequence, scale, &mut same), result, "without a cache");
    let are_equal = same.iter().zip(out).all(|(a, b)| a.to_bits() == b.to_bits());
    assert!(result.is_err() || are_equal, "without a cache");
}

pub fn causal(operands: Operands, split: Split) -> Transcript {
    let mut transcript = Transcript::default();
    let calls: Vec<Call> = calls(operands, AttentionMask::Causal).collect();
    for outcome in split.each(calls, |call| decode(call, split.rows.get())) {
        transcript.outcome(outcome);
    }
    transcript
}

/// Takes the tokens in, `step` at a time, as a model does.
fn decode(mut call: Call, step: usize) -> Result<Vec<f32>, KernelError> {
    let (columns, step) = (call.queries.len() / call.rows, step.min(call.rows));
    let (earlier_keys, keys) = call.keys.split_at(call.earlier * call.key_columns);
    let (earlier_values, values) = call.values.split_at(call.earlier * call.key_columns);
    if call.earlier > 0 {
        call.cache.append(earlier_keys, earlier_values)?;
    }
    let mut out = Vec::new();
    let tokens = keys.chunks(step * call.key_columns).zip(values.chunks(step * call.key_columns));
    for ((keys, values), queries) in tokens.zip(call.queries.chunks(step * columns)) {
        call.cache.append(keys, values)?;
        let mut rows = alloc::vec![0.0; queries.len()];
        attend(queries, &call.cache, call.attention, &mut rows)?;
        out.extend(rows);
    }
    Ok(out)
}

pub fn rotary_halves(operands: Operands, split: Split) -> Transcript {
    rotary(operands, split, RotaryPairs::Halves)
}

pub fn rotary_neighbours(operands: Operands, split: Split) -> Transcript {
    rotary(operands, split, RotaryPairs::Neighbours)
}

fn rotary(operands: Operands, split: Split, pairs: RotaryPairs) -> Transcript {
    let mut transcript = Transcript::default();
    for ((head_size, base), seed) in [(2, 1.0), (16, 10_000.0), (64, 500_000.0), (6, 1e30)].into_iter().zip(400..) {
        let table = RotaryTable::new(head_size, base, 4096).expect("a right shape");
        let columns = 3 * head_size;
        let x = operands.floats(&mut Sequence::new(seed), POSITIONS.len() * columns);
        let step = split.rows.get().min(POSITIONS.len());
        let parts = x.chunks(step * columns).zip(POSITIONS.chunks(step)).collect();
        let turned = split.each(parts, |(x, positions): (&[f32], &[u32])| {
            let mut x = x.to_vec();
            table.rotate(&mut x, positions, pairs).map(|()| x)
        });
        transcript.outcome(turned.into_iter().collect::<Result<Vec<_>, _>>().map(|parts| parts.concat()));
    }
    transcript
}
