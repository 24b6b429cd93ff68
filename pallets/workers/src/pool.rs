//! The workers as the draw and the settlement see them.
//!
//! Pallet-inference calls these functions from hooks that must not fail. So each of them does as much as can be done, and
//! says so in the log, where it is asked for what cannot be.

use crate::{BalanceOf, ChillCause, Config, Error, Event, HoldReason, KeyOwner, Pallet, Servers, WorkerOf, Workers};
use alloc::vec::Vec;
use core::marker::PhantomData;
use frame_support::{
    defensive, ensure,
    storage::with_storage_layer,
    traits::{
        fungible::MutateHold,
        tokens::{Fortitude, Precision, Restriction},
        Get,
    },
};
use sp_runtime::{
    traits::{SaturatedConversion, Saturating, Zero},
    DispatchResult,
};
use votive_primitives::{
    ids::VersionId,
    traits::{Candidate, EndedSeats, WorkerPool, WorkerWeight},
    worker_key::WorkerKey,
};

impl<T: Config> WorkerPool<T::AccountId> for Pallet<T> {
    type Balance = BalanceOf<T>;

    fn candidates(version: VersionId) -> Vec<Candidate<T::AccountId, Self::Balance>> {
        let min_bond = T::MinBond::get();
        let candidate = |operator: T::AccountId| {
            let worker = Workers::<T>::get(&operator).filter(|worker| worker.is_active(min_bond))?;
            let weight = T::Weight::weight(&operator, version);
            let (free_seats, free_bond) = (worker.free_seats(), worker.free_bond());
            Some(Candidate { operator, key: worker.key, weight, free_seats, free_bond })
        };
        Servers::<T>::get(version).into_iter().filter_map(candidate).collect()
    }

    fn take_seats(operator: &T::AccountId, count: u32, bond: Self::Balance) {
        Self::mutate_worker(operator, |worker| {
            worker.open_seats = worker.open_seats.saturating_add(count);
            worker.promised = worker.promised.saturating_add(bond);
        });
    }

    fn release_seats(operator: &T::AccountId, ended: EndedSeats<Self::Balance>) {
        Self::mutate_worker(operator, |worker| {
            let EndedSeats { count, promised, locked } = ended;
            if worker.open_seats < count || worker.promised < promised || worker.locked < locked {
                defensive!("seats were released that were never taken");
            }
            worker.open_seats = worker.open_seats.saturating_sub(count);
            worker.promised = worker.promised.saturating_sub(promised);
            worker.locked = worker.locked.saturating_sub(locked);
        });
    }

    /// Fails with [`Error::UnknownWorker`] or [`Error::BondLocked`].
    fn lock(operator: &T::AccountId, amount: Self::Balance) -> DispatchResult {
        let mut worker = Self::stored_worker(operator)?;
        ensure!(worker.unlocked() >= amount, Error::<T>::BondLocked);
        worker.locked = worker.locked.saturating_add(amount);
        worker.promised = worker.promised.saturating_sub(amount);
        Workers::<T>::insert(operator, worker);
        Ok(())
    }

    /// Pays what is locked at most. Where the beneficiary cannot receive it (an account below the existential deposit),
    /// nothing is paid and the lock stays as it is, for the caller to end by [`WorkerPool::release_seats`].
    fn pay_from_lock(operator: &T::AccountId, amount: Self::Balance, beneficiary: &T::AccountId) -> Self::Balance {
        let Some(mut worker) = Workers::<T>::get(operator) else {
            defensive!("a lock of an unknown worker was paid");
            return Zero::zero();
        };
        let amount = amount.min(worker.locked);
        if amount.is_zero() {
            return Zero::zero();
        }
        let transferred = with_storage_layer(|| {
            let reason = HoldReason::Bond.into();
            let (mode, force) = (Restriction::Free, Fortitude::Force);
            T::Currency::transfer_on_hold(&reason, operator, beneficiary, amount, Precision::Exact, mode, force)
        });
        let Ok(paid) = transferred else { return Zero::zero() };
        worker.bond = worker.bond.saturating_sub(paid);
        worker.locked = worker.locked.saturating_sub(paid);
        Self::deposit_event(Event::LockPaid {
            operator: operator.clone(),
            beneficiary: beneficiary.clone(),
            amount: paid,
        });
        Self::chill_if_bond_too_low(operator, &mut worker);
        Workers::<T>::insert(operator, worker);
        paid
    }

    fn operator_of(key: &WorkerKey) -> Option<T::AccountId> {
        KeyOwner::<T>::get(key)
    }
}

impl<T: Config> Pallet<T> {
    fn chill_if_bond_too_low(operator: &T::AccountId, worker: &mut WorkerOf<T>) {
        if !worker.chilled && worker.bond < T::MinBond::get() {
            worker.chilled = true;
            let cause = ChillCause::BondTooLow;
            Self::deposit_event(Event::WorkerChilled { operator: operator.clone(), cause });
        }
    }

    fn mutate_worker(operator: &T::AccountId, change: impl FnOnce(&mut WorkerOf<T>)) {
        let Some(mut worker) = Workers::<T>::get(operator) else {
            defensive!("a seat or lock of an unknown worker changed");
            return;
        };
        change(&mut worker);
        Workers::<T>::insert(operator, worker);
    }
}

/// Weight of a worker: its bond, the same on each version.
pub struct BondWeight<T>(PhantomData<T>);

impl<T: Config> WorkerWeight<T::AccountId> for BondWeight<T> {
    fn weight(operator: &T::AccountId, _: VersionId) -> u128 {
        Workers::<T>::get(operator).map_or(0, |worker| worker.bond.saturated_into())
    }
}
