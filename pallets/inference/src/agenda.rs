//! The agenda: every open request has one entry, in the block in which it is looked at next, and so has every answer
//! that is kept after its request's end. The sweep takes what is due, as far as its weight goes, and goes on in the
//! next block where it stopped.

use crate::{
    draw::Draw, payment::Spent, Agenda, AgendaCursor, Answers, Committees, Config, CurrentWindows, Event, LastVrf,
    Pallet, RequestOf, Requests, SeatsByKey, WeightInfo,
};
use alloc::vec::Vec;
use frame_support::{pallet_prelude::*, weights::WeightMeter};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::traits::{CheckedDiv, One, Saturating};
use votive_primitives::{
    ids::RequestId,
    receipt::RefundCause,
    request::{Progress, State, MAX_ATTEMPTS},
    traits::WorkerPool,
};

/// VRF outputs of the last block and of this one: what a draw is seeded with.
type VrfPair = Option<([u8; 32], [u8; 32])>;

impl<T: Config> Pallet<T> {
    /// Enters a request or an answer into the agenda of a block.
    pub(crate) fn schedule(due: BlockNumberFor<T>, id: RequestId) {
        Agenda::<T>::insert(due, id, ());
    }

    /// Stores a request whose next look moves to `due`.
    pub(crate) fn reschedule(id: RequestId, mut request: RequestOf<T>, due: BlockNumberFor<T>) {
        if request.due != due {
            Agenda::<T>::remove(request.due, id);
            Self::schedule(due, id);
            request.due = due;
        }
        Requests::<T>::insert(id, request);
    }

    /// Takes what is due up to `now`, within the meter.
    pub(crate) fn sweep(now: BlockNumberFor<T>, vrf: Option<[u8; 32]>, meter: &mut WeightMeter) {
        let pair = LastVrf::<T>::get().zip(vrf);
        let item_weight = T::WeightInfo::sweep_item();
        let mut cursor = AgendaCursor::<T>::get();
        while cursor <= now && meter.try_consume(T::DbWeight::get().reads(1)).is_ok() {
            let affordable = Self::affordable(meter, item_weight);
            let due: Vec<RequestId> = Agenda::<T>::iter_key_prefix(cursor).take(affordable).collect();
            for id in &due {
                meter.consume(item_weight);
                Agenda::<T>::remove(cursor, id);
                Self::look_at(*id, now, pair);
            }
            if due.len() == affordable {
                break;
            }
            cursor = cursor.saturating_add(One::one());
        }
        AgendaCursor::<T>::put(cursor);
    }

    fn affordable(meter: &WeightMeter, item: Weight) -> usize {
        let items = meter.remaining().checked_div_per_component(&item).unwrap_or(0);
        usize::try_from(items).unwrap_or(usize::MAX)
    }

    /// Moves one request on whose entry is due; its entry is already gone.
    fn look_at(id: RequestId, now: BlockNumberFor<T>, vrf: VrfPair) {
        let Some(request) = Requests::<T>::get(id) else {
            Answers::<T>::remove(id);
            return;
        };
        match request.state {
            State::Waiting { until } => Self::look_at_waiting(id, request, until, now, vrf),
            State::Committing { .. } => Self::close_commits(id, request, now, vrf),
            State::Revealing { .. } => Self::close_reveals(id, request),
            State::Settled { .. } => Self::finalise(id, request),
        }
    }

    fn look_at_waiting(
        id: RequestId,
        request: RequestOf<T>,
        until: BlockNumberFor<T>,
        now: BlockNumberFor<T>,
        vrf: VrfPair,
    ) {
        let drawn = vrf.and_then(|(last, current)| Self::draw_seats(id, &request, last, current));
        match drawn {
            Some(draw) => Self::open_commits(id, request, draw),
            None if now >= until => {
                let cause = if request.attempt == 0 { RefundCause::NoFreeWorkers } else { RefundCause::TooFewCommits };
                Self::refund(id, request, cause);
            }
            // The longer it has waited, the rarer the next look: a crowd of waiting requests must not fill the sweep.
            None => {
                let waited = now.saturating_sub(request.submitted_at);
                let pause = waited.checked_div(&2u32.into()).unwrap_or_else(One::one).max(One::one());
                Self::reschedule(id, request, now.saturating_add(pause).min(until));
            }
        }
    }

    /// Seats the drawn workers; their window for commits begins.
    fn open_commits(id: RequestId, mut request: RequestOf<T>, draw: Draw<T>) {
        let window = CurrentWindows::<T>::get().commit_blocks(request.parameters.max_units, request.units_per_block);
        let until = Self::after(window);
        for seat in &draw.committee {
            T::Workers::take_seat(&seat.operator, request.lock);
            SeatsByKey::<T>::insert(&seat.key, id, request.attempt);
        }
        Self::deposit_event(Event::SeatsDrawn {
            request: id,
            attempt: request.attempt,
            seats: draw.committee.iter().map(|seat| (seat.operator.clone(), seat.weight)).collect(),
            commits_until: until,
        });
        Committees::<T>::insert(id, request.attempt, draw.committee);
        request.operators = draw.operators;
        request.state = State::Committing { until };
        Self::reschedule(id, request, until.saturating_add(One::one()));
    }

    /// The window for commits is over: reveals open where the quorums stand, else the seats are drawn anew, once.
    fn close_commits(id: RequestId, mut request: RequestOf<T>, now: BlockNumberFor<T>, vrf: VrfPair) {
        let committee = Committees::<T>::get(id, request.attempt);
        for seat in committee.iter().filter(|seat| seat.progress == Progress::Drawn) {
            Self::deposit_event(Event::SeatSilent {
                request: id,
                attempt: request.attempt,
                operator: seat.operator.clone(),
            });
        }
        if Self::has_quorums(&committee, |seat| seat.progress != Progress::Drawn) {
            return Self::open_reveals(id, request);
        }
        let next = request.attempt.saturating_add(1);
        if next >= MAX_ATTEMPTS {
            return Self::refund(id, request, RefundCause::TooFewCommits);
        }
        Self::release_seats(id, &request, &committee, &Spent::<T>::new());
        request.attempt = next;
        let until = Self::after(CurrentWindows::<T>::get().waiting_blocks);
        request.state = State::Waiting { until };
        Self::look_at_waiting(id, request, until, now, vrf);
    }

    /// The commits carry the quorums: the window for reveals begins.
    pub(crate) fn open_reveals(id: RequestId, mut request: RequestOf<T>) {
        let until = Self::after(CurrentWindows::<T>::get().reveal_blocks);
        Self::deposit_event(Event::RevealsOpened { request: id, attempt: request.attempt, reveals_until: until });
        request.state = State::Revealing { until };
        Self::reschedule(id, request, until.saturating_add(One::one()));
    }
}
