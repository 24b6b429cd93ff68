//! Which order is next. Pure: no clock, no threads, no storage.

use std::collections::{BTreeSet, HashMap};
use votive_primitives::ids::RequestId;

/// What became of an order offered to the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It waits now.
    Queued,
    /// It waits or runs already.
    Known,
    /// Its deadline has passed.
    Late,
    /// There is no room; offer it again later.
    Full,
}

/// The orders that wait, the most urgent first, and those that run.
#[derive(Debug)]
pub struct Queue {
    capacity: usize,
    waiting: BTreeSet<(u32, RequestId)>,
    known: HashMap<RequestId, Place>,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Waiting { deadline: u32 },
    Running,
}

impl Queue {
    /// An empty queue in which at most `capacity` orders wait.
    pub fn new(capacity: usize) -> Self {
        Self { capacity, waiting: BTreeSet::new(), known: HashMap::new() }
    }

    /// Offers an order whose answer is of use up to and including block `deadline`, in block `now`.
    pub fn push(&mut self, request: RequestId, deadline: u32, now: u32) -> Admission {
        if self.known.contains_key(&request) {
            Admission::Known
        } else if deadline < now {
            Admission::Late
        } else if self.waiting.len() >= self.capacity {
            Admission::Full
        } else {
            self.waiting.insert((deadline, request));
            self.known.insert(request, Place::Waiting { deadline });
            Admission::Queued
        }
    }

    /// Starts the most urgent order. It is known until [`Queue::finish`].
    pub fn start_next(&mut self) -> Option<RequestId> {
        let (_, request) = self.waiting.pop_first()?;
        self.known.insert(request, Place::Running);
        Some(request)
    }

    /// Ends an order that was started.
    pub fn finish(&mut self, request: &RequestId) {
        self.known.remove(request);
    }

    /// Takes a waiting order out. One that runs is not stopped.
    pub fn remove(&mut self, request: &RequestId) {
        if let Some(Place::Waiting { deadline }) = self.known.get(request).copied() {
            self.waiting.remove(&(deadline, *request));
            self.known.remove(request);
        }
    }

    /// Whether an order waits or runs.
    pub fn contains(&self, request: &RequestId) -> bool {
        self.known.contains_key(request)
    }

    /// Takes the waiting orders out whose deadline is before block `now`.
    pub fn remove_late(&mut self, now: u32) -> Vec<RequestId> {
        let on_time = self.waiting.split_off(&(now, RequestId::zero()));
        let late = std::mem::replace(&mut self.waiting, on_time);
        late.into_iter()
            .map(|(_, request)| {
                self.known.remove(&request);
                request
            })
            .collect()
    }

    /// How many orders wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(number: u8) -> RequestId {
        RequestId::repeat_byte(number)
    }

    #[test]
    fn the_most_urgent_order_is_started_first() {
        let mut queue = Queue::new(8);
        queue.push(request(1), 30, 0);
        queue.push(request(2), 10, 0);
        queue.push(request(3), 20, 0);
        let order: Vec<_> = std::iter::from_fn(|| queue.start_next()).collect();
        assert_eq!(order, vec![request(2), request(3), request(1)]);
    }

    #[test]
    fn an_order_is_queued_once_while_it_waits_or_runs() {
        let mut queue = Queue::new(8);
        assert_eq!(queue.push(request(1), 10, 0), Admission::Queued);
        assert_eq!(queue.push(request(1), 12, 0), Admission::Known);
        queue.start_next();
        assert_eq!(queue.push(request(1), 12, 0), Admission::Known);
        queue.finish(&request(1));
        assert_eq!(queue.push(request(1), 12, 0), Admission::Queued);
    }

    #[test]
    fn an_order_past_its_deadline_is_refused() {
        let mut queue = Queue::new(8);
        assert_eq!(queue.push(request(1), 9, 10), Admission::Late);
        assert_eq!(queue.push(request(2), 10, 10), Admission::Queued);
        assert!(!queue.contains(&request(1)));
    }

    #[test]
    fn a_full_queue_refuses_until_an_order_starts() {
        let mut queue = Queue::new(1);
        queue.push(request(1), 10, 0);
        assert_eq!(queue.push(request(2), 5, 0), Admission::Full);
        queue.start_next();
        assert_eq!(queue.push(request(2), 5, 0), Admission::Queued);
        assert_eq!(queue.len(), 1);
    }

    #[test]
    fn late_orders_leave_and_may_come_back() {
        let mut queue = Queue::new(8);
        queue.push(request(1), 9, 0);
        queue.push(request(2), 10, 0);
        queue.push(request(3), 8, 0);
        assert_eq!(queue.remove_late(10), vec![request(3), request(1)]);
        assert_eq!(queue.len(), 1);
        assert_eq!(queue.push(request(1), 20, 10), Admission::Queued);
    }

    #[test]
    fn removing_takes_what_waits_and_leaves_what_runs() {
        let mut queue = Queue::new(8);
        queue.push(request(1), 10, 0);
        queue.push(request(2), 20, 0);
        queue.start_next();
        queue.remove(&request(1));
        queue.remove(&request(2));
        queue.remove(&request(3));
        assert!(queue.contains(&request(1)));
        assert!(!queue.contains(&request(2)));
        assert_eq!(queue.start_next(), None);
    }
}
