//! What lives on the heap, and how much of it a case may take.

use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// Runs `work`; the second value is the most bytes that lived on the heap at once, beyond those before.
///
/// The count is the whole process's: nothing else may run beside it.
pub fn measure<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let result = work();
    (result, HEAP.peak_usage().saturating_sub(before))
}

/// Runs `work`, which may take at most `limit` bytes of the heap.
///
/// # Panics
/// If it takes more.
pub fn within<T>(limit: usize, work: impl FnOnce() -> T) -> T {
    let (result, peak) = measure(work);
    assert!(peak <= limit, "{peak} bytes were on the heap at once, {limit} are the limit");
    result
}
