//! Attention of MiniLM's shape (12 heads of 32) and of a small Llama's (32 heads of 64 over 8 of keys).

use crate::timing::{floats, medians};
use votive_kernels::{at, Attention, AttentionMask, KeyValueCache, Level};

/// Heads, heads of the keys, elements of a head, and which keys are seen.
const MODELS: [(usize, usize, usize, AttentionMask); 2] =
    [(12, 12, 32, AttentionMask::Full), (32, 8, 64, AttentionMask::Causal)];

/// Prints milliseconds of a prefill, and of its last token alone, filling the cache included in the former.
pub fn run() {
    println!("\nattention: ms of a prefill (GFLOP/s), and of one more token");
    for level in Level::available().into_iter().filter(|&level| level != Level::PORTABLE) {
        for (heads, key_heads, size, mask) in MODELS {
            for rows in [8, 32, 128, 256, 1024] {
                let queries = floats(rows * heads * size);
                let (keys, values) = (floats(rows * key_heads * size), floats(rows * key_heads * size));
                let attention = Attention { heads, scale: 0.2, mask };
                let mut out = vec![0.0; queries.len()];
                let mut cache = KeyValueCache::new(key_heads, size, rows).unwrap();
                let prefill = medians(&mut [&mut || {
                    cache.truncate(0);
                    cache.append(&keys, &values).unwrap();
                    at::attend(level, &queries, &cache, attention, &mut out).unwrap();
                }]);
                let one = medians(&mut [&mut || {
                    at::attend(level, &queries[..heads * size], &cache, attention, &mut out[..heads * size]).unwrap();
                }]);
                let seen = if mask == AttentionMask::Full { rows * rows } else { rows * (rows + 1) / 2 };
                let rate = 4e-9 * (seen * heads * size) as f64 / prefill[0];
                println!(
                    "{:>8} {heads:>2} x {size} {mask:?} {rows:>4}: {:8.3} ({rate:5.1})  {:.4}",
                    level.name(),
                    1e3 * prefill[0],
                    1e3 * one[0],
                );
            }
        }
    }
}
