//! One after the other, as long as a budget allows.

use crate::{Budget, Stopped};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Something that one thread does at a time.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    taken: Mutex<bool>,
    freed: Condvar,
}

/// A turn, until it is dropped.
#[derive(Debug)]
pub(crate) struct Taken<'a>(&'a Turn);

impl Turn {
    /// Waits for the turn for as long as `budget` goes on.
    pub fn take(&self, budget: &Budget) -> Result<Taken<'_>, Stopped> {
        let mut taken = self.lock();
        while *taken {
            budget.check()?;
            taken = self.freed.wait_timeout(taken, budget.wait()).unwrap_or_else(PoisonError::into_inner).0;
        }
        *taken = true;
        Ok(Taken(self))
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *self.0.lock() = false;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cancel;
    use std::thread;
    use std::time::Duration;

    #[test]
    fn a_turn_is_waited_for_as_long_as_the_budget_goes_on() {
        let turn = Turn::default();
        let taken = turn.take(&Budget::unlimited()).expect("it is free");
        let late = turn.take(&Budget::new(Duration::from_millis(1), Cancel::default()));
        assert_eq!(late.err(), Some(Stopped::TimeLimit));
        thread::scope(|scope| {
            let next = scope.spawn(|| turn.take(&Budget::unlimited()).is_ok());
            drop(taken);
            assert!(next.join().expect("no panic"));
        });
    }
}
