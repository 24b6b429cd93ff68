//! Corrupt-on-purpose twins: each invariant that `do_try_state` checks can fail.

use super::seats::*;
use crate::{mock::*, *};
use votive_primitives::request::Seats;

/// Breaks the state of a drawn request and expects the check to name it.
fn breaks(corrupt: impl FnOnce(sp_core::H256), expected: &str) {
    new_test_ext().execute_with(|| {
        Pool::set(&[5]);
        run_to(1);
        let (request, _) = ask_and_commit(Seats::One);
        Inference::do_try_state().unwrap();
        corrupt(request);
        assert_eq!(Inference::do_try_state(), Err(sp_runtime::DispatchError::Other(expected.to_string().leak())));
    });
}

#[test]
fn an_escrow_that_does_not_match_its_hold_is_found() {
    breaks(|_| hold_more(ALICE, 1), "what is held is what the open requests account for");
}

#[test]
fn a_missing_agenda_entry_is_found() {
    breaks(
        |request| Agenda::<Test>::remove(Requests::<Test>::get(request).unwrap().due, 0),
        "an open request has an entry in the agenda",
    );
}

#[test]
fn a_seat_that_is_listed_without_being_open_is_found() {
    breaks(
        |_| OpenSeats::<Test>::try_append(key_of(15), sp_core::H256::repeat_byte(3)).unwrap(),
        "a seat is listed only while it is open",
    );
}

#[test]
fn a_shrunken_committee_is_found() {
    breaks(
        |request| Requests::<Test>::mutate(request, |open| open.as_mut().unwrap().committee = Default::default()),
        "a committee never shrinks",
    );
}

#[test]
fn an_agenda_that_is_miscounted_is_found() {
    breaks(
        |request| AgendaLengths::<Test>::remove(Requests::<Test>::get(request).unwrap().due),
        "the agenda's lengths count its entries",
    );
}
