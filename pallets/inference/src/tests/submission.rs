use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, DispatchResult, Permill};
use votive_primitives::{
    ids::VersionId,
    receipt::{Outcome, RefundCause},
    request::{Seats, State},
    Parameters,
};

struct Asked {
    version: VersionId,
    input: Vec<u8>,
    max_units: u32,
    audit: Permill,
    max_fee: u128,
}

impl Default for Asked {
    fn default() -> Self {
        Self { version: VERSION, input: vec![1], max_units: 1, audit: AuditProbability::get(), max_fee: u128::MAX }
    }
}

fn submit(asked: Asked) -> DispatchResult {
    Inference::submit_request(
        RuntimeOrigin::signed(ALICE),
        asked.version,
        asked.input.try_into().unwrap(),
        Parameters { max_units: asked.max_units, ..Default::default() },
        Seats::Three,
        asked.audit,
        asked.max_fee,
    )
}

#[test]
fn a_request_holds_the_most_that_it_can_cost() {
    build_and_execute(&[1], || {
        let free = Balances::free_balance(ALICE);
        assert_ok!(submit(Asked { max_units: 4, ..Default::default() }));
        let escrow = 3 * (PRICE.per_call + 4 * PRICE.per_unit);
        assert_eq!(held(ALICE), escrow);
        assert_eq!(Balances::free_balance(ALICE), free - escrow);
        let request = last_request();
        System::assert_last_event(
            Event::RequestSubmitted { request, requester: ALICE, version: VERSION, escrow }.into(),
        );
        let stored = Requests::<Test>::get(request).unwrap();
        assert_eq!(stored.state, State::Waiting { since: 1, until: 21 });
        assert_eq!(stored.lock, 64 * (PRICE.per_call + 4 * PRICE.per_unit));
    });
}

#[test]
fn the_fee_has_a_floor_and_the_lock_a_least_value() {
    build_and_execute(&[1], || {
        ask(Seats::One);
        let stored = Requests::<Test>::get(last_request()).unwrap();
        assert_eq!(stored.escrow, (PRICE.per_call + 2 * PRICE.per_unit).max(FEE_FLOOR));
        assert!(stored.lock >= MIN_LOCK);
    });
}

#[test]
fn two_equal_requests_have_different_ids() {
    build_and_execute(&[1], || assert_ne!(ask(Seats::One), ask(Seats::One)));
}

#[test]
fn each_wrong_argument_ends_in_its_named_error() {
    build_and_execute(&[1], || {
        let unknown = VersionId { model: 9, number: 1 };
        assert_noop!(submit(Asked { version: unknown, ..Default::default() }), DispatchError::Other("UnknownVersion"));
        assert_noop!(submit(Asked { input: vec![], ..Default::default() }), Error::<Test>::InputEmpty);
        assert_noop!(submit(Asked { input: vec![0; 65], ..Default::default() }), Error::<Test>::InputTooLong);
        assert_noop!(submit(Asked { max_units: 0, ..Default::default() }), Error::<Test>::UnitsOutOfRange);
        assert_noop!(submit(Asked { max_units: 5, ..Default::default() }), Error::<Test>::UnitsOutOfRange);
        assert_noop!(
            submit(Asked { audit: Permill::from_percent(3), ..Default::default() }),
            Error::<Test>::AuditProbabilityNotSupported
        );
        assert_noop!(submit(Asked { max_fee: 10, ..Default::default() }), Error::<Test>::FeeTooLow);
        Balances::force_set_balance(RuntimeOrigin::root(), ALICE, 20).unwrap();
        assert_noop!(submit(Asked::default()), Error::<Test>::CannotHoldFee);
    });
}

#[test]
fn a_request_may_be_cancelled_before_its_draw() {
    build_and_execute(&[1], || {
        let free = Balances::free_balance(ALICE);
        let request = ask(Seats::One);
        assert_noop!(Inference::cancel_request(RuntimeOrigin::signed(OWNER), request), Error::<Test>::NotRequester);
        assert_ok!(Inference::cancel_request(RuntimeOrigin::signed(ALICE), request));
        assert_eq!((held(ALICE), Balances::free_balance(ALICE)), (0, free));
        let receipt = Receipts::<Test>::get(request).unwrap();
        assert_eq!(receipt.outcome, Outcome::Refunded { cause: RefundCause::Cancelled });
        assert_noop!(Inference::cancel_request(RuntimeOrigin::signed(ALICE), request), Error::<Test>::UnknownRequest);
    });
}

#[test]
fn a_drawn_request_cannot_be_cancelled() {
    build_and_execute(&[1], || {
        let request = ask(Seats::One);
        next_block();
        assert_noop!(Inference::cancel_request(RuntimeOrigin::signed(ALICE), request), Error::<Test>::AlreadyDrawn);
    });
}

#[test]
fn a_quote_is_what_a_request_holds() {
    build_and_execute(&[1], || {
        let quote = Inference::quote(VERSION, Seats::One, 2).unwrap();
        ask(Seats::One);
        assert_eq!(held(ALICE), quote);
        assert_eq!(Inference::quote(VERSION, Seats::One, 5), None);
        assert_eq!(Inference::quote(VersionId { model: 9, number: 1 }, Seats::One, 1), None);
    });
}
