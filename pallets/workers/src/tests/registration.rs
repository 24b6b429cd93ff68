//! `register_worker` and `bond_extra`.

use crate::{mock::*, Error, Event, KeyOwner, Worker, Workers, DEFAULT_CAPACITY};
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};
use sp_application_crypto::Pair;
use sp_runtime::{DispatchError, TokenError};

#[test]
fn a_registered_worker_is_active_and_has_no_seats() {
    build_and_execute(|| {
        register(ALICE);

        let expected = Worker {
            key: key(ALICE),
            bond: BOND,
            locked: 0,
            promised: 0,
            capacity: DEFAULT_CAPACITY,
            open_seats: 0,
            chilled: false,
            unbonding_until: None,
        };
        assert_eq!(Workers::<Test>::get(ALICE), Some(expected));
        assert_eq!(KeyOwner::<Test>::get(key(ALICE)), Some(ALICE));
        assert_last_event(Event::WorkerRegistered { operator: ALICE, key: key(ALICE), bond: BOND });
    });
}

#[test]
fn the_bond_is_held_from_the_operator() {
    build_and_execute(|| {
        register(ALICE);
        assert_eq!(held(ALICE), BOND);
        assert_eq!(Balances::balance(&ALICE), START_BALANCE - BOND);
    });
}

#[test]
fn an_operator_has_one_worker() {
    build_and_execute(|| {
        register(ALICE);
        let other = pair(77);
        assert_noop!(
            WorkerRegistry::register_worker(signed(ALICE), BOND, other.public(), proof(&other, ALICE)),
            Error::<Test>::AlreadyRegistered
        );
    });
}

#[test]
fn the_least_bond_registers_and_no_smaller_one() {
    build_and_execute(|| {
        let pair = pair(BOB);
        assert_noop!(
            WorkerRegistry::register_worker(signed(BOB), MIN_BOND - 1, pair.public(), proof(&pair, BOB)),
            Error::<Test>::BondTooLow
        );
        register_with(BOB, MIN_BOND);
        assert_eq!(held(BOB), MIN_BOND);
    });
}

#[test]
fn a_bond_that_the_operator_does_not_have_registers_nothing() {
    build_and_execute(|| {
        let pair = pair(ALICE);
        assert_noop!(
            WorkerRegistry::register_worker(signed(ALICE), START_BALANCE, pair.public(), proof(&pair, ALICE)),
            TokenError::FundsUnavailable
        );
    });
}

#[test]
fn only_a_signed_origin_registers() {
    build_and_execute(|| {
        let pair = pair(ALICE);
        assert_noop!(
            WorkerRegistry::register_worker(RuntimeOrigin::root(), BOND, pair.public(), proof(&pair, ALICE)),
            DispatchError::BadOrigin
        );
    });
}

#[test]
fn a_raised_bond_is_held_too() {
    build_and_execute(|| {
        register(ALICE);
        assert_ok!(WorkerRegistry::bond_extra(signed(ALICE), 500));

        assert_eq!((worker(ALICE).bond, held(ALICE)), (BOND + 500, BOND + 500));
        assert_eq!(Balances::balance(&ALICE), START_BALANCE - BOND - 500);
        assert_last_event(Event::BondRaised { operator: ALICE, amount: 500, bond: BOND + 500 });
    });
}

#[test]
fn a_bond_is_raised_by_its_operator_with_what_it_has() {
    build_and_execute(|| {
        register(ALICE);
        assert_noop!(WorkerRegistry::bond_extra(signed(BOB), 500), Error::<Test>::UnknownWorker);
        assert_noop!(WorkerRegistry::bond_extra(signed(ALICE), 0), Error::<Test>::NothingToBond);
        assert_noop!(WorkerRegistry::bond_extra(signed(ALICE), START_BALANCE), TokenError::FundsUnavailable);
        assert_noop!(WorkerRegistry::bond_extra(RuntimeOrigin::none(), 500), DispatchError::BadOrigin);
        assert_ok!(WorkerRegistry::unbond(signed(ALICE)));
        assert_noop!(WorkerRegistry::bond_extra(signed(ALICE), 500), Error::<Test>::Unbonding);
    });
}
