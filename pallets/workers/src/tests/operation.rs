//! `set_capacity`, `chill` and `activate`.

use crate::{mock::*, ChillCause, Error, Event};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;
use votive_primitives::traits::WorkerPool;

#[test]
fn a_capacity_is_from_one_to_the_highest() {
    build_and_execute(|| {
        register(ALICE);
        for capacity in [1, MAX_CAPACITY] {
            assert_ok!(WorkerRegistry::set_capacity(signed(ALICE), capacity));
            assert_eq!(worker(ALICE).capacity, capacity);
            assert_last_event(Event::CapacitySet { operator: ALICE, capacity });
        }
        assert_noop!(WorkerRegistry::set_capacity(signed(ALICE), 0), Error::<Test>::CapacityZero);
        assert_noop!(WorkerRegistry::set_capacity(signed(ALICE), MAX_CAPACITY + 1), Error::<Test>::CapacityTooHigh);
        assert_noop!(WorkerRegistry::set_capacity(signed(BOB), 1), Error::<Test>::UnknownWorker);
        assert_noop!(WorkerRegistry::set_capacity(RuntimeOrigin::none(), 1), DispatchError::BadOrigin);
    });
}

#[test]
fn a_lower_capacity_leaves_open_seats() {
    build_and_execute(|| {
        serving(ALICE);
        take_seats(ALICE, 3);
        assert_ok!(WorkerRegistry::set_capacity(signed(ALICE), 1));
        assert_eq!(worker(ALICE).open_seats, 3);
    });
}

#[test]
fn a_chilled_worker_reads_as_chilled_until_it_is_activated() {
    build_and_execute(|| {
        register(ALICE);
        assert_ok!(WorkerRegistry::chill(signed(ALICE)));
        assert_last_event(Event::WorkerChilled { operator: ALICE, cause: ChillCause::Operator });
        assert!(WorkerRegistry::worker(ALICE).unwrap().chilled);

        assert_ok!(WorkerRegistry::activate(signed(ALICE)));
        assert_last_event(Event::WorkerActivated { operator: ALICE });
        assert!(!WorkerRegistry::worker(ALICE).unwrap().chilled);
    });
}

#[test]
fn a_worker_is_chilled_by_its_operator_and_once() {
    build_and_execute(|| {
        register(ALICE);
        assert_noop!(WorkerRegistry::chill(signed(BOB)), Error::<Test>::UnknownWorker);
        assert_noop!(WorkerRegistry::chill(RuntimeOrigin::root()), DispatchError::BadOrigin);
        assert_ok!(WorkerRegistry::chill(signed(ALICE)));
        assert_noop!(WorkerRegistry::chill(signed(ALICE)), Error::<Test>::AlreadyChilled);
    });
}

#[test]
fn a_worker_is_activated_by_its_operator_and_from_its_chill() {
    build_and_execute(|| {
        register(ALICE);
        assert_noop!(WorkerRegistry::activate(signed(BOB)), Error::<Test>::UnknownWorker);
        assert_noop!(WorkerRegistry::activate(RuntimeOrigin::none()), DispatchError::BadOrigin);
        assert_noop!(WorkerRegistry::activate(signed(ALICE)), Error::<Test>::NotChilled);
    });
}

#[test]
fn a_worker_below_the_least_bond_is_activated_once_its_bond_is_raised() {
    build_and_execute(|| {
        register_with(ALICE, MIN_BOND);
        lock(ALICE, 100);
        assert_eq!(<WorkerRegistry as WorkerPool<_>>::pay_from_lock(&ALICE, 100, &BOB), 100);
        assert_noop!(WorkerRegistry::activate(signed(ALICE)), Error::<Test>::BondTooLow);

        assert_ok!(WorkerRegistry::bond_extra(signed(ALICE), 100));
        assert!(worker(ALICE).chilled);
        assert_ok!(WorkerRegistry::activate(signed(ALICE)));
    });
}

#[test]
fn an_unbonding_worker_is_not_activated() {
    build_and_execute(|| {
        register(ALICE);
        assert_ok!(WorkerRegistry::chill(signed(ALICE)));
        assert_ok!(WorkerRegistry::unbond(signed(ALICE)));
        assert_noop!(WorkerRegistry::activate(signed(ALICE)), Error::<Test>::Unbonding);
    });
}
