//! The queue between the service, which fills it, and the threads, which empty it.

use crate::{metrics::Metrics, queue::Queue};
use parking_lot::{Condvar, Mutex};
use votive_primitives::ids::RequestId;

/// A queue that threads wait at. No lock on it is held while an order runs or a future waits.
#[derive(Debug)]
pub struct Handover {
    state: Mutex<State>,
    changed: Condvar,
    metrics: Metrics,
}

#[derive(Debug)]
struct State {
    queue: Queue,
    closed: bool,
}

impl Handover {
    /// An open hand-over in which at most `capacity` orders wait.
    pub fn new(capacity: usize, metrics: Metrics) -> Self {
        let state = State { queue: Queue::new(capacity), closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new(), metrics }
    }

    /// Changes the queue, and wakes threads if orders wait.
    pub fn change<R>(&self, change: impl FnOnce(&mut Queue) -> R) -> R {
        let mut state = self.state.lock();
        let result = change(&mut state.queue);
        self.metrics.queue_depth.set(depth(&state.queue));
        if state.queue.len() > 0 {
            self.changed.notify_all();
        }
        result
    }

    /// Starts the most urgent order; blocks until there is one. `None` once the hand-over is closed.
    pub fn start_next(&self) -> Option<RequestId> {
        let mut state = self.state.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(request) = state.queue.start_next() {
                self.metrics.queue_depth.set(depth(&state.queue));
                return Some(request);
            }
            self.changed.wait(&mut state);
        }
    }

    /// Sends the threads home. Orders that run are finished, none is started any more.
    pub fn close(&self) {
        self.state.lock().closed = true;
        self.changed.notify_all();
    }
}

fn depth(queue: &Queue) -> u64 {
    u64::try_from(queue.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{sync::Arc, thread};

    fn handover() -> Arc<Handover> {
        Arc::new(Handover::new(8, Metrics::new(None).unwrap()))
    }

    #[test]
    fn a_waiting_thread_gets_the_order_that_comes() {
        let handover = handover();
        let thread = thread::spawn({
            let handover = handover.clone();
            move || handover.start_next()
        });
        handover.change(|queue| queue.push(RequestId::repeat_byte(1), 10, 0));
        assert_eq!(thread.join().unwrap(), Some(RequestId::repeat_byte(1)));
        assert_eq!(handover.metrics.queue_depth.get(), 0);
    }

    #[test]
    fn a_closed_handover_starts_nothing() {
        let handover = handover();
        let thread = thread::spawn({
            let handover = handover.clone();
            move || handover.start_next()
        });
        handover.close();
        assert_eq!(thread.join().unwrap(), None);
        handover.change(|queue| queue.push(RequestId::repeat_byte(1), 10, 0));
        assert_eq!(handover.start_next(), None);
    }
}
