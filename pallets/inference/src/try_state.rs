//! What must hold after every block.

use crate::{
    agenda::{Entry, PAGE},
    payment::escrow_of,
    AccountIdOf, Agenda, AgendaCursor, AgendaLengths, BalanceOf, Config, OpenSeats, Pallet, Receipts, Requests,
};
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::ensure;
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{
    traits::{Saturating, Zero},
    TryRuntimeError,
};
use votive_primitives::{ids::RequestId, request::State};

impl<T: Config> Pallet<T> {
    /// Checks the pallet's invariants: escrows match holds, each open request has its entry in the agenda
    /// and no receipt, and each seat's index entry exists exactly while its attempt is open.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let mut escrows: BTreeMap<AccountIdOf<T>, BalanceOf<T>> = BTreeMap::new();
        let mut open_seats = 0usize;
        let agenda = Self::agenda_ahead()?;
        for (id, request) in Requests::<T>::iter() {
            let total = escrows.entry(request.requester.clone()).or_insert_with(Zero::zero);
            *total = total.saturating_add(request.escrow);
            ensure!(!Receipts::<T>::contains_key(id), "an open request has no receipt");
            let entries = agenda.get(&request.due);
            ensure!(entries.is_some_and(|entries| entries.contains(&id)), "an open request has an entry in the agenda");
            if matches!(request.state, State::Waiting { .. }) {
                continue;
            }
            let committee = &request.committee;
            ensure!(committee.len() == request.seats.count() as usize, "a committee never shrinks");
            for seat in committee {
                let listed = OpenSeats::<T>::get(&seat.key).iter().filter(|open| **open == id).count();
                ensure!(listed == 1, "an open seat is listed under its key, once");
                open_seats = open_seats.saturating_add(1);
            }
        }
        ensure!(
            OpenSeats::<T>::iter_values().map(|open| open.len()).sum::<usize>() == open_seats,
            "a seat is listed only while it is open"
        );
        for (requester, total) in escrows {
            ensure!(escrow_of::<T>(&requester) == total, "what is held is what the open requests account for");
        }
        Ok(())
    }

    /// The requests in the agenda, by time, from the cursor on.
    fn agenda_ahead() -> Result<BTreeMap<BlockNumberFor<T>, BTreeSet<RequestId>>, TryRuntimeError> {
        let cursor = AgendaCursor::<T>::get();
        let mut agenda: BTreeMap<_, BTreeSet<RequestId>> = BTreeMap::new();
        let mut lengths: BTreeMap<_, u32> = BTreeMap::new();
        for (time, number, page) in Agenda::<T>::iter() {
            ensure!(time >= cursor.time, "no page of the agenda lies behind the cursor");
            let behind = if time == cursor.time { cursor.position } else { 0 };
            let first = number.saturating_mul(PAGE);
            for (position, entry) in (first..).zip(page.iter()) {
                if let (true, Entry::Request(id)) = (position >= behind, entry) {
                    agenda.entry(time).or_default().insert(*id);
                }
            }
            let end = first.saturating_add(page.len() as u32);
            let length = lengths.entry(time).or_default();
            *length = end.max(*length);
        }
        for (time, length) in lengths {
            ensure!(AgendaLengths::<T>::get(time) == length, "the agenda's lengths count its entries");
        }
        Ok(agenda)
    }
}
