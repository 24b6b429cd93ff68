//! What the view functions and the runtime API read; each pair is one function here.

use crate::{AccountIdOf, BalanceOf, Config, OpenSeats, Pallet, Requests};
use alloc::vec::Vec;
use frame_support::traits::Get;
use frame_system::pallet_prelude::BlockNumberFor;
use votive_primitives::{
    ids::{Units, VersionId},
    pricing,
    request::Seats,
    traits::ModelCatalogue,
    views::OpenSeat,
    worker_key::WorkerKey,
};

/// The most open seats that one read returns.
const MAX_SEATS_READ: usize = 256;

impl<T: Config> Pallet<T> {
    pub(crate) fn read_quote(version: VersionId, seats: Seats, max_units: Units) -> Option<BalanceOf<T>> {
        let terms = T::Catalogue::terms(version).ok()?;
        if !(1..=terms.limits.max_units).contains(&max_units) {
            return None;
        }
        pricing::fee(&terms.price, seats.count(), max_units, T::FeeFloor::get())
    }

    pub(crate) fn read_open_seats(key: WorkerKey) -> Vec<OpenSeat<AccountIdOf<T>, BalanceOf<T>, BlockNumberFor<T>>> {
        let open = OpenSeats::<T>::get(&key).into_iter().take(MAX_SEATS_READ);
        open.filter_map(|id| {
            let request = Requests::<T>::get(id)?;
            let operator = request.committee.iter().find(|seat| seat.key == key)?.operator.clone();
            Some(OpenSeat { id, attempt: request.attempt, operator, key: key.clone(), request })
        })
        .collect()
    }
}
