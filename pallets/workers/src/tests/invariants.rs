//! Storage that is corrupted on purpose is found out.

use crate::{mock::*, Agenda, HoldReason, KeyOwner, Served, Servers, WorkerOf, Workers};
use frame_support::{assert_ok, traits::fungible::MutateHold};
use sp_runtime::DispatchError;

/// Corrupts the storage of one worker that serves and one that unbonds, and asserts what `do_try_state` says.
fn assert_found(corrupt: impl FnOnce(), finding: &'static str) {
    new_test_ext(Vec::new()).execute_with(|| {
        serving(ALICE);
        register(BOB);
        assert_ok!(WorkerRegistry::unbond(signed(BOB)));
        assert_eq!(WorkerRegistry::do_try_state(), Ok(()));
        corrupt();
        assert_eq!(WorkerRegistry::do_try_state(), Err(DispatchError::Other(finding)));
    });
}

fn change(operator: AccountId, change: impl FnOnce(&mut WorkerOf<Test>)) {
    Workers::<Test>::mutate(operator, |worker| change(worker.as_mut().unwrap()));
}

#[test]
fn a_bond_that_is_not_held() {
    assert_found(|| change(ALICE, |worker| worker.bond += 1), "a bond differs from what is held for it");
}

#[test]
fn a_lock_above_the_bond() {
    assert_found(|| change(ALICE, |worker| worker.locked = BOND + 1), "more is locked than bonded");
}

#[test]
fn a_worker_without_capacity() {
    assert_found(|| change(ALICE, |worker| worker.capacity = 0), "a worker has no capacity");
}

#[test]
fn a_hold_without_a_worker() {
    assert_found(
        || Balances::hold(&HoldReason::Bond.into(), &CAROL, 5).unwrap(),
        "a bond is held from an account without a worker",
    );
}

#[test]
fn a_key_that_leads_elsewhere() {
    assert_found(|| KeyOwner::<Test>::insert(key(ALICE), BOB), "a worker's key does not lead back to it");
}

#[test]
fn a_key_that_leads_nowhere() {
    assert_found(|| KeyOwner::<Test>::insert(key(77), ALICE), "a key leads to no worker");
}

#[test]
fn a_version_that_does_not_list_its_worker() {
    assert_found(|| Servers::<Test>::remove(version(1)), "a served version does not list its worker once");
}

#[test]
fn a_worker_that_does_not_list_its_version() {
    assert_found(|| Served::<Test>::remove(ALICE), "a worker does not list a version that lists it");
}

#[test]
fn versions_of_an_unknown_worker() {
    assert_found(|| Served::<Test>::insert(CAROL, Served::<Test>::get(ALICE)), "who serves is no worker");
}

#[test]
fn an_unbonding_worker_that_serves() {
    assert_found(|| Served::<Test>::insert(BOB, Served::<Test>::get(ALICE)), "an unbonding worker serves a version");
}

#[test]
fn an_empty_list_of_versions() {
    assert_found(|| Served::<Test>::mutate(ALICE, |served| served.clear()), "an empty list of versions is stored");
}

#[test]
fn an_empty_list_of_workers() {
    assert_found(|| Servers::<Test>::mutate(version(2), |_| ()), "an empty list of workers is stored");
}

#[test]
fn an_agenda_that_names_the_wrong_block() {
    assert_found(|| Agenda::<Test>::insert(5, BOB, ()), "the agenda names a worker that is not due then");
}

#[test]
fn an_unbonding_worker_that_the_agenda_forgot() {
    assert_found(|| Agenda::<Test>::remove(1 + UNBONDING_DELAY, BOB), "an unbonding worker is not in the agenda");
}
