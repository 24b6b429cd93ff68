//! Windows run on a clock that stands still while transactions are barred.

use super::seats::*;
use crate::{mock::*, *};
use frame_support::assert_ok;
use votive_primitives::request::{Seats, State};

/// Moves the chain on by blocks that take no transactions.
fn barred_blocks(count: u64) {
    Barred::set(true);
    run_to(System::block_number() + count);
    Barred::set(false);
}

#[test]
fn no_window_ends_and_nothing_is_drawn_while_transactions_are_barred() {
    build_and_execute(&[5], || {
        let request = ask(Seats::One);
        barred_blocks(100);
        assert!(matches!(Requests::<Test>::get(request).unwrap().state, State::Waiting { .. }));
        run_to(System::block_number() + 2);
        assert!(matches!(Requests::<Test>::get(request).unwrap().state, State::Committing { .. }));
        barred_blocks(100);
        assert_ok!(commit(10, request, 0, &honest()));
        barred_blocks(100);
        assert_ok!(reveal(10, request, 0, &honest()));
        assert_eq!(Inference::now(), System::block_number() - 300);
    });
}

#[test]
fn a_window_has_as_many_blocks_after_a_migration_as_were_left_before() {
    build_and_execute(&[5], || {
        let request = ask(Seats::One);
        next_block();
        let State::Committing { until } = Requests::<Test>::get(request).unwrap().state else { panic!() };
        let left = until - Inference::now();
        barred_blocks(50);
        run_to(System::block_number() + left);
        assert!(matches!(Requests::<Test>::get(request).unwrap().state, State::Committing { .. }));
        next_block();
        assert_eq!(Requests::<Test>::get(request).unwrap().attempt, 1);
    });
}

#[test]
fn a_draw_needs_the_randomness_of_two_blocks_in_a_row() {
    build_and_execute(&[5], || {
        barred_blocks(1);
        let request = ask(Seats::One);
        next_block();
        assert!(matches!(Requests::<Test>::get(request).unwrap().state, State::Waiting { .. }));
        next_block();
        assert!(matches!(Requests::<Test>::get(request).unwrap().state, State::Committing { .. }));
    });
}

#[test]
fn windows_out_of_bounds_count_as_the_nearest_bound() {
    build_and_execute(&[5], || {
        TestWindows::set(Windows { reveal_blocks: 0, ..Default::default() });
        let (request, _) = ask_and_commit(Seats::One);
        let until = Inference::now() + 2;
        assert_eq!(Requests::<Test>::get(request).unwrap().state, State::Revealing { until });
    });
}

#[test]
fn a_request_whose_wait_was_interrupted_by_an_attempt_is_looked_at_often_again() {
    build_and_execute(&[5, 5, 5], || {
        let request = ask(Seats::Three);
        next_block();
        commit(drawn(request)[0], request, 0, &honest()).unwrap();
        run_to(9);
        let waiting = Requests::<Test>::get(request).unwrap();
        assert!(matches!(waiting.state, State::Waiting { since: 9, until: 29 }), "{waiting:?}");
        assert_eq!(waiting.due, 10, "looked at again in the next block");
    });
}
