//! How a worker leaves: `unbond` enters it in the agenda, the sweep returns its bond.

use crate::{
    Agenda, BalanceOf, Config, Error, Event, HoldReason, KeyOwner, Pallet, SweptTo, WeightInfo, WorkerOf, Workers,
};
use frame_support::{
    defensive, ensure,
    traits::{fungible::MutateHold, tokens::Precision, Get},
    weights::Weight,
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{traits::Saturating, DispatchResult};

/// The most steps of the sweep in one block: a step looks at one worker, or finds that a block of the agenda is done.
pub const MAX_SWEEP: u32 = 8;

/// Blocks until a worker that still had open seats or locks is looked at again.
pub const POSTPONE_BLOCKS: u32 = 10;

impl<T: Config> Pallet<T> {
    pub(crate) fn do_unbond(operator: T::AccountId) -> DispatchResult {
        let mut worker = Self::stored_worker(&operator)?;
        ensure!(worker.unbonding_until.is_none(), Error::<T>::Unbonding);
        let until = frame_system::Pallet::<T>::block_number().saturating_add(T::UnbondingDelay::get());
        worker.unbonding_until = Some(until);
        Workers::<T>::insert(&operator, worker);
        Agenda::<T>::insert(until, &operator, ());
        Self::unserve_all(&operator);
        Self::deposit_event(Event::UnbondingStarted { operator, until });
        Ok(())
    }

    pub(crate) fn do_cancel_unbond(operator: T::AccountId) -> DispatchResult {
        let mut worker = Self::stored_worker(&operator)?;
        let until = worker.unbonding_until.take().ok_or(Error::<T>::NotUnbonding)?;
        Agenda::<T>::remove(until, &operator);
        Workers::<T>::insert(&operator, worker);
        Self::deposit_event(Event::UnbondingCancelled { operator });
        Ok(())
    }

    /// Returns the bonds that are due, at most [`MAX_SWEEP`] steps a block. What is left over comes first in the next.
    pub(crate) fn sweep(now: BlockNumberFor<T>) -> Weight {
        let behind = SweptTo::<T>::get();
        let mut block = behind.unwrap_or(now);
        let mut steps = 0;
        while block <= now && steps < MAX_SWEEP {
            match Agenda::<T>::iter_key_prefix(block).next() {
                Some(operator) => Self::settle_due(block, operator, now),
                None => block.saturating_inc(),
            }
            steps.saturating_inc();
        }
        if block <= now {
            SweptTo::<T>::put(block);
        } else if behind.is_some() {
            SweptTo::<T>::kill();
        }
        T::WeightInfo::sweep(steps)
    }

    /// Leaves a block for a later sweep.
    pub(crate) fn leave_behind(block: BlockNumberFor<T>) -> Weight {
        if !SweptTo::<T>::exists() {
            SweptTo::<T>::put(block);
        }
        T::DbWeight::get().reads_writes(2, 1)
    }

    /// Removes a worker that is done, and postpones one that is not.
    fn settle_due(due: BlockNumberFor<T>, operator: T::AccountId, now: BlockNumberFor<T>) {
        Agenda::<T>::remove(due, &operator);
        let Some(worker) = Workers::<T>::get(&operator) else {
            defensive!("the agenda names an unknown worker");
            return;
        };
        if !worker.is_done() {
            return Self::postpone(operator, worker, now);
        }
        match T::Currency::release(&HoldReason::Bond.into(), &operator, worker.bond, Precision::Exact) {
            Ok(bond) => Self::remove_worker(operator, worker, bond),
            Err(error) => {
                defensive!("a bond that is held could not be released", error);
                Self::postpone(operator, worker, now);
            }
        }
    }

    fn remove_worker(operator: T::AccountId, worker: WorkerOf<T>, bond: BalanceOf<T>) {
        let key = worker.key;
        KeyOwner::<T>::remove(&key);
        Workers::<T>::remove(&operator);
        Self::deposit_event(Event::WorkerRemoved { operator, key, bond });
    }

    fn postpone(operator: T::AccountId, mut worker: WorkerOf<T>, now: BlockNumberFor<T>) {
        let until = now.saturating_add(POSTPONE_BLOCKS.into());
        worker.unbonding_until = Some(until);
        Workers::<T>::insert(&operator, worker);
        Agenda::<T>::insert(until, &operator, ());
        Self::deposit_event(Event::UnbondingPostponed { operator, until });
    }
}
