//! What one thread can read from memory: the best of several ways, so that it is a bound and not another program's speed.

use crate::timing::{candidate, medians, Candidate};
use color_eyre::Result;
use std::hint::black_box;

/// Words that are added together: 256 bytes, several vectors.
const BLOCK: usize = 32;

/// Places of the memory that are read side by side.
const STREAMS: [usize; 4] = [1, 2, 4, 8];

/// Blocks between the one in use and the one asked for; 0 asks for none.
const AHEAD: [usize; 3] = [0, 4, 16];

/// The best way to read, and what it reaches.
pub struct Read {
    /// GB a second.
    pub rate: f64,
    /// What way that was.
    pub way: String,
}

/// The best read of `memory`, and the median seconds of `beside`, which runs in the same rounds.
pub fn read_bandwidth(memory: &[u64], beside: Candidate<'_>) -> Result<(Read, f64)> {
    let ways: Vec<(usize, usize)> =
        STREAMS.into_iter().flat_map(|streams| AHEAD.into_iter().map(move |ahead| (streams, ahead))).collect();
    let mut candidates = vec![beside];
    for &(streams, ahead) in &ways {
        candidates.push(candidate(move || {
            black_box(sum(memory, streams, ahead));
            Ok(())
        }));
    }
    let seconds = medians(candidates)?;
    let rates = seconds[1..].iter().map(|seconds| 1e-9 * size_of_val(memory) as f64 / seconds);
    let best = rates.zip(ways).max_by(|(a, _), (b, _)| a.total_cmp(b));
    let (rate, (streams, ahead)) = best.expect("there are ways; qed");
    let prefetch = if ahead == 0 {
        "without prefetching".into()
    } else {
        format!("prefetching {} bytes ahead", ahead * BLOCK * 8)
    };
    Ok((Read { rate, way: format!("{streams} streams, {prefetch}") }, seconds[0]))
}

fn sum(memory: &[u64], streams: usize, ahead: usize) -> u64 {
    match streams {
        1 => sum_of::<1>(memory, ahead),
        2 => sum_of::<2>(memory, ahead),
        4 => sum_of::<4>(memory, ahead),
        _ => sum_of::<8>(memory, ahead),
    }
}

#[cfg(target_arch = "x86_64")]
fn sum_of<const STREAMS: usize>(memory: &[u64], ahead: usize) -> u64 {
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the processor has the feature, as was just asked.
        unsafe { sum_avx512::<STREAMS>(memory, ahead) }
    } else if is_x86_feature_detected!("avx2") {
        // SAFETY: as above.
        unsafe { sum_avx2::<STREAMS>(memory, ahead) }
    } else {
        sum_plain::<STREAMS>(memory, ahead)
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn sum_of<const STREAMS: usize>(memory: &[u64], ahead: usize) -> u64 {
    sum_plain::<STREAMS>(memory, ahead)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn sum_avx512<const STREAMS: usize>(memory: &[u64], ahead: usize) -> u64 {
    sum_plain::<STREAMS>(memory, ahead)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn sum_avx2<const STREAMS: usize>(memory: &[u64], ahead: usize) -> u64 {
    sum_plain::<STREAMS>(memory, ahead)
}

#[inline(always)]
fn sum_plain<const STREAMS: usize>(memory: &[u64], ahead: usize) -> u64 {
    let (blocks, _) = memory.as_chunks::<BLOCK>();
    let length = blocks.len() / STREAMS;
    let mut lanes = [0u64; BLOCK];
    for index in 0..length {
        for stream in 0..STREAMS {
            let block = &blocks[stream * length + index];
            if ahead > 0 {
                prefetch(block, ahead);
            }
            for (lane, value) in lanes.iter_mut().zip(block) {
                *lane = lane.wrapping_add(*value);
            }
        }
    }
    lanes.iter().fold(0, |sum, lane| sum.wrapping_add(*lane))
}

/// Asks for the block `ahead` blocks after this one, whatever lies there.
#[inline(always)]
fn prefetch(block: &[u64; BLOCK], ahead: usize) {
    #[cfg(target_arch = "x86_64")]
    for line in 0..4 {
        use std::arch::x86_64::{_mm_prefetch, _MM_HINT_T0};
        let address = std::ptr::from_ref(block).wrapping_add(ahead).cast::<i8>().wrapping_add(64 * line);
        // SAFETY: a prefetch reads nothing and never faults, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (block, ahead);
}
