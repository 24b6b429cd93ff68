//! How many calls run at once.

use crate::{Budget, Stopped};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often a call that waits looks whether it was cancelled.
const LOOK: Duration = Duration::from_millis(50);

/// A bounded number of calls that run, and the others that wait for them.
#[derive(Debug)]
pub(super) struct Slots {
    most: u32,
    counts: Mutex<Counts>,
    freed: Condvar,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub running: u32,
    pub waiting: u32,
}

/// A call that runs, until it is dropped.
#[derive(Debug)]
pub(super) struct Slot<'a>(&'a Slots);

impl Slots {
    /// At most `most` calls run at once.
    pub fn new(most: u32) -> Self {
        Self { most, counts: Mutex::default(), freed: Condvar::new() }
    }

    /// Waits until the call may run, as long as its budget allows.
    pub fn take(&self, budget: &Budget) -> Result<Slot<'_>, Stopped> {
        let mut counts = self.lock();
        counts.waiting += 1;
        while counts.running >= self.most {
            if let Err(stopped) = budget.check() {
                counts.waiting -= 1;
                return Err(stopped);
            }
            let wait = budget.remaining().map_or(LOOK, |left| left.min(LOOK));
            counts = self.freed.wait_timeout(counts, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
        counts.waiting -= 1;
        counts.running += 1;
        Ok(Slot(self))
    }

    /// How many run and wait.
    pub fn counts(&self) -> Counts {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.0.lock().running -= 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cancel;
    use std::thread;

    #[test]
    fn a_call_waits_for_a_slot_as_long_as_its_time_and_no_longer() {
        let slots = Slots::new(1);
        let running = slots.take(&Budget::unlimited()).expect("a free slot");
        let late = slots.take(&Budget::new(Duration::from_millis(1), Cancel::default()));
        assert_eq!(late.err(), Some(Stopped::TimeLimit));
        drop(running);
        assert!(slots.take(&Budget::unlimited()).is_ok());
        assert_eq!((slots.counts().running, slots.counts().waiting), (0, 0));
    }

    #[test]
    fn a_waiting_call_can_be_cancelled_and_a_freed_slot_wakes_one() {
        let (slots, cancel) = (Slots::new(1), Cancel::default());
        let running = slots.take(&Budget::unlimited()).expect("a free slot");
        thread::scope(|scope| {
            let budget = Budget::new(Duration::from_secs(3600), cancel.clone());
            let cancelled = scope.spawn({
                let slots = &slots;
                move || slots.take(&budget).err()
            });
            cancel.cancel();
            assert_eq!(cancelled.join().expect("no panic"), Some(Stopped::Cancelled));
            let next = scope.spawn(|| slots.take(&Budget::unlimited()).is_ok());
            drop(running);
            assert!(next.join().expect("no panic"));
        });
    }
}
