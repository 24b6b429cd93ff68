use super::seats::*;
use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use votive_primitives::request::{Progress, Seats, State};

#[test]
fn a_commit_binds_the_seat_and_locks_its_bond() {
    build_and_execute(&[5, 5, 5], || {
        let request = ask(Seats::Three);
        next_block();
        let operator = drawn(request)[0];
        assert_ok!(commit(operator, request, 0, &honest()));
        let seat = &Requests::<Test>::get(request).unwrap().committee[0];
        assert_eq!(seat.progress, Progress::Committed(commit_item(operator, request, 0, &honest()).commitment));
        assert_eq!(Pool::of(operator).locked, Requests::<Test>::get(request).unwrap().lock);
        System::assert_last_event(Event::Committed { request, attempt: 0, operator }.into());
    });
}

#[test]
fn a_seat_commits_once() {
    build_and_execute(&[5, 5, 5], || {
        let request = ask(Seats::Three);
        next_block();
        let operator = drawn(request)[0];
        assert_ok!(commit(operator, request, 0, &honest()));
        assert_noop!(commit(operator, request, 0, &lie()), Error::<Test>::NothingFresh);
    });
}

#[test]
fn who_has_no_seat_cannot_commit() {
    build_and_execute(&[5, 5, 5, 5], || {
        let request = ask(Seats::Three);
        next_block();
        let seats = drawn(request);
        let outsider = (10..14).find(|operator| !seats.contains(operator)).unwrap();
        assert_noop!(commit(outsider, request, 0, &honest()), Error::<Test>::NothingFresh);
    });
}

#[test]
fn a_commit_of_another_attempt_or_after_the_deadline_is_stale() {
    build_and_execute(&[5], || {
        let request = ask(Seats::One);
        next_block();
        assert_noop!(commit(10, request, 1, &honest()), Error::<Test>::NothingFresh);
        run_to(9);
        assert_noop!(commit(10, request, 0, &honest()), Error::<Test>::NothingFresh);
    });
}

#[test]
fn an_operator_without_enough_unlocked_bond_cannot_commit() {
    build_and_execute(&[5], || {
        let request = ask(Seats::One);
        next_block();
        Pool::change(10, |worker| worker.bond = 1);
        assert_noop!(commit(10, request, 0, &honest()), Error::<Test>::NothingFresh);
    });
}

#[test]
fn reveals_open_as_soon_as_all_seats_have_committed() {
    build_and_execute(&[5, 5, 5], || {
        let (request, _) = ask_and_commit(Seats::Three);
        assert_eq!(Requests::<Test>::get(request).unwrap().state, State::Revealing { until: 22 });
        System::assert_last_event(Event::RevealsOpened { request, attempt: 0, reveals_until: 22 }.into());
    });
}

#[test]
fn reveals_open_at_the_deadline_when_the_quorums_stand() {
    build_and_execute(&[5, 5, 5], || {
        let request = ask(Seats::Three);
        next_block();
        let operators = drawn(request);
        commit(operators[0], request, 0, &honest()).unwrap();
        commit(operators[1], request, 0, &honest()).unwrap();
        run_to(9);
        assert_eq!(Requests::<Test>::get(request).unwrap().state, State::Revealing { until: 29 });
        System::assert_has_event(Event::SeatSilent { request, attempt: 0, operator: operators[2] }.into());
    });
}

#[test]
fn seats_without_the_weight_do_not_carry_the_quorums() {
    build_and_execute(&[1, 1, 98], || {
        let request = ask(Seats::Three);
        next_block();
        commit(10, request, 0, &honest()).unwrap();
        commit(11, request, 0, &honest()).unwrap();
        run_to(9);
        assert_eq!(Requests::<Test>::get(request).unwrap().attempt, 1);
    });
}

#[test]
fn stale_items_of_a_bundle_are_skipped() {
    build_and_execute(&[5], || {
        let (first, second) = (ask(Seats::One), ask(Seats::One));
        next_block();
        assert_ok!(commit(10, first, 0, &honest()));
        let items = vec![commit_item(10, first, 0, &lie()), commit_item(10, second, 0, &honest())];
        let (bundle, signature) = commit_bundle(10, items);
        assert_ok!(Inference::commit(frame_system::RawOrigin::Authorized.into(), bundle, signature));
        assert!(matches!(Requests::<Test>::get(second).unwrap().state, State::Revealing { .. }));
    });
}
