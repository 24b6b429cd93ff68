//! Attention over a cache: whole, in parts, and query by query.

use super::operands::Operands;
use super::{agreed, bits, outcome};
use votive_kernels::{at, Attention, AttentionMask, KeyValueCache, Sequence};

pub fn run(case: &[u8]) {
    let mut operands = Operands::new(case);
    let (key_heads, head_size, keys) = (1 + operands.size(3) % 3, operands.size(40), operands.size(70));
    let Ok(mut cache) = KeyValueCache::new(key_heads, head_size, keys) else {
        assert!(head_size == 0 || keys == 0, "a sound cache is refused");
        return;
    };
    let columns = key_heads * head_size;
    let (key_rows, value_rows) = (operands.floats(keys * columns), operands.floats(keys * columns));
    // In two parts, the first of which may be empty and is then refused.
    let cut = usize::from(operands.byte()) % (keys + 1) * columns;
    for range in [0..cut, cut..keys * columns] {
        let before = cache.len();
        if cache.append(&key_rows[range.clone()], &value_rows[range]).is_err() {
            assert_eq!(cache.len(), before, "an error leaves the cache as it was");
        }
    }
    if operands.one_in(8) {
        cache.truncate(usize::from(operands.byte()));
    }
    let heads = if operands.one_in(16) { operands.size(9) } else { key_heads * (1 + operands.size(3) % 3) };
    let rows = operands.size(60).min((1 << 12) / (heads * head_size * keys).max(1) + 1);
    let len = operands.near(rows * heads * head_size);
    let queries = operands.floats(len);
    let scale = if operands.one_in(16) { f32::from_bits(operands.word()) } else { 1.0 / (head_size as f32) };
    let mask = if operands.one_in(2) { AttentionMask::Causal } else { AttentionMask::Full };
    let attention = Attention { heads, scale, mask };

    let result = agreed(|level| {
        let mut out = vec![1.0; len];
        outcome(at::attend(level, &queries, &cache, attention, &mut out), &out)
    });
    if mask == AttentionMask::Full && heads == key_heads && cache.len() == keys {
        let sequence = Sequence { queries: &queries, keys: &key_rows, values: &value_rows, heads, head_size };
        let without_cache = agreed(|level| {
            let mut out = vec![1.0; len];
            outcome(at::attend_unmasked(level, sequence, scale, &mut out), &out)
        });
        assert_eq!(without_cache, result, "without a cache");
    }
    let Ok(all) = result else { return };
    let rows = len / (heads * head_size);
    let row = usize::from(operands.byte()) % rows;
    let range = row * heads * head_size..(row + 1) * heads * head_size;
    let mut alone = vec![1.0; range.len()];
    if mask == AttentionMask::Causal {
        let before = Attention { mask: AttentionMask::CausalBefore(rows - row - 1), ..attention };
        assert_eq!(votive_kernels::attend(&queries[range.clone()], &cache, before, &mut alone), Ok(()));
        assert_eq!(bits(&alone), all[range.clone()], "query {row} before the others' keys");
        cache.truncate(cache.len() - rows + row + 1);
    }
    assert_eq!(votive_kernels::attend(&queries[range.clone()], &cache, attention, &mut alone), Ok(()));
    assert_eq!(bits(&alone), all[range], "query {row} alone");
}
