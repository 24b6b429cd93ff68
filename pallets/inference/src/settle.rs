//! Settlement: when digests agree, what happens when they do not, and how a request ends.

use crate::{
    payment::{self, Spent},
    AccountIdOf, Agenda, Answers, BalanceOf, CommitteeOf, Committees, Config, CurrentWindows, Event, Inputs, Pallet,
    Receipts, RequestOf, Requests, SeatsByKey,
};
use alloc::vec::Vec;
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{
    traits::{One, Saturating},
    BoundedVec,
};
use votive_primitives::{
    ids::RequestId,
    receipt::{Outcome, Receipt, ReceiptSeat, RefundCause},
    request::{Progress, Seat, State, MAX_ATTEMPTS},
    traits::WorkerPool,
};

impl<T: Config> Pallet<T> {
    /// Whether the seats that `counts` picks carry at least two thirds of the drawn weight and of the seats.
    pub(crate) fn has_quorums(
        committee: &[Seat<AccountIdOf<T>>],
        counts: impl Fn(&Seat<AccountIdOf<T>>) -> bool,
    ) -> bool {
        let mut drawn = 0u128;
        let (mut carried, mut seats) = (0u128, 0usize);
        for seat in committee {
            drawn = drawn.saturating_add(seat.weight);
            if counts(seat) {
                carried = carried.saturating_add(seat.weight);
                seats = seats.saturating_add(1);
            }
        }
        seats > 0
            && seats >= committee.len().saturating_mul(2).div_ceil(3)
            && carried.saturating_mul(3) >= drawn.saturating_mul(2)
    }

    /// Moves a request on after a reveal.
    pub(crate) fn settle_if_agreed(id: RequestId, mut request: RequestOf<T>, committee: CommitteeOf<T>) {
        let mut reveals = committee.iter().filter_map(Seat::revealed);
        let Some(first) = reveals.next() else { return };
        if reveals.any(|other| other.digest != first.digest) {
            return Self::refund(id, request, RefundCause::DigestsDiffer);
        }
        let now = frame_system::Pallet::<T>::block_number();
        let (final_from, reveals_until) = match request.state {
            State::Settled { final_from, reveals_until, .. } => (final_from, reveals_until),
            State::Revealing { until } if Self::has_quorums(&committee, |seat| seat.revealed().is_some()) => {
                Self::deposit_event(Event::RequestSettled {
                    request: id,
                    digest: first.digest,
                    answer_hash: first.answer_hash,
                    units: first.units,
                });
                let final_from = Self::after(CurrentWindows::<T>::get().final_blocks);
                request.state = State::Settled { at: now, reveals_until: until, final_from };
                (final_from, until)
            }
            _ => return,
        };
        let waits_for_reveals = committee.iter().any(|seat| seat.owes_reveal());
        let last_reveal = if waits_for_reveals { reveals_until } else { now };
        Self::reschedule(id, request, final_from.max(last_reveal.saturating_add(One::one())));
    }

    /// The window for reveals is over and the quorums do not stand: who revealed is paid by who withheld.
    pub(crate) fn close_reveals(id: RequestId, request: RequestOf<T>) {
        let committee = Committees::<T>::get(id, request.attempt);
        Self::report_withheld(id, &committee);
        let spent = payment::pay_from_withholders::<T>(id, &request, &committee);
        Self::refund_after(id, request, RefundCause::TooFewReveals, &spent);
    }

    /// Settled, and its time has come: everyone is paid, all locks end.
    pub(crate) fn finalise(id: RequestId, request: RequestOf<T>) {
        let State::Settled { at, .. } = request.state else { return };
        let committee = Committees::<T>::get(id, request.attempt);
        let Some((settled, answer)) = committee.iter().find_map(Seat::revealed).copied().zip(Answers::<T>::get(id))
        else {
            return Self::refund(id, request, RefundCause::TooFewReveals);
        };
        Self::report_withheld(id, &committee);
        let fee = payment::pay_out::<T>(id, &request, &committee, settled.units);
        Self::release_seats(id, &request, &committee, &Spent::<T>::new());
        let outcome = Outcome::Final {
            digest: settled.digest,
            answer_hash: settled.answer_hash,
            code: answer.code,
            units: settled.units,
            trace_hash: settled.trace_hash,
            fee,
            settled_at: at,
            audited: false,
        };
        Self::schedule(Self::after(CurrentWindows::<T>::get().answer_blocks), id);
        Self::close(id, request, &committee, outcome);
    }

    /// Ends a request without an answer: the whole escrow goes back, all locks end.
    pub(crate) fn refund(id: RequestId, request: RequestOf<T>, cause: RefundCause) {
        Self::refund_after(id, request, cause, &Spent::<T>::new());
    }

    /// As [`Self::refund`], after a part of the locks was paid out.
    fn refund_after(id: RequestId, request: RequestOf<T>, cause: RefundCause, spent: &Spent<T>) {
        let committee = Committees::<T>::get(id, request.attempt);
        if !matches!(request.state, State::Waiting { .. }) {
            Self::release_seats(id, &request, &committee, spent);
        }
        let refund = payment::return_escrow::<T>(&request.requester, request.escrow);
        Self::deposit_event(Event::RequestRefunded { request: id, cause, refund });
        Answers::<T>::remove(id);
        Self::close(id, request, &committee, Outcome::Refunded { cause });
    }

    /// Gives the seats of a committee back and ends what was not spent of its locks.
    pub(crate) fn release_seats(id: RequestId, request: &RequestOf<T>, committee: &CommitteeOf<T>, spent: &Spent<T>) {
        for seat in committee {
            let promised = if seat.progress == Progress::Drawn {
                request.lock
            } else {
                let of_lock = spent.get(&seat.operator).copied().unwrap_or_default();
                T::Workers::unlock(&seat.operator, request.lock.saturating_sub(of_lock));
                Default::default()
            };
            T::Workers::release_seat(&seat.operator, promised);
            SeatsByKey::<T>::remove(&seat.key, id);
        }
    }

    fn report_withheld(id: RequestId, committee: &CommitteeOf<T>) {
        for seat in committee.iter().filter(|seat| seat.owes_reveal()) {
            Self::deposit_event(Event::RevealWithheld { request: id, operator: seat.operator.clone() });
        }
    }

    /// Replaces a request by its receipt.
    fn close(
        id: RequestId,
        request: RequestOf<T>,
        committee: &CommitteeOf<T>,
        outcome: Outcome<BalanceOf<T>, BlockNumberFor<T>>,
    ) {
        Agenda::<T>::remove(request.due, id);
        Requests::<T>::remove(id);
        Inputs::<T>::remove(id);
        (0..MAX_ATTEMPTS).for_each(|attempt| Committees::<T>::remove(id, attempt));
        let seats: Vec<_> = committee
            .iter()
            .map(|seat| ReceiptSeat {
                operator: seat.operator.clone(),
                weight: seat.weight,
                digest: seat.revealed().map(|reveal| reveal.digest),
            })
            .collect();
        Receipts::<T>::insert(
            id,
            Receipt {
                requester: request.requester,
                version: request.version,
                package_root: request.package_root,
                input_hash: request.input_hash,
                parameters: request.parameters,
                seats: BoundedVec::truncate_from(seats),
                operators: request.operators,
                submitted_at: request.submitted_at,
                ended_at: frame_system::Pallet::<T>::block_number(),
                outcome,
            },
        );
    }
}
