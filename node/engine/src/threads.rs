//! The threads of a process that compute. A call has one of its own; those that no call needs share its products.

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder, Yield};
use std::cell::Cell;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};
use votive_kernels::{check_environment, KernelError};

/// Multiplications below which a part of a product is not worth waking a thread for.
const LEAST_PART: usize = 1 << 20;

/// How long a thread waits for the next part, or for another thread, before it sleeps.
const AWAKE: Duration = Duration::from_micros(50);

/// Threads that share the products of calls: by rows or by outputs, never a sum, so that no bit depends on how many there are.
///
/// A call that runs alone has the help of all of them. As many calls as threads have none.
pub struct Threads {
    count: usize,
    least_part: usize,
    /// Calls that run.
    calls: AtomicUsize,
    /// Those besides a call's own.
    others: Option<ThreadPool>,
}

/// The system gives no more threads.
#[derive(Debug, thiserror::Error)]
#[error("cannot start {count} threads; ask for fewer, or raise the system's limits")]
pub struct ThreadsError {
    /// How many were asked for.
    count: usize,
    /// The pool's own words.
    source: ThreadPoolBuildError,
}

/// A call that runs, until it is dropped.
pub(crate) struct Running<'a>(&'a Threads);

impl Threads {
    /// Those of a process that computes with the calls' own threads alone.
    pub fn one() -> Arc<Self> {
        Arc::new(Self { count: 1, least_part: LEAST_PART, calls: AtomicUsize::new(0), others: None })
    }

    /// `count` threads, of which one is the call's own.
    ///
    /// # Errors
    /// The system gives no more threads.
    pub fn new(count: NonZeroUsize) -> Result<Arc<Self>, ThreadsError> {
        Self::with_least_part(count, LEAST_PART)
    }

    /// As [`new`](Self::new), but even the smallest product is shared: to show that no bit depends on it.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn sharing_all(count: NonZeroUsize) -> Result<Arc<Self>, ThreadsError> {
        Self::with_least_part(count, 1)
    }

    fn with_least_part(count: NonZeroUsize, least_part: usize) -> Result<Arc<Self>, ThreadsError> {
        let count = count.get();
        let pool = ThreadPoolBuilder::new().num_threads(count - 1).thread_name(|number| format!("share-{number}"));
        // Of a pool with no threads rayon would make one of all cores.
        let others = (count > 1).then(|| pool.build()).transpose();
        let others = others.map_err(|source| ThreadsError { count, source })?;
        Ok(Arc::new(Self { count, least_part, calls: AtomicUsize::new(0), others }))
    }

    /// Counts a call on the thread that asks.
    pub(crate) fn begin(&self) -> Running<'_> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        Running(self)
    }

    /// Into how many parts a step of so many multiplications is best divided now: threads are shared evenly among the calls.
    pub(crate) fn parts(&self, multiplications: usize) -> usize {
        let of_call = self.count / self.calls.load(Ordering::Relaxed).max(1);
        of_call.min(multiplications / self.least_part).max(1)
    }

    /// Computes all of `parts`, the first one on this thread.
    ///
    /// # Errors
    /// That of the first part that has one.
    pub(crate) fn each<P: Send>(
        &self,
        parts: impl IntoIterator<Item = P>,
        compute: impl Fn(P) -> Result<(), KernelError> + Sync,
    ) -> Result<(), KernelError> {
        let mut parts = parts.into_iter();
        let Some(others) = &self.others else { return parts.try_for_each(compute) };
        let Some(own) = parts.next() else { return Ok(()) };
        let rest: Vec<P> = parts.collect();
        if rest.is_empty() {
            return compute(own);
        }
        let (mut first, mut further) = (Ok(()), vec![Ok(()); rest.len()]);
        let (compute, open) = (&compute, &AtomicUsize::new(rest.len()));
        others.in_place_scope(|scope| {
            for (part, result) in rest.into_iter().zip(&mut further) {
                scope.spawn(move |_| {
                    // Foreign code of the process may have changed how that thread rounds.
                    *result = check_environment().and_then(|()| compute(part));
                    open.fetch_sub(1, Ordering::Release);
                });
                others.spawn(linger);
            }
            first = compute(own);
            wait_awake(|| open.load(Ordering::Acquire) == 0);
        });
        further.into_iter().fold(first, Result::and)
    }
}

/// Keeps a thread of the pool awake for the product that comes next: to wake one takes as long as a small product does.
fn linger() {
    thread_local! {
        static LINGERS: Cell<bool> = const { Cell::new(false) };
    }
    // What comes next may end with this too.
    if LINGERS.replace(true) {
        return;
    }
    while wait_awake(|| rayon::yield_now() == Some(Yield::Executed)) {}
    LINGERS.set(false);
}

/// Waits until `is_over`, but not for long; whether it was.
fn wait_awake(mut is_over: impl FnMut() -> bool) -> bool {
    let started = Instant::now();
    loop {
        if is_over() {
            return true;
        }
        if started.elapsed() >= AWAKE {
            return false;
        }
        std::hint::spin_loop();
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.calls.fetch_sub(1, Ordering::Relaxed);
    }
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Threads").field("count", &self.count).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{catch_unwind, AssertUnwindSafe};
    use std::sync::Mutex;

    fn threads(count: usize) -> Arc<Threads> {
        Threads::sharing_all(NonZeroUsize::new(count).expect("it is not zero")).expect("there are threads")
    }

    #[test]
    fn calls_share_the_threads_evenly() {
        let threads = threads(8);
        let calls: Vec<_> = (1..=9).map(|_| (threads.begin(), threads.parts(100))).collect();
        assert_eq!(calls.iter().map(|(_, parts)| *parts).collect::<Vec<_>>(), [8, 4, 2, 2, 1, 1, 1, 1, 1]);
        drop(calls);
        assert_eq!(threads.parts(100), 8);
    }

    #[test]
    fn what_is_small_is_computed_by_one() {
        let threads = Threads::new(NonZeroUsize::new(4).expect("it is not zero")).expect("there are threads");
        let parts =
            [0, LEAST_PART, 2 * LEAST_PART - 1, 3 * LEAST_PART, 100 * LEAST_PART].map(|work| threads.parts(work));
        assert_eq!(parts, [1, 1, 1, 3, 4]);
    }

    #[test]
    fn every_part_is_computed_once() {
        for count in [1, 2, 5] {
            for parts in [0, 1, 2, 7] {
                let computed = Mutex::new(Vec::new());
                let each = threads(count).each(0..parts, |part| {
                    computed.lock().expect("nobody panics").push(part);
                    Ok(())
                });
                let mut computed = computed.into_inner().expect("nobody panics");
                computed.sort_unstable();
                assert_eq!((each, computed), (Ok(()), (0..parts).collect()));
            }
        }
    }

    #[test]
    fn the_first_part_that_fails_tells_why() {
        for count in [1, 3] {
            let failed = threads(count).each(0..4, |part| match part {
                1 => Err(KernelError::NotFinite),
                3 => Err(KernelError::TooLarge),
                _ => Ok(()),
            });
            assert_eq!(failed, Err(KernelError::NotFinite));
        }
    }

    #[test]
    fn a_panic_of_another_thread_is_the_calls_own_and_the_threads_go_on() {
        let threads = threads(2);
        let panicked = || {
            threads.each(0..2, |part| match part {
                0 => Ok(()),
                _ => panic!("as it must"),
            })
        };
        assert!(catch_unwind(AssertUnwindSafe(panicked)).is_err());
        assert_eq!(threads.each(0..2, |_| Ok(())), Ok(()));
    }
}
