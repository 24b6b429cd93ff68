//! What holds for attention over all shapes.

use crate::sequence::{bits, floats};
use proptest::prelude::*;
use votive_kernels::*;

/// Rows, heads, heads of the keys, elements of a head.
type Shape = (usize, usize, usize, usize);

fn shapes() -> impl Strategy<Value = Shape> {
    (1..70usize, 1..4usize, 1..3usize, 1..40usize)
        .prop_map(|(rows, shared, heads, size)| (rows, shared * heads, heads, size))
}

/// Queries, and a cache of as many keys and values.
fn case((rows, heads, key_heads, size): Shape, seed: u32) -> (Vec<f32>, KeyValueCache) {
    let mut cache = KeyValueCache::new(key_heads, size, rows).unwrap();
    let columns = key_heads * size;
    cache.append(&floats(seed, rows * columns), &floats(!seed, rows * columns)).unwrap();
    (floats(seed ^ 5, rows * heads * size), cache)
}

fn attention(heads: usize, mask: AttentionMask) -> Attention {
    Attention { heads, scale: 0.3, mask }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn levels_agree(shape in shapes(), seed: u32, causal: bool) {
        let (queries, cache) = case(shape, seed);
        let mask = if causal { AttentionMask::Causal } else { AttentionMask::Full };
        let mut expected = vec![0.0; queries.len()];
        at::attend(Level::PORTABLE, &queries, &cache, attention(shape.1, mask), &mut expected).unwrap();
        for level in Level::available() {
            let mut out = vec![1.0; queries.len()];
            at::attend(level, &queries, &cache, attention(shape.1, mask), &mut out).unwrap();
            prop_assert_eq!(bits(&out), bits(&expected), "{}", level.name());
        }
    }

    #[test]
    fn a_prefill_has_the_bits_of_token_by_token_decoding(shape in shapes(), seed: u32) {
        let (rows, heads, key_heads, size) = shape;
        let (queries, cache) = case(shape, seed);
        let mut all = vec![0.0; queries.len()];
        attend(&queries, &cache, attention(heads, AttentionMask::Causal), &mut all).unwrap();
        let columns = key_heads * size;
        let (keys, values) = (floats(seed, rows * columns), floats(!seed, rows * columns));
        let mut growing = KeyValueCache::new(key_heads, size, rows).unwrap();
        let steps = keys.chunks(columns).zip(values.chunks(columns)).zip(queries.chunks(heads * size));
        for (((key, value), query), expected) in steps.zip(all.chunks(heads * size)) {
            growing.append(key, value).unwrap();
            let mut out = vec![0.0; query.len()];
            attend(query, &growing, attention(heads, AttentionMask::Causal), &mut out).unwrap();
            prop_assert_eq!(bits(&out), bits(expected));
        }
    }

    #[test]
    fn some_of_the_queries_have_the_bits_they_have_among_all(shape in shapes(), seed: u32, cut in 0..60usize) {
        let (rows, heads, _, size) = shape;
        let (queries, cache) = case(shape, seed);
        let mut all = vec![0.0; queries.len()];
        attend(&queries, &cache, attention(heads, AttentionMask::Causal), &mut all).unwrap();
        let cut = cut % rows;
        for range in [0..cut, cut..rows].into_iter().filter(|range| !range.is_empty()) {
            let mask = AttentionMask::CausalBefore(rows - range.end);
            let part = range.start * heads * size..range.end * heads * size;
            let mut out = vec![1.0; part.len()];
            attend(&queries[part.clone()], &cache, attention(heads, mask), &mut out).unwrap();
            prop_assert_eq!(bits(&out), bits(&all[part]));
        }
    }

    #[test]
    fn without_a_mask_a_sequence_has_the_bits_it_has_over_a_cache(
        (rows, heads, _, size) in shapes(), count in 1..70usize, seed: u32
    ) {
        let columns = heads * size;
        let (queries, keys) = (floats(seed ^ 5, rows * columns), floats(seed, count * columns));
        let values = floats(!seed, count * columns);
        let mut cache = KeyValueCache::new(heads, size, count).unwrap();
        cache.append(&keys, &values).unwrap();
        let mut expected = vec![0.0; queries.len()];
        at::attend(Level::PORTABLE, &queries, &cache, attention(heads, AttentionMask::Full), &mut expected).unwrap();
        let sequence = Sequence { queries: &queries, keys: &keys, values: &values, heads, head_size: size };
        for level in Level::available() {
            let mut out = vec![1.0; queries.len()];
            at::attend_unmasked(level, sequence, 0.3, &mut out).unwrap();
            prop_assert_eq!(bits(&out), bits(&expected), "{}", level.name());
        }
    }

    #[test]
    fn attention_is_linear_and_softmax_and_a_chain((rows, heads, key_heads, size) in shapes(), seed: u32) {
        let (queries, cache) = case((rows, heads, key_heads, size), seed);
        let mut out = vec![0.0; queries.len()];
        attend(&queries, &cache, attention(heads, AttentionMask::Full), &mut out).unwrap();
        let (keys, values) = (floats(seed, rows * key_heads * size), floats(!seed, rows * key_heads * size));
        let of_head = |x: &[f32], head: usize, heads: usize| -> Vec<f32> {
            x.chunks(heads * size).flat_map(|row| &row[head * size..][..size]).copied().collect()
        };
        for head in 0..heads {
            let key_head = head * key_heads / heads;
            let (q, k) = (of_head(&queries, head, heads), of_head(&keys, key_head, key_heads));
            let v = of_head(&values, key_head, key_heads);
            let mut weights = vec![0.0; rows * rows];
            linear(&q, &k, None, LinearShape { rows, inputs: size, outputs: rows }, &mut weights).unwrap();
            weights.iter_mut().for_each(|score| *score *= 0.3);
            softmax(&mut weights, rows).unwrap();
            let transposed: Vec<f32> = (0..size).flat_map(|column| v.iter().skip(column).step_by(size)).copied().collect();
            let mut expected = vec![0.0; rows * size];
            linear(&weights, &transposed, None, LinearShape { rows, inputs: rows, outputs: size }, &mut expected).unwrap();
            prop_assert_eq!(bits(&of_head(&out, head, heads)), bits(&expected));
        }
    }
}

#[test]
fn a_truncated_cache_forgets() {
    let (queries, mut cache) = case((20, 2, 1, 5), 1);
    let (_, short) = case((20, 2, 1, 5), 1);
    let mut fresh = KeyValueCache::new(1, 5, 20).unwrap();
    fresh.append(&floats(1, 100)[..40], &floats(!1, 100)[..40]).unwrap();
    cache.truncate(8);
    assert_eq!((cache.len(), short.len(), cache.capacity()), (8, 20, 32));
    let run = |cache: &KeyValueCache| {
        let mut out = vec![0.0; 10];
        attend(&queries[..10], cache, attention(2, AttentionMask::Full), &mut out).unwrap();
        bits(&out)
    };
    assert_eq!(run(&cache), run(&fresh));
    assert_ne!(run(&cache), run(&short));
}
