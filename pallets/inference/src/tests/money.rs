use super::seats::*;
use crate::{mock::*, payment::Takings, *};
use frame_support::traits::fungible::BalancedHold;
use sp_runtime::Permill;
use votive_primitives::{
    pricing,
    receipt::{Outcome, RefundCause},
    request::Seats,
};

#[test]
fn a_final_request_pays_everyone_and_returns_the_rest() {
    build_and_execute(&[5, 5, 5], || {
        let free = Balances::free_balance(ALICE);
        let issuance = Balances::total_issuance();
        let (request, operators) = ask_and_settle(Seats::Three);
        next_block();
        let fee = 3 * (PRICE.per_call + 2 * PRICE.per_unit);
        let split = pricing::split(fee, 3, Permill::from_percent(10));
        assert_eq!(split.royalty, fee / 10);
        assert_eq!(held(ALICE), 0);
        assert_eq!(Balances::free_balance(ALICE), free - fee);
        assert_eq!(Balances::free_balance(OWNER), ENDOWMENT + split.royalty);
        assert_eq!(Balances::free_balance(TREASURY), ENDOWMENT + split.treasury);
        assert_eq!(Balances::total_issuance(), issuance - split.burn);
        assert_eq!(Balances::free_balance(operators[0]), ENDOWMENT + split.each_seat + split.first_seat_extra);
        assert_eq!(Balances::free_balance(operators[1]), ENDOWMENT + split.each_seat);
        System::assert_has_event(
            Event::RequestFinal { request, fee, refund: 0, treasury: split.treasury, burnt: split.burn }.into(),
        );
        assert!(Pool::all().iter().all(|worker| worker.open_seats == 0 && worker.locked == 0));
    });
}

#[test]
fn unused_units_and_unpaid_seats_go_back_to_the_requester() {
    build_and_execute(&[5, 5, 5], || {
        let free = Balances::free_balance(ALICE);
        let request = ask(Seats::Three);
        next_block();
        let operators = drawn(request);
        let short = Given { units: 1, ..honest() };
        commit(operators[0], request, 0, &short).unwrap();
        commit(operators[1], request, 0, &short).unwrap();
        run_to(9);
        reveal(operators[0], request, 0, &short).unwrap();
        reveal(operators[1], request, 0, &short).unwrap();
        next_block();
        let fee = 2 * (PRICE.per_call + PRICE.per_unit);
        assert_eq!(Balances::free_balance(ALICE), free - fee);
        assert_eq!(Balances::free_balance(operators[2]), ENDOWMENT);
        let Outcome::Final { fee: paid, units, .. } = Receipts::<Test>::get(request).unwrap().outcome else {
            panic!("final")
        };
        assert_eq!((paid, units), (fee, 1));
    });
}

#[test]
fn withholders_pay_those_who_revealed_and_the_requester_is_refunded() {
    build_and_execute(&[5, 5, 5], || {
        let free = Balances::free_balance(ALICE);
        let (request, operators) = ask_and_commit(Seats::Three);
        next_block();
        reveal(operators[0], request, 0, &honest()).unwrap();
        run_to(23);
        let seat_fee = PRICE.per_call + 2 * PRICE.per_unit;
        assert_eq!(Balances::free_balance(ALICE), free);
        assert_eq!(Balances::free_balance(operators[0]), ENDOWMENT + seat_fee);
        assert_eq!(Pool::of(operators[1]).bond, 1_000_000 - seat_fee);
        let outcome = Receipts::<Test>::get(request).unwrap().outcome;
        assert_eq!(outcome, Outcome::Refunded { cause: RefundCause::TooFewReveals });
        System::assert_has_event(Event::RevealWithheld { request, operator: operators[1] }.into());
        System::assert_has_event(Event::SeatPaid { request, operator: operators[0], amount: seat_fee }.into());
    });
}

#[test]
fn paying_from_a_lock_leaves_the_locks_of_other_requests_alone() {
    build_and_execute(&[5, 5, 5], || {
        let (withheld, operators) = ask_and_commit(Seats::Three);
        let (other, _) = ask_and_commit(Seats::Three);
        reveal(operators[0], withheld, 0, &honest()).unwrap();
        let lock = Requests::<Test>::get(other).unwrap().lock;
        run_to(23);
        assert!(Receipts::<Test>::contains_key(withheld));
        assert!(Pool::all().iter().all(|worker| worker.locked == lock));
        for operator in drawn(other) {
            reveal(operator, other, 0, &honest()).unwrap();
        }
        next_block();
        assert!(Pool::all().iter().all(|worker| worker.locked == 0));
    });
}

#[test]
fn a_payment_that_its_account_cannot_take_goes_to_the_treasury() {
    build_and_execute(&[5], || {
        let (request, _) = ask_and_settle(Seats::One);
        let (part, missing) = Balances::slash(&HoldReason::Escrow.into(), &ALICE, 9);
        assert_eq!(missing, 0);
        let (dead, mut takings) = (99, Takings::<Test>::new());
        assert!(!payment::pay::<Test>(request, &dead, part, &mut takings));
        System::assert_last_event(Event::PaymentDiverted { request, beneficiary: dead, amount: 9 }.into());
        takings.book();
        assert_eq!(Balances::free_balance(dead), 0);
        assert_eq!(Balances::free_balance(TREASURY), ENDOWMENT + 9);
        hold_more(ALICE, 9);
    });
}

#[test]
fn several_requests_of_one_account_keep_their_escrows_apart() {
    build_and_execute(&[5], || {
        let (first, second) = (ask(Seats::One), ask(Seats::One));
        let escrow = Requests::<Test>::get(first).unwrap().escrow;
        assert_eq!(held(ALICE), 2 * escrow);
        Inference::cancel_request(RuntimeOrigin::signed(ALICE), second).unwrap();
        assert_eq!(held(ALICE), escrow);
    });
}
