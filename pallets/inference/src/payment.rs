//! All money of a request moves here: into escrow, out to those who earned it, and back.

use crate::{ends::Spent, AccountIdOf, BalanceOf, Config, Error, Event, HoldReason, Pallet, RequestOf};
use frame_support::{
    defensive,
    traits::{
        fungible::{Balanced, BalancedHold, Credit, MutateHold},
        tokens::{imbalance::Imbalance, Precision},
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

/// Money that belongs to nobody's account while it is on its way.
pub(crate) type CreditOf<T> = Credit<AccountIdOf<T>, <T as Config>::Currency>;

/// The parts of fees that go to the treasury and those that are burnt, of all requests that become final in one sweep.
pub(crate) struct Takings<T: Config> {
    treasury: CreditOf<T>,
    burnt: CreditOf<T>,
}

impl<T: Config> Takings<T> {
    pub fn new() -> Self {
        Self { treasury: CreditOf::<T>::zero(), burnt: CreditOf::<T>::zero() }
    }

    pub fn book(self) {
        if !self.treasury.peek().is_zero() && T::Currency::resolve(&T::Treasury::get(), self.treasury).is_err() {
            defensive!("the treasury's account exists from genesis; qed");
        }
        // Credit that is dropped leaves the issuance.
        drop(self.burnt);
    }
}

/// Pays a final request out of its escrow, which leaves the hold as a whole. Returns the fee.
pub(crate) fn pay_out<T: Config>(
    id: RequestId,
    request: &RequestOf<T>,
    units: Units,
    takings: &mut Takings<T>,
) -> BalanceOf<T> {
    let paid_seats = request.committee.iter().filter_map(Seat::revealed).count() as u32;
    let fee = pricing::fee(&request.price, paid_seats, units, request.fee_floor)
        .unwrap_or(request.escrow)
        .min(request.escrow);
    let owner = T::Catalogue::owner(request.version.model);
    let royalty = if owner.is_some() { request.royalty } else { Default::default() };
    let split = pricing::split(fee, paid_seats, royalty);

    let (mut escrow, missing) = T::Currency::slash(&HoldReason::Escrow.into(), &request.requester, request.escrow);
    if !missing.is_zero() {
        defensive!("escrow is held until its request ends; qed");
    }
    let mut extra = split.first_seat_extra;
    for seat in request.committee.iter().filter(|seat| seat.revealed().is_some()) {
        let amount = split.each_seat.saturating_add(core::mem::take(&mut extra));
        if pay::<T>(id, &seat.operator, escrow.extract(amount), takings) {
            Pallet::<T>::deposit_event(Event::SeatPaid { request: id, operator: seat.operator.clone(), amount });
        }
    }
    if let Some(owner) = owner.filter(|_| !split.royalty.is_zero()) {
        if pay::<T>(id, &owner, escrow.extract(split.royalty), takings) {
            Pallet::<T>::deposit_event(Event::RoyaltyPaid { request: id, owner, amount: split.royalty });
        }
    }
    takings.treasury.subsume(escrow.extract(split.treasury));
    takings.burnt.subsume(escrow.extract(split.burn));
    let refund = escrow.peek();
    if !refund.is_zero() {
        pay::<T>(id, &request.requester, escrow, takings);
    }
    Pallet::<T>::deposit_event(Event::RequestFinal {
        request: id,
        fee,
        refund,
        treasury: split.treasury,
        burnt: split.burn,
    });
    fee
}

/// Pays a part of an escrow. Where the beneficiary cannot receive it, the treasury does, and an event says so.
pub(crate) fn pay<T: Config>(
    id: RequestId,
    beneficiary: &AccountIdOf<T>,
    part: CreditOf<T>,
    takings: &mut Takings<T>,
) -> bool {
    let amount = part.peek();
    let Err(part) = T::Currency::resolve(beneficiary, part) else { return true };
    takings.treasury.subsume(part);
    Pallet::<T>::deposit_event(Event::PaymentDiverted { request: id, beneficiary: beneficiary.clone(), amount });
    false
}

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

/// What an account has in escrow.
pub(crate) fn escrow_of<T: Config>(requester: &AccountIdOf<T>) -> BalanceOf<T> {
    use frame_support::traits::fungible::InspectHold;
    T::Currency::balance_on_hold(&HoldReason::Escrow.into(), requester)
}
