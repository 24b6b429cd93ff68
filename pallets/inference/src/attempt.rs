//! An attempt: its seats are drawn, commit, and reveal, or are drawn anew, once.

use crate::{
    ends::{Ends, Spent},
    CommitteeOf, Config, Event, OpenSeats, Pallet, RequestOf, Requests,
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::traits::{CheckedDiv, One, Saturating};
use votive_primitives::{
    ids::RequestId,
    receipt::RefundCause,
    request::{Progress, State, MAX_ATTEMPTS},
};

impl<T: Config> Pallet<T> {
    /// Nobody could be drawn: the request waits on, or its time is over.
    pub(crate) fn wait_on(
        id: RequestId,
        mut request: RequestOf<T>,
        since: BlockNumberFor<T>,
        until: BlockNumberFor<T>,
    ) {
        let now = Self::now();
        if now >= until {
            let cause = if request.attempt == 0 { RefundCause::NoFreeWorkers } else { RefundCause::TooFewCommits };
            return Self::refund(id, request, cause);
        }
        Self::look_by(id, &mut request, Self::next_try(since, until));
        Requests::<T>::insert(id, request);
    }

    /// When a request that waits now is drawn for again. The longer it has waited, the rarer: a crowd of waiting requests must
    /// not fill the sweep.
    pub(crate) fn next_try(since: BlockNumberFor<T>, until: BlockNumberFor<T>) -> BlockNumberFor<T> {
        let now = Self::now();
        let pause = now.saturating_sub(since).checked_div(&2u32.into()).unwrap_or_else(One::one).max(One::one());
        now.saturating_add(pause).min(until)
    }

    /// When the commits of seats that are drawn now are due.
    pub(crate) fn commits_until(request: &RequestOf<T>) -> BlockNumberFor<T> {
        Self::after(Self::windows().commit_blocks(request.parameters.max_units, request.units_per_block))
    }

    /// Seats the drawn workers; their window for commits begins. The pool counts their seats for the whole sweep.
    pub(crate) fn open_commits(
        id: RequestId,
        mut request: RequestOf<T>,
        committee: CommitteeOf<T>,
        operators: u32,
        until: BlockNumberFor<T>,
    ) {
        for seat in &committee {
            if OpenSeats::<T>::try_append(&seat.key, id).is_err() {
                log::warn!(target: "runtime::inference", "a key has more open seats than its list holds; one will be silent");
            }
        }
        Self::deposit_event(Event::SeatsDrawn {
            request: id,
            attempt: request.attempt,
            seats: committee.iter().map(|seat| (seat.operator.clone(), seat.weight)).collect(),
            commits_until: until,
        });
        request.committee = committee;
        request.operators = operators;
        request.state = State::Committing { until };
        Self::look_when_due(id, &mut request);
        Requests::<T>::insert(id, request);
    }

    /// The window for commits is over: reveals open where the quorums stand, else the seats are drawn anew, once. Returns
    /// the request that is to be drawn for.
    pub(crate) fn close_commits(id: RequestId, mut request: RequestOf<T>, ends: &mut Ends<T>) -> Option<RequestOf<T>> {
        for seat in request.committee.iter().filter(|seat| seat.progress == Progress::Drawn) {
            Self::deposit_event(Event::SeatSilent {
                request: id,
                attempt: request.attempt,
                operator: seat.operator.clone(),
            });
        }
        if Self::has_quorums(&request.committee, |seat| seat.progress != Progress::Drawn) {
            Self::open_reveals(id, &mut request);
            Requests::<T>::insert(id, request);
            return None;
        }
        ends.release_seats(id, &request, &Spent::<T>::new());
        let next = request.attempt.saturating_add(1);
        if next >= MAX_ATTEMPTS {
            Self::refund(id, request, RefundCause::TooFewCommits);
            return None;
        }
        request.attempt = next;
        request.state = State::Waiting { since: Self::now(), until: Self::after(Self::windows().waiting_blocks) };
        Some(request)
    }

    /// The commits carry the quorums: the window for reveals begins.
    pub(crate) fn open_reveals(id: RequestId, request: &mut RequestOf<T>) {
        let until = Self::after(Self::windows().reveal_blocks);
        Self::deposit_event(Event::RevealsOpened { request: id, attempt: request.attempt, reveals_until: until });
        request.state = State::Revealing { until };
        Self::look_when_due(id, request);
    }
}
