//! What the view functions and the runtime API read; each pair is one function here.

use crate::{AccountIdOf, BalanceOf, Committees, Config, Inputs, Pallet, Requests, SeatsByKey};
use alloc::vec::Vec;
use frame_support::traits::Get;
use frame_system::pallet_prelude::BlockNumberFor;
use votive_primitives::{
    ids::{RequestId, Units, VersionId},
    pricing,
    request::Seats,
    traits::ModelCatalogue,
    views::{OpenSeat, RequestView},
    worker_key::WorkerKey,
};

/// The most open seats that one read returns.
const MAX_OPEN_SEATS: usize = 256;

impl<T: Config> Pallet<T> {
    pub(crate) fn read_quote(version: VersionId, seats: Seats, max_units: Units) -> Option<BalanceOf<T>> {
        let terms = T::Catalogue::terms(version).ok()?;
        if !(1..=terms.limits.max_units).contains(&max_units) {
            return None;
        }
        pricing::fee(&terms.price, seats.count(), max_units, T::FeeFloor::get())
    }

    pub(crate) fn read_request(id: RequestId) -> Option<RequestView<AccountIdOf<T>, BalanceOf<T>, BlockNumberFor<T>>> {
        let request = Requests::<T>::get(id)?;
        let committee = Committees::<T>::get(id, request.attempt);
        Some(RequestView { request, committee })
    }

    pub(crate) fn read_open_seats(key: WorkerKey) -> Vec<OpenSeat<AccountIdOf<T>, BalanceOf<T>, BlockNumberFor<T>>> {
        SeatsByKey::<T>::iter_prefix(&key)
            .take(MAX_OPEN_SEATS)
            .filter_map(|(id, attempt)| {
                let request = Requests::<T>::get(id)?;
                let committee = Committees::<T>::get(id, attempt);
                let operator = committee.iter().find(|seat| seat.key == key)?.operator.clone();
                let input = Inputs::<T>::get(id)?;
                Some(OpenSeat { id, attempt, operator, key: key.clone(), request, input })
            })
            .collect()
    }
}
