//! What the requests that end in one sweep share, booked once for all of them: each of these records would else be read and
//! written anew for each request.

use crate::{payment::Takings, AccountIdOf, BalanceOf, Config, OpenSeats, RequestOf};
use alloc::collections::{BTreeMap, BTreeSet};
use sp_runtime::traits::Saturating;
use votive_primitives::{
    ids::RequestId,
    request::Progress,
    traits::{EndedSeats, WorkerPool},
    worker_key::WorkerKey,
};

/// What was paid out of each operator's lock.
pub(crate) type Spent<T> = BTreeMap<AccountIdOf<T>, BalanceOf<T>>;

/// What the ends of requests leave to be booked.
pub(crate) struct Ends<T: Config> {
    /// What belongs to nobody of the request.
    pub takings: Takings<T>,
    seats: BTreeMap<AccountIdOf<T>, EndedSeats<BalanceOf<T>>>,
    /// Requests in which a key has no open seat any more.
    closed: BTreeMap<WorkerKey, BTreeSet<RequestId>>,
}

impl<T: Config> Ends<T> {
    pub fn new() -> Self {
        Self { takings: Takings::new(), seats: BTreeMap::new(), closed: BTreeMap::new() }
    }

    /// Gives the seats of the present attempt back and ends what was not `spent` of their locks.
    pub fn release_seats(&mut self, id: RequestId, request: &RequestOf<T>, spent: &Spent<T>) {
        for seat in &request.committee {
            let ended = self.seats.entry(seat.operator.clone()).or_default();
            ended.count = ended.count.saturating_add(1);
            if seat.progress == Progress::Drawn {
                ended.promised = ended.promised.saturating_add(request.lock);
            } else {
                let of_lock = spent.get(&seat.operator).copied().unwrap_or_default();
                ended.locked = ended.locked.saturating_add(request.lock.saturating_sub(of_lock));
            }
            self.closed.entry(seat.key.clone()).or_default().insert(id);
        }
    }

    pub fn book(self) {
        for (operator, ended) in self.seats {
            T::Workers::release_seats(&operator, ended);
        }
        for (key, closed) in self.closed {
            OpenSeats::<T>::mutate_exists(&key, |open| {
                let mut left = open.take().unwrap_or_default();
                left.retain(|id| !closed.contains(id));
                *open = (!left.is_empty()).then_some(left);
            });
        }
        self.takings.book();
    }
}
