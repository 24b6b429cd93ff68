use super::seats::{commit, drawn, honest};
use crate::{mock::*, *};
use votive_primitives::{
    receipt::{Outcome, RefundCause},
    request::{Seats, State},
};

#[test]
fn the_seats_are_drawn_in_the_block_after_the_request() {
    build_and_execute(&[5, 5, 5], || {
        let request = ask(Seats::Three);
        next_block();
        let stored = Requests::<Test>::get(request).unwrap();
        assert_eq!(stored.state, State::Committing { until: 2 + 6 });
        assert_eq!(stored.operators, 3);
        let mut operators = drawn(request);
        operators.sort_unstable();
        assert_eq!(operators, [10, 11, 12]);
        assert!(operators.iter().all(|operator| Pool::of(*operator).open_seats == 1));
        assert!(operators.iter().all(|operator| OpenSeats::<Test>::get(key_of(*operator)).to_vec() == [request]));
    });
}

#[test]
fn a_request_without_free_workers_waits_and_refunds() {
    build_and_execute(&[], || {
        let free = Balances::free_balance(ALICE);
        let request = ask(Seats::One);
        run_to(20);
        assert!(matches!(Requests::<Test>::get(request).unwrap().state, State::Waiting { .. }));
        run_to(21);
        assert!(Requests::<Test>::get(request).is_none());
        assert_eq!(Balances::free_balance(ALICE), free);
        let outcome = Receipts::<Test>::get(request).unwrap().outcome;
        assert_eq!(outcome, Outcome::Refunded { cause: RefundCause::NoFreeWorkers });
    });
}

#[test]
fn a_waiting_request_is_drawn_once_enough_weight_is_free() {
    build_and_execute(&[5, 5, 5], || {
        Pool::change(10, |worker| worker.capacity = 0);
        Pool::change(11, |worker| worker.capacity = 0);
        let request = ask(Seats::One);
        run_to(4);
        assert!(matches!(Requests::<Test>::get(request).unwrap().state, State::Waiting { .. }));
        Pool::change(11, |worker| worker.capacity = 1);
        next_block();
        assert!(matches!(Requests::<Test>::get(request).unwrap().state, State::Committing { .. }));
    });
}

#[test]
fn nothing_is_drawn_in_a_block_without_a_vrf_output() {
    build_and_execute(&[5], || {
        Vrf::set(None);
        let request = ask(Seats::One);
        run_to(3);
        assert!(matches!(Requests::<Test>::get(request).unwrap().state, State::Waiting { .. }));
        Vrf::set(Some([1; 32]));
        run_to(5);
        assert!(matches!(Requests::<Test>::get(request).unwrap().state, State::Committing { .. }));
        Vrf::set(Some([7; 32]));
    });
}

#[test]
fn a_silent_committee_is_redrawn_once_without_the_silent_seats_then_refunded() {
    build_and_execute(&[5, 5, 5, 5, 5, 5], || {
        let free = Balances::free_balance(ALICE);
        let request = ask(Seats::Three);
        next_block();
        let first = drawn(request);
        commit(first[0], request, 0, &honest()).unwrap();
        run_to(9);
        let stored = Requests::<Test>::get(request).unwrap();
        assert_eq!(stored.attempt, 1);
        let second = drawn(request);
        assert!(!second.contains(&first[1]) && !second.contains(&first[2]));
        assert_eq!(Pool::of(first[1]).open_seats, 0);
        assert_eq!(Pool::of(first[0]).locked, 0);
        run_to(16);
        assert!(Requests::<Test>::get(request).is_none());
        assert_eq!(Balances::free_balance(ALICE), free);
        let outcome = Receipts::<Test>::get(request).unwrap().outcome;
        assert_eq!(outcome, Outcome::Refunded { cause: RefundCause::TooFewCommits });
        assert!(Pool::all().iter().all(|worker| worker.open_seats == 0 && worker.locked == 0));
    });
}

#[test]
fn a_large_agenda_is_swept_over_several_blocks_and_nothing_is_lost() {
    build_and_execute(&[], || {
        let limit = Inference::sweep_limit();
        let per_block = limit.checked_div_per_component(&<() as WeightInfo>::draw(1)).unwrap();
        let asked = per_block as usize + 5;
        for _ in 0..asked {
            ask(Seats::One);
        }
        run_to(60);
        assert_eq!(Requests::<Test>::iter().count(), 0);
        assert_eq!(Receipts::<Test>::iter().count(), asked);
        assert_eq!(held(ALICE), 0);
    });
}
