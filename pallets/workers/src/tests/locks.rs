//! Locks: what stands behind a commit, and how it is paid out.

use crate::{mock::*, ChillCause, Error, Event};
use frame_support::{assert_noop, assert_storage_noop, traits::fungible::Inspect};
use votive_primitives::traits::{EndedSeats, WorkerPool};

const FRESH: AccountId = 999;

fn unlock(operator: AccountId, amount: Balance) {
    <WorkerRegistry as WorkerPool<_>>::release_seats(&operator, EndedSeats { count: 1, promised: 0, locked: amount });
}

fn pay(amount: Balance, beneficiary: AccountId) -> Balance {
    <WorkerRegistry as WorkerPool<_>>::pay_from_lock(&ALICE, amount, &beneficiary)
}

#[test]
fn a_lock_leaves_the_bond_held_where_it_is() {
    build_and_execute(|| {
        register(ALICE);
        <WorkerRegistry as WorkerPool<_>>::take_seats(&ALICE, 1, 300);
        lock(ALICE, 300);
        lock(ALICE, 200);
        assert_eq!((worker(ALICE).locked, worker(ALICE).bond, held(ALICE)), (500, BOND, BOND));
        unlock(ALICE, 300);
        assert_eq!((worker(ALICE).locked, worker(ALICE).bond, held(ALICE)), (200, BOND, BOND));
    });
}

#[test]
fn the_whole_bond_can_be_locked_and_no_more() {
    build_and_execute(|| {
        register(ALICE);
        lock(ALICE, BOND - 1);
        assert_noop!(<WorkerRegistry as WorkerPool<_>>::lock(&ALICE, 2), Error::<Test>::BondLocked);
        lock(ALICE, 1);
        assert_eq!(worker(ALICE).locked, BOND);
        assert_noop!(<WorkerRegistry as WorkerPool<_>>::lock(&BOB, 1), Error::<Test>::UnknownWorker);
    });
}

#[test]
fn a_payment_takes_bond_and_lock_and_says_so() {
    build_and_execute(|| {
        register(ALICE);
        lock(ALICE, 300);
        let issuance = Balances::total_issuance();
        assert_eq!(pay(200, BOB), 200);

        assert_eq!((worker(ALICE).bond, worker(ALICE).locked, held(ALICE)), (BOND - 200, 100, BOND - 200));
        assert_eq!(Balances::balance(&BOB), START_BALANCE + 200);
        assert_eq!(Balances::balance(&ALICE), START_BALANCE - BOND);
        assert_eq!(Balances::total_issuance(), issuance);
        assert_last_event(Event::LockPaid { operator: ALICE, beneficiary: BOB, amount: 200 });
    });
}

#[test]
fn no_more_is_paid_than_is_locked() {
    build_and_execute(|| {
        register(ALICE);
        lock(ALICE, 300);
        assert_eq!(pay(500, BOB), 300);
        assert_eq!((worker(ALICE).bond, worker(ALICE).locked), (BOND - 300, 0));
        assert_storage_noop!(assert_eq!(pay(500, BOB), 0));
    });
}

#[test]
fn the_operator_itself_can_be_paid() {
    build_and_execute(|| {
        register(ALICE);
        lock(ALICE, 300);
        assert_eq!(pay(300, ALICE), 300);
        assert_eq!(Balances::balance(&ALICE), START_BALANCE - BOND + 300);
        assert_eq!(held(ALICE), BOND - 300);
    });
}

#[test]
fn who_cannot_receive_gets_nothing_and_the_lock_stays() {
    build_and_execute(|| {
        register(ALICE);
        lock(ALICE, 300);
        assert_storage_noop!(assert_eq!(pay(EXISTENTIAL_DEPOSIT - 1, FRESH), 0));
        assert_eq!(worker(ALICE).locked, 300);

        assert_eq!(pay(EXISTENTIAL_DEPOSIT, FRESH), EXISTENTIAL_DEPOSIT);
        assert_eq!(Balances::balance(&FRESH), EXISTENTIAL_DEPOSIT);
    });
}

#[test]
fn a_bond_below_the_least_chills_its_worker_once() {
    build_and_execute(|| {
        serving(ALICE);
        lock(ALICE, BOND);
        pay(BOND - MIN_BOND, BOB);
        assert!(!worker(ALICE).chilled);

        pay(1, BOB);
        assert!(worker(ALICE).chilled);
        assert_last_event(Event::WorkerChilled { operator: ALICE, cause: ChillCause::BondTooLow });
        pay(1, BOB);
        assert_last_event(Event::LockPaid { operator: ALICE, beneficiary: BOB, amount: 1 });
        assert_eq!(<WorkerRegistry as WorkerPool<_>>::candidates(version(1)), vec![]);
    });
}

#[test]
fn a_bond_can_be_paid_out_to_the_last_unit() {
    build_and_execute(|| {
        register(ALICE);
        lock(ALICE, BOND);
        assert_eq!(pay(BOND, BOB), BOND);
        assert_eq!((worker(ALICE).bond, held(ALICE)), (0, 0));
    });
}

#[test]
#[cfg_attr(debug_assertions, ignore = "defensive paths panic in debug builds")]
fn what_cannot_be_unlocked_or_paid_changes_nothing() {
    build_and_execute(|| {
        register(ALICE);
        assert_storage_noop!(unlock(ALICE, 100));
        assert_storage_noop!(unlock(BOB, 100));
        assert_storage_noop!(<WorkerRegistry as WorkerPool<_>>::pay_from_lock(&BOB, 100, &CAROL));
    });
}
