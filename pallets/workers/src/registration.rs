//! A worker's own entries: its bond, key, capacity and whether it is chilled.

use crate::{
    BalanceOf, ChillCause, Config, Error, Event, HoldReason, KeyOwner, Pallet, Worker, WorkerOf, Workers,
    DEFAULT_CAPACITY,
};
use frame_support::{
    ensure,
    traits::{fungible::MutateHold, Get},
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_application_crypto::RuntimeAppPublic;
use sp_runtime::{
    traits::{Saturating, Zero},
    DispatchError, DispatchResult,
};
use votive_primitives::worker_key::{possession_message, WorkerKey, WorkerSignature};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_register_worker(
        operator: T::AccountId,
        bond: BalanceOf<T>,
        key: WorkerKey,
        proof: WorkerSignature,
    ) -> DispatchResult {
        ensure!(!Workers::<T>::contains_key(&operator), Error::<T>::AlreadyRegistered);
        ensure!(bond >= T::MinBond::get(), Error::<T>::BondTooLow);
        Self::ensure_usable_key(&operator, &key, &proof)?;
        Self::insert_worker(&operator, bond, key.clone(), DEFAULT_CAPACITY)?;
        Self::deposit_event(Event::WorkerRegistered { operator, key, bond });
        Ok(())
    }

    /// Holds the bond and writes the worker. The key must be free.
    pub(crate) fn insert_worker(
        operator: &T::AccountId,
        bond: BalanceOf<T>,
        key: WorkerKey,
        capacity: u32,
    ) -> DispatchResult {
        T::Currency::hold(&HoldReason::Bond.into(), operator, bond)?;
        KeyOwner::<T>::insert(&key, operator);
        let worker = Worker {
            key,
            bond,
            locked: Zero::zero(),
            promised: Zero::zero(),
            capacity,
            open_seats: 0,
            chilled: false,
            unbonding_until: None,
        };
        Workers::<T>::insert(operator, worker);
        Ok(())
    }

    pub(crate) fn do_bond_extra(operator: T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
        let mut worker = Self::stored_worker(&operator)?;
        ensure!(worker.unbonding_until.is_none(), Error::<T>::Unbonding);
        ensure!(!amount.is_zero(), Error::<T>::NothingToBond);
        T::Currency::hold(&HoldReason::Bond.into(), &operator, amount)?;
        worker.bond = worker.bond.saturating_add(amount);
        let bond = worker.bond;
        Workers::<T>::insert(&operator, worker);
        Self::deposit_event(Event::BondRaised { operator, amount, bond });
        Ok(())
    }

    pub(crate) fn do_rotate_key(operator: T::AccountId, key: WorkerKey, proof: WorkerSignature) -> DispatchResult {
        let mut worker = Self::stored_worker(&operator)?;
        Self::ensure_usable_key(&operator, &key, &proof)?;
        let old = core::mem::replace(&mut worker.key, key.clone());
        KeyOwner::<T>::remove(&old);
        KeyOwner::<T>::insert(&key, &operator);
        Workers::<T>::insert(&operator, worker);
        Self::deposit_event(Event::KeyRotated { operator, old, new: key });
        Ok(())
    }

    pub(crate) fn do_set_capacity(operator: T::AccountId, capacity: u32) -> DispatchResult {
        let mut worker = Self::stored_worker(&operator)?;
        Self::check_capacity(capacity)?;
        worker.capacity = capacity;
        Workers::<T>::insert(&operator, worker);
        Self::deposit_event(Event::CapacitySet { operator, capacity });
        Ok(())
    }

    pub(crate) fn do_chill(operator: T::AccountId) -> DispatchResult {
        let mut worker = Self::stored_worker(&operator)?;
        ensure!(!worker.chilled, Error::<T>::AlreadyChilled);
        worker.chilled = true;
        Workers::<T>::insert(&operator, worker);
        Self::deposit_event(Event::WorkerChilled { operator, cause: ChillCause::Operator });
        Ok(())
    }

    pub(crate) fn do_activate(operator: T::AccountId) -> DispatchResult {
        let mut worker = Self::stored_worker(&operator)?;
        ensure!(worker.chilled, Error::<T>::NotChilled);
        ensure!(worker.unbonding_until.is_none(), Error::<T>::Unbonding);
        ensure!(worker.bond >= T::MinBond::get(), Error::<T>::BondTooLow);
        worker.chilled = false;
        Workers::<T>::insert(&operator, worker);
        Self::deposit_event(Event::WorkerActivated { operator });
        Ok(())
    }

    /// The capacity is one that a worker can have.
    pub(crate) fn check_capacity(capacity: u32) -> DispatchResult {
        ensure!(capacity > 0, Error::<T>::CapacityZero);
        ensure!(capacity <= T::MaxCapacity::get(), Error::<T>::CapacityTooHigh);
        Ok(())
    }

    /// The key belongs to nobody, and its holder wants it to serve this operator on this chain.
    fn ensure_usable_key(operator: &T::AccountId, key: &WorkerKey, proof: &WorkerSignature) -> DispatchResult {
        ensure!(!KeyOwner::<T>::contains_key(key), Error::<T>::KeyInUse);
        let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
        ensure!(key.verify(&possession_message(&genesis, operator), proof), Error::<T>::InvalidProof);
        Ok(())
    }

    /// The worker as it lies in storage.
    pub(crate) fn stored_worker(operator: &T::AccountId) -> Result<WorkerOf<T>, DispatchError> {
        Workers::<T>::get(operator).ok_or_else(|| Error::<T>::UnknownWorker.into())
    }
}
