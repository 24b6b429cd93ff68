//! What must hold after every block.

use crate::{
    payment::escrow_of, AccountIdOf, Agenda, AgendaCursor, BalanceOf, Committees, Config, Inputs, Pallet, Receipts,
    Requests, SeatsByKey,
};
use alloc::collections::BTreeMap;
use frame_support::ensure;
use sp_runtime::{
    traits::{Saturating, Zero},
    TryRuntimeError,
};
use votive_primitives::request::State;

impl<T: Config> Pallet<T> {
    /// Checks the pallet's invariants: escrows match holds, each open request has its input, its one entry in the agenda
    /// and no receipt, and each seat's index entry exists exactly while its attempt is open.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let mut escrows: BTreeMap<AccountIdOf<T>, BalanceOf<T>> = BTreeMap::new();
        let mut open_seats = 0usize;
        for (id, request) in Requests::<T>::iter() {
            let total = escrows.entry(request.requester.clone()).or_insert_with(Zero::zero);
            *total = total.saturating_add(request.escrow);
            ensure!(Inputs::<T>::contains_key(id), "an open request has its input");
            ensure!(!Receipts::<T>::contains_key(id), "an open request has no receipt");
            ensure!(Agenda::<T>::contains_key(request.due, id), "an open request has an entry in the agenda");
            ensure!(request.due >= AgendaCursor::<T>::get(), "no entry of an open request lies behind the cursor");
            let committee = Committees::<T>::get(id, request.attempt);
            if matches!(request.state, State::Waiting { .. }) {
                ensure!(committee.is_empty(), "a waiting request has no seats");
                continue;
            }
            ensure!(committee.len() == request.seats.count() as usize, "a committee never shrinks");
            for seat in &committee {
                let attempt = SeatsByKey::<T>::get(&seat.key, id);
                ensure!(attempt == Some(request.attempt), "an open seat is listed under its key");
                open_seats = open_seats.saturating_add(1);
            }
        }
        ensure!(SeatsByKey::<T>::iter().count() == open_seats, "a seat is listed only while it is open");
        ensure!(Inputs::<T>::iter().count() == Requests::<T>::iter().count(), "an input ends with its request");
        for (requester, total) in escrows {
            ensure!(escrow_of::<T>(&requester) == total, "what is held is what the open requests account for");
        }
        Ok(())
    }
}
