//! Settlement: when digests agree, what happens when they do not, and how a request ends.

use crate::{
    agenda::Entry,
    ends::{Ends, Spent},
    payment, AccountIdOf, Answers, BalanceOf, CommitteeOf, Config, Event, Pallet, Receipts, RequestOf, Requests,
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
    request::{Seat, State},
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
    pub(crate) fn settle_if_agreed(id: RequestId, request: &mut RequestOf<T>) {
        let mut reveals = request.committee.iter().filter_map(Seat::revealed).copied();
        let Some(first) = reveals.next() else { return };
        let now = Self::now();
        if reveals.any(|other| other.digest != first.digest) {
            request.state = State::Disagreed;
            return Self::look_by(id, request, now.saturating_add(One::one()));
        }
        if let State::Revealing { until } = request.state {
            if !Self::has_quorums(&request.committee, |seat| seat.revealed().is_some()) {
                return;
            }
            Self::deposit_event(Event::RequestSettled {
                request: id,
                digest: first.digest,
                answer_hash: first.answer_hash,
                units: first.units,
            });
            let final_from = Self::after(Self::windows().final_blocks);
            let at = frame_system::Pallet::<T>::block_number();
            request.state = State::Settled { at, reveals_until: until, final_from };
        }
        Self::look_when_due(id, request);
    }

    /// The window for reveals is over and the quorums do not stand: who revealed is paid by who withheld.
    pub(crate) fn close_reveals(id: RequestId, request: RequestOf<T>, ends: &mut Ends<T>) {
        Self::report_withheld(id, &request.committee);
        let spent = payment::pay_from_withholders::<T>(id, &request);
        ends.release_seats(id, &request, &spent);
        Self::refund(id, request, RefundCause::TooFewReveals);
    }

    /// The revealed digests differ: nobody is paid.
    pub(crate) fn end_disagreed(id: RequestId, request: RequestOf<T>, ends: &mut Ends<T>) {
        ends.release_seats(id, &request, &Spent::<T>::new());
        Self::refund(id, request, RefundCause::DigestsDiffer);
    }

    /// Settled, and its time has come: everyone is paid, all locks end.
    pub(crate) fn finalise(id: RequestId, request: RequestOf<T>, ends: &mut Ends<T>) {
        let State::Settled { at, .. } = request.state else { return };
        ends.release_seats(id, &request, &Spent::<T>::new());
        let settled = request.committee.iter().find_map(Seat::revealed).copied();
        let Some((settled, answer)) = settled.zip(Answers::<T>::get(id)) else {
            return Self::refund(id, request, RefundCause::TooFewReveals);
        };
        Self::report_withheld(id, &request.committee);
        let fee = payment::pay_out::<T>(id, &request, settled.units, &mut ends.takings);
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
        Self::schedule(Self::after(Self::windows().answer_blocks), Entry::Answer(id));
        Self::close(id, request, outcome);
    }

    /// Ends a request that has no seats any more without an answer: the whole escrow goes back.
    pub(crate) fn refund(id: RequestId, request: RequestOf<T>, cause: RefundCause) {
        let refund = payment::return_escrow::<T>(&request.requester, request.escrow);
        Self::deposit_event(Event::RequestRefunded { request: id, cause, refund });
        Answers::<T>::remove(id);
        Self::close(id, request, Outcome::Refunded { cause });
    }

    fn report_withheld(id: RequestId, committee: &CommitteeOf<T>) {
        for seat in committee.iter().filter(|seat| seat.owes_reveal()) {
            Self::deposit_event(Event::RevealWithheld { request: id, operator: seat.operator.clone() });
        }
    }

    /// Replaces a request by its receipt.
    fn close(id: RequestId, request: RequestOf<T>, outcome: Outcome<BalanceOf<T>, BlockNumberFor<T>>) {
        Requests::<T>::remove(id);
        let seats: Vec<_> = request
            .committee
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
