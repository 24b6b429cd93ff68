//! Which worker serves which version.

use crate::{BalanceOf, Config, Error, Event, Pallet, Served, Servers, Workers};
use alloc::vec::Vec;
use frame_support::{ensure, traits::Get};
use sp_runtime::DispatchResult;
use votive_primitives::{
    ids::VersionId,
    traits::{ModelCatalogue, VersionUse},
    views::WorkerView,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_serve(operator: T::AccountId, version: VersionId) -> DispatchResult {
        let worker = Self::stored_worker(&operator)?;
        ensure!(worker.unbonding_until.is_none(), Error::<T>::Unbonding);
        Self::insert_server(&operator, version)?;
        Self::deposit_event(Event::VersionServed { operator, version });
        Ok(())
    }

    /// Writes that an operator's worker serves a version.
    pub(crate) fn insert_server(operator: &T::AccountId, version: VersionId) -> DispatchResult {
        T::Catalogue::terms(version)?;
        let mut served = Served::<T>::get(operator);
        ensure!(!served.contains(&version), Error::<T>::AlreadyServed);
        served.try_push(version).map_err(|_| Error::<T>::TooManyVersions)?;
        if Servers::<T>::get(version).is_full() {
            Self::evict_idle(version)?;
        }
        let mut servers = Servers::<T>::get(version);
        servers.try_push(operator.clone()).map_err(|_| Error::<T>::VersionFull)?;
        Served::<T>::insert(operator, served);
        Servers::<T>::insert(version, servers);
        Ok(())
    }

    pub(crate) fn do_unserve(operator: T::AccountId, version: VersionId) -> DispatchResult {
        Self::stored_worker(&operator)?;
        let mut served = Served::<T>::get(&operator);
        let before = served.len();
        served.retain(|other| *other != version);
        ensure!(served.len() < before, Error::<T>::NotServed);
        if served.is_empty() {
            Served::<T>::remove(&operator);
        } else {
            Served::<T>::insert(&operator, served);
        }
        Self::remove_server(operator, version);
        Ok(())
    }

    /// Takes a worker off a version that takes no requests any more, so that it can be removed.
    pub(crate) fn do_unserve_closed(operator: T::AccountId, version: VersionId) -> DispatchResult {
        ensure!(T::Catalogue::terms(version).is_err(), Error::<T>::VersionOpen);
        Self::do_unserve(operator, version)
    }

    /// Makes room on a full version, at the cost of a worker that gets no seats anyway.
    fn evict_idle(version: VersionId) -> DispatchResult {
        let min_bond = T::MinBond::get();
        let is_idle =
            |operator: &T::AccountId| Workers::<T>::get(operator).is_none_or(|worker| !worker.is_active(min_bond));
        let idle = Servers::<T>::get(version).into_iter().find(is_idle).ok_or(Error::<T>::VersionFull)?;
        Self::do_unserve(idle, version)
    }

    /// Takes the operator's worker off all versions.
    pub(crate) fn unserve_all(operator: &T::AccountId) {
        for version in Served::<T>::take(operator) {
            Self::remove_server(operator.clone(), version);
        }
    }

    fn remove_server(operator: T::AccountId, version: VersionId) {
        Servers::<T>::mutate_exists(version, |servers| {
            let mut left = servers.take().unwrap_or_default();
            left.retain(|other| *other != operator);
            *servers = (!left.is_empty()).then_some(left);
        });
        Self::deposit_event(Event::VersionUnserved { operator, version });
    }

    /// The worker of an operator. A worker that unbonds, or whose bond is too low, reads as chilled: it gets no seats.
    pub fn worker_view(operator: &T::AccountId) -> Option<WorkerView<T::AccountId, BalanceOf<T>>> {
        let worker = Workers::<T>::get(operator)?;
        Some(WorkerView {
            operator: operator.clone(),
            chilled: !worker.is_active(T::MinBond::get()),
            key: worker.key,
            bond: worker.bond,
            locked: worker.locked,
            capacity: worker.capacity,
            open_seats: worker.open_seats,
        })
    }

    /// The workers that serve a version, active or not, in the order in which they came.
    pub fn worker_views(version: VersionId) -> Vec<WorkerView<T::AccountId, BalanceOf<T>>> {
        Servers::<T>::get(version).iter().filter_map(Self::worker_view).collect()
    }
}

impl<T: Config> VersionUse for Pallet<T> {
    /// A version is in use while a worker serves it.
    fn in_use(version: VersionId) -> bool {
        Servers::<T>::contains_key(version)
    }
}
