//! The workers that the draw sees, and their seats.

use crate::{mock::*, BondWeight};
use frame_support::{assert_ok, assert_storage_noop};
use votive_primitives::traits::{Candidate, EndedSeats, WorkerPool, WorkerWeight};

fn candidates() -> Vec<Candidate<AccountId, Balance>> {
    <WorkerRegistry as WorkerPool<_>>::candidates(version(1))
}

fn is_free(lock: Balance) -> bool {
    candidates()[0].can_take(lock, (0, 0))
}

#[test]
fn a_candidate_has_its_key_and_its_bond_for_weight() {
    build_and_execute(|| {
        serving(ALICE);
        let expected = Candidate {
            operator: ALICE,
            key: key(ALICE),
            weight: BOND,
            free_seats: crate::DEFAULT_CAPACITY,
            free_bond: BOND,
        };
        assert_eq!(candidates(), vec![expected]);
        assert_eq!(BondWeight::<Test>::weight(&BOB, version(1)), 0);
    });
}

#[test]
fn a_worker_that_does_not_serve_the_version_is_no_candidate() {
    build_and_execute(|| {
        register(ALICE);
        assert_eq!(candidates(), vec![]);
    });
}

#[test]
fn a_chilled_worker_is_no_candidate() {
    build_and_execute(|| {
        serving(ALICE);
        serving(BOB);
        assert_ok!(WorkerRegistry::chill(signed(ALICE)));
        assert_eq!(candidates().len(), 1);
        assert_eq!(candidates()[0].operator, BOB);
    });
}

#[test]
fn an_unbonding_worker_is_no_candidate() {
    build_and_execute(|| {
        serving(ALICE);
        assert_ok!(WorkerRegistry::unbond(signed(ALICE)));
        assert_eq!(candidates(), vec![]);
    });
}

#[test]
fn a_worker_with_all_its_seats_taken_is_not_free() {
    build_and_execute(|| {
        serving(ALICE);
        assert_ok!(WorkerRegistry::set_capacity(signed(ALICE), 2));
        take_seats(ALICE, 1);
        assert!(is_free(100));
        take_seats(ALICE, 1);
        assert!(!is_free(100));
        <WorkerRegistry as WorkerPool<_>>::release_seats(
            &ALICE,
            EndedSeats { count: 1, promised: SEAT_LOCK, locked: 0 },
        );
        assert!(is_free(100));
    });
}

#[test]
fn what_is_promised_to_open_seats_is_not_free() {
    build_and_execute(|| {
        serving(ALICE);
        assert!(is_free(BOND) && !is_free(BOND + 1));
        take_seats(ALICE, 1);
        assert!(is_free(BOND - SEAT_LOCK) && !is_free(BOND - SEAT_LOCK + 1));
    });
}

#[test]
fn seats_with_different_locks_never_promise_more_than_the_bond() {
    build_and_execute(|| {
        serving(ALICE);
        <WorkerRegistry as WorkerPool<_>>::take_seats(&ALICE, 1, BOND - 100);
        assert!(is_free(100) && !is_free(101));
        <WorkerRegistry as WorkerPool<_>>::take_seats(&ALICE, 1, 100);
        assert!(!is_free(1));
        lock(ALICE, 100);
        lock(ALICE, BOND - 100);
        assert_eq!((worker(ALICE).locked, worker(ALICE).promised), (BOND, 0));
    });
}

#[test]
fn a_commit_turns_its_promise_into_a_lock() {
    build_and_execute(|| {
        serving(ALICE);
        take_seats(ALICE, 2);
        lock(ALICE, SEAT_LOCK);
        assert_eq!((worker(ALICE).locked, worker(ALICE).promised), (SEAT_LOCK, SEAT_LOCK));
        assert!(is_free(BOND - 2 * SEAT_LOCK) && !is_free(BOND - 2 * SEAT_LOCK + 1));
    });
}

#[test]
fn a_locked_bond_is_not_free() {
    build_and_execute(|| {
        serving(ALICE);
        lock(ALICE, 1_500);
        assert!(is_free(500) && !is_free(501));
    });
}

#[test]
fn a_lock_above_every_bond_makes_nobody_free() {
    build_and_execute(|| {
        serving(ALICE);
        take_seats(ALICE, 1);
        assert!(!is_free(Balance::MAX));
    });
}

#[test]
fn a_candidate_knows_what_is_left_beside_what_was_taken_since() {
    build_and_execute(|| {
        serving(ALICE);
        assert_ok!(WorkerRegistry::set_capacity(signed(ALICE), 2));
        let before = candidates()[0].clone();
        take_seats(ALICE, 1);
        let after = candidates()[0].clone();
        let rest = BOND - SEAT_LOCK;
        assert!(before.can_take(rest, (1, SEAT_LOCK)) && after.can_take(rest, (0, 0)));
        assert!(!before.can_take(rest + 1, (1, SEAT_LOCK)) && !after.can_take(rest + 1, (0, 0)));
        assert!(!before.can_take(1, (2, 0)));
    });
}

#[test]
fn candidates_change_nothing() {
    build_and_execute(|| {
        serving(ALICE);
        assert_storage_noop!(candidates());
    });
}

#[test]
#[cfg_attr(debug_assertions, ignore = "defensive paths panic in debug builds")]
fn seats_of_nobody_and_seats_below_zero_change_nothing() {
    build_and_execute(|| {
        serving(ALICE);
        assert_storage_noop!(<WorkerRegistry as WorkerPool<_>>::take_seats(&BOB, 1, 1));
        let ended = EndedSeats { count: 1, promised: 0, locked: 0 };
        assert_storage_noop!(<WorkerRegistry as WorkerPool<_>>::release_seats(&BOB, ended));
        assert_storage_noop!(<WorkerRegistry as WorkerPool<_>>::release_seats(&ALICE, ended));
    });
}

#[test]
fn a_view_shows_seats_and_locks() {
    build_and_execute(|| {
        serving(ALICE);
        take_seats(ALICE, 2);
        lock(ALICE, 300);
        let view = WorkerRegistry::worker(ALICE).unwrap();
        assert_eq!((view.operator, view.key.clone(), view.bond, view.locked), (ALICE, key(ALICE), BOND, 300));
        assert_eq!((view.capacity, view.open_seats, view.chilled), (crate::DEFAULT_CAPACITY, 2, false));
        assert_eq!(WorkerRegistry::workers(version(1)), vec![view]);
        assert_eq!(WorkerRegistry::worker(BOB), None);
    });
}
