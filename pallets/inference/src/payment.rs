//! All money of a request moves here: into escrow, out to those who earned it, and back.

use crate::{AccountIdOf, BalanceOf, Config, Error, Event, HoldReason, Pallet, RequestOf};
use alloc::collections::BTreeMap;
use frame_support::{
    defensive,
    traits::{
        fungible::MutateHold,
        tokens::{Fortitude, Precision, Restriction},
        Get,
    },
};
use sp_runtime::{
    traits::{Saturating, Zero},
    DispatchResult,
};
use votive_primitives::{
    ids::{RequestId, Units},
    pricing,
    request::Seat,
    traits::{ModelCatalogue, WorkerPool},
};

/// Puts a fee into escrow. The account must keep its existential deposit.
pub(crate) fn hold_escrow<T: Config>(requester: &AccountIdOf<T>, amount: BalanceOf<T>) -> DispatchResult {
    T::Currency::hold(&HoldReason::Escrow.into(), requester, amount).map_err(|_| Error::<T>::CannotHoldFee.into())
}

/// Gives an escrow back. Returns what went back: all of it.
pub(crate) fn return_escrow<T: Config>(requester: &AccountIdOf<T>, amount: BalanceOf<T>) -> BalanceOf<T> {
    T::Currency::release(&HoldReason::Escrow.into(), requester, amount, Precision::BestEffort).unwrap_or_else(|_| {
        defensive!("escrow is held until its request ends; qed");
        Zero::zero()
    })
}

/// Pays a final request out of its escrow. Returns the fee.
pub(crate) fn pay_out<T: Config>(id: RequestId, request: &RequestOf<T>, units: Units) -> BalanceOf<T> {
    let paid_seats = request.committee.iter().filter_map(Seat::revealed).count() as u32;
    let fee = pricing::fee(&request.price, paid_seats, units, request.fee_floor)
        .unwrap_or(request.escrow)
        .min(request.escrow);
    let owner = T::Catalogue::owner(request.version.model);
    let royalty = if owner.is_some() { request.royalty } else { Default::default() };
    let split = pricing::split(fee, paid_seats, royalty);

    let mut extra = split.first_seat_extra;
    for seat in request.committee.iter().filter(|seat| seat.revealed().is_some()) {
        let amount = split.each_seat.saturating_add(core::mem::take(&mut extra));
        if pay::<T>(id, request, &seat.operator, amount) {
            Pallet::<T>::deposit_event(Event::SeatPaid { request: id, operator: seat.operator.clone(), amount });
        }
    }
    if let Some(owner) = owner {
        if !split.royalty.is_zero() && pay::<T>(id, request, &owner, split.royalty) {
            Pallet::<T>::deposit_event(Event::RoyaltyPaid { request: id, owner, amount: split.royalty });
        }
    }
    pay::<T>(id, request, &T::Treasury::get(), split.treasury);
    burn::<T>(&request.requester, split.burn);
    let refund = return_escrow::<T>(&request.requester, request.escrow.saturating_sub(fee));
    Pallet::<T>::deposit_event(Event::RequestFinal {
        request: id,
        fee,
        refund,
        treasury: split.treasury,
        burnt: split.burn,
    });
    fee
}

/// What was paid out of each operator's lock.
pub(crate) type Spent<T> = BTreeMap<AccountIdOf<T>, BalanceOf<T>>;

/// Pays those who revealed their seat fee from the locks of those who withheld, of this request's locks alone.
pub(crate) fn pay_from_withholders<T: Config>(id: RequestId, request: &RequestOf<T>) -> Spent<T> {
    let mut spent = Spent::<T>::new();
    for seat in &request.committee {
        let Some(reveal) = seat.revealed() else { continue };
        let mut owed = pricing::seat_fee(&request.price, reveal.units).unwrap_or_default();
        let mut received = BalanceOf::<T>::zero();
        for withholder in request.committee.iter().filter(|seat| seat.owes_reveal()) {
            let of_lock = spent.entry(withholder.operator.clone()).or_insert_with(Zero::zero);
            let amount = owed.min(request.lock.saturating_sub(*of_lock));
            let paid = T::Workers::pay_from_lock(&withholder.operator, amount, &seat.operator);
            *of_lock = of_lock.saturating_add(paid);
            owed = owed.saturating_sub(paid);
            received = received.saturating_add(paid);
        }
        if !received.is_zero() {
            let operator = seat.operator.clone();
            Pallet::<T>::deposit_event(Event::SeatPaid { request: id, operator, amount: received });
        }
    }
    spent
}

/// Pays `amount` of an escrow. Where the beneficiary cannot receive it, the treasury does, and an event says so.
pub(crate) fn pay<T: Config>(
    id: RequestId,
    request: &RequestOf<T>,
    beneficiary: &AccountIdOf<T>,
    amount: BalanceOf<T>,
) -> bool {
    if transfer::<T>(&request.requester, beneficiary, amount) {
        return true;
    }
    if transfer::<T>(&request.requester, &T::Treasury::get(), amount) {
        Pallet::<T>::deposit_event(Event::PaymentDiverted { request: id, beneficiary: beneficiary.clone(), amount });
    } else {
        defensive!("the treasury's account exists from genesis; qed");
        return_escrow::<T>(&request.requester, amount);
    }
    false
}

fn transfer<T: Config>(requester: &AccountIdOf<T>, beneficiary: &AccountIdOf<T>, amount: BalanceOf<T>) -> bool {
    T::Currency::transfer_on_hold(
        &HoldReason::Escrow.into(),
        requester,
        beneficiary,
        amount,
        Precision::Exact,
        Restriction::Free,
        Fortitude::Force,
    )
    .is_ok()
}

fn burn<T: Config>(requester: &AccountIdOf<T>, amount: BalanceOf<T>) {
    let reason = HoldReason::Escrow.into();
    if T::Currency::burn_held(&reason, requester, amount, Precision::BestEffort, Fortitude::Force).is_err() {
        defensive!("the burnt part is in escrow; qed");
    }
}

/// What an account has in escrow.
pub(crate) fn escrow_of<T: Config>(requester: &AccountIdOf<T>) -> BalanceOf<T> {
    use frame_support::traits::fungible::InspectHold;
    T::Currency::balance_on_hold(&HoldReason::Escrow.into(), requester)
}
