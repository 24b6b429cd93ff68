//! `unbond`, `cancel_unbond` and the sweep that returns bonds.

use crate::{mock::*, Agenda, Error, Event, KeyOwner, Served, Servers, SweptTo, Workers, MAX_SWEEP, POSTPONE_BLOCKS};
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};
use sp_runtime::DispatchError;
use votive_primitives::traits::{EndedSeats, WorkerPool};

const DUE: u64 = 1 + UNBONDING_DELAY;

fn release_seat(operator: AccountId) {
    <WorkerRegistry as WorkerPool<_>>::release_seats(
        &operator,
        EndedSeats { count: 1, promised: SEAT_LOCK, locked: 0 },
    );
}

#[test]
fn an_unbonding_worker_serves_nothing_and_keeps_its_bond() {
    build_and_execute(|| {
        serving(ALICE);
        assert_ok!(WorkerRegistry::serve(signed(ALICE), version(2)));
        assert_ok!(WorkerRegistry::unbond(signed(ALICE)));

        assert_eq!(worker(ALICE).unbonding_until, Some(DUE));
        assert_eq!(held(ALICE), BOND);
        assert!(!Served::<Test>::contains_key(ALICE));
        for number in [1, 2] {
            assert!(!Servers::<Test>::contains_key(version(number)));
            assert_event(Event::VersionUnserved { operator: ALICE, version: version(number) });
        }
        assert_last_event(Event::UnbondingStarted { operator: ALICE, until: DUE });
        assert!(WorkerRegistry::worker(ALICE).unwrap().chilled);
    });
}

#[test]
fn the_bond_returns_by_itself_in_the_block_that_was_named() {
    build_and_execute(|| {
        serving(ALICE);
        assert_ok!(WorkerRegistry::unbond(signed(ALICE)));
        run_to(DUE - 1);
        assert_eq!(held(ALICE), BOND);

        run_to(DUE);
        assert_eq!((held(ALICE), Balances::balance(&ALICE)), (0, START_BALANCE));
        assert_eq!(Workers::<Test>::get(ALICE), None);
        assert_eq!(KeyOwner::<Test>::get(key(ALICE)), None);
        assert_last_event(Event::WorkerRemoved { operator: ALICE, key: key(ALICE), bond: BOND });
    });
}

#[test]
fn who_has_left_may_register_again_with_the_same_key() {
    build_and_execute(|| {
        register(ALICE);
        assert_ok!(WorkerRegistry::unbond(signed(ALICE)));
        run_to(DUE);
        register(ALICE);
        assert_eq!(held(ALICE), BOND);
    });
}

#[test]
fn an_open_seat_postpones_the_return() {
    build_and_execute(|| {
        serving(ALICE);
        take_seats(ALICE, 1);
        assert_ok!(WorkerRegistry::unbond(signed(ALICE)));
        run_to(DUE);
        let until = DUE + u64::from(POSTPONE_BLOCKS);
        assert_last_event(Event::UnbondingPostponed { operator: ALICE, until });
        assert_eq!((held(ALICE), worker(ALICE).unbonding_until), (BOND, Some(until)));

        release_seat(ALICE);
        run_to(until);
        assert_eq!(Balances::balance(&ALICE), START_BALANCE);
        assert_eq!(Workers::<Test>::get(ALICE), None);
    });
}

#[test]
fn an_open_lock_postpones_the_return() {
    build_and_execute(|| {
        register(ALICE);
        lock(ALICE, 100);
        assert_ok!(WorkerRegistry::unbond(signed(ALICE)));
        run_to(DUE);
        assert_eq!(held(ALICE), BOND);

        <WorkerRegistry as WorkerPool<_>>::pay_from_lock(&ALICE, 100, &BOB);
        run_to(DUE + u64::from(POSTPONE_BLOCKS));
        assert_eq!(Balances::balance(&ALICE), START_BALANCE - 100);
        assert_last_event(Event::WorkerRemoved { operator: ALICE, key: key(ALICE), bond: BOND - 100 });
    });
}

#[test]
fn a_worker_without_any_bond_left_is_removed_too() {
    build_and_execute(|| {
        register(ALICE);
        lock(ALICE, BOND);
        <WorkerRegistry as WorkerPool<_>>::pay_from_lock(&ALICE, BOND, &BOB);
        assert_ok!(WorkerRegistry::unbond(signed(ALICE)));
        run_to(DUE);
        assert_last_event(Event::WorkerRemoved { operator: ALICE, key: key(ALICE), bond: 0 });
    });
}

#[test]
fn more_bonds_than_a_block_returns_come_in_the_next() {
    build_and_execute(|| {
        let operators = || 100..100 + u64::from(MAX_SWEEP) + 3;
        let left = || operators().filter(|operator| Workers::<Test>::contains_key(operator)).count();
        for operator in operators() {
            register(operator);
            assert_ok!(WorkerRegistry::unbond(signed(operator)));
        }
        run_to(DUE);
        assert_eq!((left(), SweptTo::<Test>::get()), (3, Some(DUE)));
        run_to(DUE + 1);
        assert_eq!((left(), SweptTo::<Test>::get()), (0, None));
        assert!(operators().all(|operator| Balances::balance(&operator) == START_BALANCE));
    });
}

#[test]
fn a_sweep_that_is_behind_catches_up() {
    build_and_execute(|| {
        for operator in 100..100 + 2 * u64::from(MAX_SWEEP) {
            register(operator);
            assert_ok!(WorkerRegistry::unbond(signed(operator)));
        }
        run_to(2);
        register(ALICE);
        assert_ok!(WorkerRegistry::unbond(signed(ALICE)));
        run_to(DUE + 1);
        assert_eq!(held(ALICE), BOND);
        run_to(DUE + 2);
        assert_eq!(Workers::<Test>::iter_keys().count(), 0);
        assert_eq!(SweptTo::<Test>::get(), None);
    });
}

#[test]
fn a_block_without_anything_due_writes_nothing() {
    build_and_execute(|| {
        register(ALICE);
        assert_ok!(WorkerRegistry::unbond(signed(ALICE)));
        frame_support::assert_storage_noop!(WorkerRegistry::sweep(2));
    });
}

#[test]
fn a_cancelled_unbonding_leaves_a_worker_that_serves_nothing() {
    build_and_execute(|| {
        serving(ALICE);
        assert_ok!(WorkerRegistry::unbond(signed(ALICE)));
        assert_ok!(WorkerRegistry::cancel_unbond(signed(ALICE)));
        assert_last_event(Event::UnbondingCancelled { operator: ALICE });

        run_to(DUE + 5);
        assert_eq!((worker(ALICE).unbonding_until, held(ALICE)), (None, BOND));
        assert_eq!(Agenda::<Test>::iter().count(), 0);
        assert_eq!(WorkerRegistry::workers(version(1)), vec![]);
        assert_ok!(WorkerRegistry::serve(signed(ALICE), version(1)));
        assert_eq!(<WorkerRegistry as WorkerPool<_>>::candidates(version(1)).len(), 1);
    });
}

#[test]
fn a_worker_unbonds_by_its_operator_and_once() {
    build_and_execute(|| {
        register(ALICE);
        assert_noop!(WorkerRegistry::unbond(signed(BOB)), Error::<Test>::UnknownWorker);
        assert_noop!(WorkerRegistry::unbond(RuntimeOrigin::root()), DispatchError::BadOrigin);
        assert_ok!(WorkerRegistry::unbond(signed(ALICE)));
        assert_noop!(WorkerRegistry::unbond(signed(ALICE)), Error::<Test>::Unbonding);
    });
}

#[test]
fn only_what_was_begun_is_cancelled() {
    build_and_execute(|| {
        register(ALICE);
        assert_noop!(WorkerRegistry::cancel_unbond(signed(ALICE)), Error::<Test>::NotUnbonding);
        assert_noop!(WorkerRegistry::cancel_unbond(signed(BOB)), Error::<Test>::UnknownWorker);
        assert_noop!(WorkerRegistry::cancel_unbond(RuntimeOrigin::none()), DispatchError::BadOrigin);
    });
}

#[test]
fn a_bond_that_is_due_while_transactions_are_barred_returns_afterwards() {
    build_and_execute(|| {
        register(ALICE);
        assert_ok!(WorkerRegistry::unbond(signed(ALICE)));
        let due = System::block_number() + UNBONDING_DELAY;
        run_to(due - 1);
        Barred::set(true);
        run_to(due + 3);
        assert!(Workers::<Test>::contains_key(ALICE), "nothing is touched while a migration runs");
        Barred::set(false);
        run_to(due + 4);
        assert!(!Workers::<Test>::contains_key(ALICE));
    });
}
