//! What one call may take, asked between the steps of a graph.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often a call that waits looks whether it was cancelled.
const LOOK: Duration = Duration::from_millis(50);

/// Ends the calls whose budget holds a clone of it, from any thread.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks the calls to end. Each ends before its next step.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the calls are to end.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The wall clock and the cancellation of one call. A graph asks it before each of its layers, so a call ends at most one
/// layer late; what a layer may cost is bounded when the package is planned.
#[derive(Clone, Debug, Default)]
pub struct Budget {
    deadline: Option<Instant>,
    /// None, or one for each call.
    cancels: Vec<Cancel>,
}

impl Budget {
    /// A call that nothing ends.
    pub fn unlimited() -> Self {
        Self::default()
    }

    /// A call that may take `time` from now on, and that `cancel` ends. A time beyond what the clock can tell is no limit.
    pub fn new(time: Duration, cancel: Cancel) -> Self {
        Self { deadline: Instant::now().checked_add(time), cancels: vec![cancel] }
    }

    /// The budget of calls that run together, at least one: they go on until the last of their deadlines, or until all are
    /// cancelled.
    pub(crate) fn joint<'a>(budgets: impl IntoIterator<Item = &'a Self>) -> Self {
        let together = |mut joint: Self, budget: &Self| {
            joint.deadline = joint.deadline.zip(budget.deadline).map(|(one, other)| one.max(other));
            // One that nothing cancels keeps all going.
            if joint.cancels.is_empty() || budget.cancels.is_empty() {
                joint.cancels.clear();
            } else {
                joint.cancels.extend_from_slice(&budget.cancels);
            }
            joint
        };
        let mut budgets = budgets.into_iter();
        let first = budgets.next().cloned().unwrap_or_default();
        budgets.fold(first, together)
    }

    /// When the call's time is over; `None` without a limit.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// How long the call may wait for something until it [asks](Self::check) again whether it may go on.
    pub(crate) fn wait(&self) -> Duration {
        self.remaining().map_or(LOOK, |left| left.min(LOOK))
    }

    /// Whether the call may go on.
    ///
    /// # Errors
    /// That it was cancelled, or else that its time is over.
    pub fn check(&self) -> Result<(), Stopped> {
        if !self.cancels.is_empty() && self.cancels.iter().all(Cancel::is_cancelled) {
            return Err(Stopped::Cancelled);
        }
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => Err(Stopped::TimeLimit),
            _ => Ok(()),
        }
    }

    /// The time that is left; `None` without a limit.
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }
}

/// Why a call was ended before it had an answer. Never an answer itself: another machine may be faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Stopped {
    /// Its time was over.
    #[error("the call's time is over: give it more time, or let a faster machine serve the package")]
    TimeLimit,
    /// Somebody cancelled it.
    #[error("the call was cancelled; run it again if its answer is still of use")]
    Cancelled,
}

impl Stopped {
    /// A short label of the cause, for metrics.
    pub fn cause(self) -> &'static str {
        match self {
            Self::TimeLimit => "time_limit",
            Self::Cancelled => "cancelled",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unlimited_call_goes_on() {
        assert_eq!(Budget::unlimited().check(), Ok(()));
        assert_eq!(Budget::unlimited().remaining(), None);
    }

    #[test]
    fn a_call_without_time_is_over() {
        let budget = Budget::new(Duration::ZERO, Cancel::default());
        assert_eq!(budget.check(), Err(Stopped::TimeLimit));
        assert_eq!(budget.remaining(), Some(Duration::ZERO));
    }

    #[test]
    fn a_time_beyond_the_clock_is_no_limit() {
        assert_eq!(Budget::new(Duration::MAX, Cancel::default()).check(), Ok(()));
    }

    #[test]
    fn a_cancelled_call_is_over_whatever_its_time() {
        let cancel = Cancel::default();
        let budget = Budget::new(Duration::from_secs(3600), cancel.clone());
        assert_eq!(budget.check(), Ok(()));
        cancel.cancel();
        assert_eq!(budget.check(), Err(Stopped::Cancelled));
    }

    #[test]
    fn calls_go_on_together_until_the_last_of_them_is_over() {
        let (first, second) = (Cancel::default(), Cancel::default());
        let over = Budget::new(Duration::ZERO, first.clone());
        let running = Budget::new(Duration::from_secs(3600), second.clone());
        assert_eq!(Budget::joint([&over]).check(), Err(Stopped::TimeLimit));
        let joint = Budget::joint([&over, &running]);
        assert_eq!(joint.deadline(), running.deadline());
        first.cancel();
        assert_eq!(joint.check(), Ok(()));
        assert_eq!(Budget::joint([&over, &running, &Budget::unlimited()]).remaining(), None);
        second.cancel();
        assert_eq!(joint.check(), Err(Stopped::Cancelled));
        assert_eq!(Budget::joint([&running, &Budget::unlimited()]).check(), Ok(()));
    }
}
