//! What is true between any two calls.

use crate::{Agenda, Config, HoldReason, KeyOwner, Pallet, Served, Servers, Workers};
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::{traits::Zero, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    /// Checks the storage as a whole. Tests end in it, and so does the `try_state` hook.
    pub fn do_try_state() -> DispatchResult {
        Self::check_bonds()?;
        Self::check_keys()?;
        Self::check_serving()?;
        Self::check_agenda()
    }

    /// Each bond is held to the last unit, and nothing else is.
    fn check_bonds() -> DispatchResult {
        for (operator, worker) in Workers::<T>::iter() {
            let held = T::Currency::balance_on_hold(&HoldReason::Bond.into(), &operator);
            ensure!(held == worker.bond, DispatchError::Other("a bond differs from what is held for it"));
            ensure!(worker.locked <= worker.bond, DispatchError::Other("more is locked than bonded"));
            let idle = worker.open_seats.is_zero() && !worker.promised.is_zero();
            ensure!(!idle, DispatchError::Other("a promise stands without a seat"));
            ensure!(worker.capacity > 0, DispatchError::Other("a worker has no capacity"));
        }
        for account in frame_system::Account::<T>::iter_keys() {
            let held = T::Currency::balance_on_hold(&HoldReason::Bond.into(), &account);
            ensure!(
                held.is_zero() || Workers::<T>::contains_key(&account),
                DispatchError::Other("a bond is held from an account without a worker")
            );
        }
        Ok(())
    }

    /// Each worker has one key and each key one worker.
    fn check_keys() -> DispatchResult {
        for (operator, worker) in Workers::<T>::iter() {
            let owner = KeyOwner::<T>::get(&worker.key);
            ensure!(owner == Some(operator), DispatchError::Other("a worker's key does not lead back to it"));
        }
        ensure!(
            KeyOwner::<T>::iter_keys().count() == Workers::<T>::iter_keys().count(),
            DispatchError::Other("a key leads to no worker")
        );
        Ok(())
    }

    /// `Served` and `Servers` say the same, and unbonding workers serve nothing.
    fn check_serving() -> DispatchResult {
        for (operator, versions) in Served::<T>::iter() {
            let worker = Workers::<T>::get(&operator).ok_or(DispatchError::Other("who serves is no worker"))?;
            ensure!(worker.unbonding_until.is_none(), DispatchError::Other("an unbonding worker serves a version"));
            ensure!(!versions.is_empty(), DispatchError::Other("an empty list of versions is stored"));
            for version in versions {
                let listed = Servers::<T>::get(version).into_iter().filter(|other| *other == operator).count();
                ensure!(listed == 1, DispatchError::Other("a served version does not list its worker once"));
            }
        }
        for (version, operators) in Servers::<T>::iter() {
            ensure!(!operators.is_empty(), DispatchError::Other("an empty list of workers is stored"));
            for operator in operators {
                let listed = Served::<T>::get(&operator).into_iter().filter(|other| *other == version).count();
                ensure!(listed == 1, DispatchError::Other("a worker does not list a version that lists it"));
            }
        }
        Ok(())
    }

    /// A worker is in the agenda once if it unbonds, and in the block that it names.
    fn check_agenda() -> DispatchResult {
        for (due, operator, ()) in Agenda::<T>::iter() {
            let until = Workers::<T>::get(&operator).and_then(|worker| worker.unbonding_until);
            ensure!(until == Some(due), DispatchError::Other("the agenda names a worker that is not due then"));
        }
        for (operator, worker) in Workers::<T>::iter() {
            let in_agenda = worker.unbonding_until.is_none_or(|due| Agenda::<T>::contains_key(due, &operator));
            ensure!(in_agenda, DispatchError::Other("an unbonding worker is not in the agenda"));
        }
        Ok(())
    }
}
