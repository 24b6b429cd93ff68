//! `serve` and `unserve`.

use crate::{mock::*, Error, Event, Served, Servers, MAX_SERVED};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;
use std::collections::BTreeSet;
use votive_primitives::{model::MAX_WORKERS_PER_VERSION, traits::VersionUse};

#[test]
fn a_served_version_lists_its_workers_in_the_order_in_which_they_came() {
    build_and_execute(|| {
        serving(BOB);
        serving(ALICE);

        assert_last_event(Event::VersionServed { operator: ALICE, version: version(1) });
        assert_eq!(Served::<Test>::get(ALICE).into_inner(), vec![version(1)]);
        let operators = WorkerRegistry::workers(version(1)).into_iter().map(|worker| worker.operator);
        assert_eq!(operators.collect::<Vec<_>>(), vec![BOB, ALICE]);
    });
}

#[test]
fn a_version_is_in_use_while_a_worker_serves_it() {
    build_and_execute(|| {
        assert!(!WorkerRegistry::in_use(version(1)));
        serving(ALICE);
        assert!(WorkerRegistry::in_use(version(1)));
        assert_ok!(WorkerRegistry::unserve(signed(ALICE), version(1)));
        assert!(!WorkerRegistry::in_use(version(1)));
    });
}

#[test]
fn a_version_that_takes_no_requests_is_not_served() {
    build_and_execute(|| {
        register(ALICE);
        OpenVersions::set(BTreeSet::new());
        assert_noop!(WorkerRegistry::serve(signed(ALICE), version(1)), CLOSED);
    });
}

#[test]
fn a_version_is_served_by_a_worker_that_stays_and_once() {
    build_and_execute(|| {
        serving(ALICE);
        assert_noop!(WorkerRegistry::serve(signed(ALICE), version(1)), Error::<Test>::AlreadyServed);
        assert_noop!(WorkerRegistry::serve(signed(BOB), version(1)), Error::<Test>::UnknownWorker);
        assert_noop!(WorkerRegistry::serve(RuntimeOrigin::root(), version(2)), DispatchError::BadOrigin);
        assert_ok!(WorkerRegistry::unbond(signed(ALICE)));
        assert_noop!(WorkerRegistry::serve(signed(ALICE), version(2)), Error::<Test>::Unbonding);
    });
}

#[test]
fn a_worker_serves_a_most_of_versions() {
    build_and_execute(|| {
        register(ALICE);
        for number in 1..=MAX_SERVED {
            assert_ok!(WorkerRegistry::serve(signed(ALICE), version(number)));
        }
        assert_noop!(WorkerRegistry::serve(signed(ALICE), version(MAX_SERVED + 1)), Error::<Test>::TooManyVersions);
    });
}

#[test]
fn a_version_has_a_most_of_workers() {
    build_and_execute(|| {
        let first = 100;
        for operator in first..first + u64::from(MAX_WORKERS_PER_VERSION) {
            serving(operator);
        }
        register(ALICE);
        assert_noop!(WorkerRegistry::serve(signed(ALICE), version(1)), Error::<Test>::VersionFull);

        assert_ok!(WorkerRegistry::unserve(signed(first), version(1)));
        assert_ok!(WorkerRegistry::serve(signed(ALICE), version(1)));
    });
}

#[test]
fn a_full_version_takes_a_new_worker_in_place_of_an_idle_one() {
    build_and_execute(|| {
        let first = 100;
        for operator in first..first + u64::from(MAX_WORKERS_PER_VERSION) {
            serving(operator);
        }
        assert_ok!(WorkerRegistry::chill(signed(first + 3)));
        serving(ALICE);
        assert_event(Event::VersionUnserved { operator: first + 3, version: version(1) });
        assert!(!Served::<Test>::contains_key(first + 3));
        assert!(Servers::<Test>::get(version(1)).contains(&ALICE));
    });
}

#[test]
fn anyone_takes_a_worker_off_a_closed_version_and_off_no_other() {
    build_and_execute(|| {
        serving(ALICE);
        assert_noop!(WorkerRegistry::unserve_closed(signed(BOB), ALICE, version(1)), Error::<Test>::VersionOpen);
        OpenVersions::set(BTreeSet::new());
        assert_noop!(WorkerRegistry::unserve_closed(signed(BOB), BOB, version(1)), Error::<Test>::UnknownWorker);
        assert_ok!(WorkerRegistry::unserve_closed(signed(BOB), ALICE, version(1)));
        assert_last_event(Event::VersionUnserved { operator: ALICE, version: version(1) });
        assert!(!Servers::<Test>::contains_key(version(1)));
    });
}

#[test]
fn a_version_that_is_not_served_any_more_leaves_nothing() {
    build_and_execute(|| {
        serving(ALICE);
        take_seats(ALICE, 2);
        assert_ok!(WorkerRegistry::unserve(signed(ALICE), version(1)));

        assert_last_event(Event::VersionUnserved { operator: ALICE, version: version(1) });
        assert!(!Served::<Test>::contains_key(ALICE) && !Servers::<Test>::contains_key(version(1)));
        assert_eq!(worker(ALICE).open_seats, 2);
    });
}

#[test]
fn the_others_go_on_when_one_ceases() {
    build_and_execute(|| {
        serving(ALICE);
        serving(BOB);
        assert_ok!(WorkerRegistry::serve(signed(ALICE), version(2)));
        assert_ok!(WorkerRegistry::unserve(signed(ALICE), version(1)));

        assert_eq!(Servers::<Test>::get(version(1)).into_inner(), vec![BOB]);
        assert_eq!(Served::<Test>::get(ALICE).into_inner(), vec![version(2)]);
    });
}

#[test]
fn a_deprecated_version_can_be_left() {
    build_and_execute(|| {
        serving(ALICE);
        OpenVersions::set(BTreeSet::new());
        assert_ok!(WorkerRegistry::unserve(signed(ALICE), version(1)));
    });
}

#[test]
fn only_what_is_served_is_left() {
    build_and_execute(|| {
        serving(ALICE);
        register(BOB);
        assert_noop!(WorkerRegistry::unserve(signed(ALICE), version(2)), Error::<Test>::NotServed);
        assert_noop!(WorkerRegistry::unserve(signed(BOB), version(1)), Error::<Test>::NotServed);
        assert_noop!(WorkerRegistry::unserve(signed(CAROL), version(1)), Error::<Test>::UnknownWorker);
        assert_noop!(WorkerRegistry::unserve(RuntimeOrigin::none(), version(1)), DispatchError::BadOrigin);
    });
}
