use super::seats::*;
use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;
use votive_primitives::{
    payload::RevealItem,
    receipt::{Outcome, RefundCause},
    request::{Seats, State},
};

fn reveal_changed(operator: u64, request: H256, change: impl FnOnce(&mut RevealItem)) -> sp_runtime::DispatchResult {
    let mut item = reveal_item(operator, request, 0, &honest());
    change(&mut item);
    let (bundle, signature) = reveal_bundle(operator, vec![item]);
    Inference::reveal(frame_system::RawOrigin::Authorized.into(), bundle, signature)
}

#[test]
fn one_honest_seat_settles_and_the_answer_is_there() {
    build_and_execute(&[5], || {
        let (request, _) = ask_and_commit(Seats::One);
        next_block();
        assert_ok!(reveal(10, request, 0, &honest()));
        let at = System::block_number();
        assert_eq!(
            Requests::<Test>::get(request).unwrap().state,
            State::Settled { at, reveals_until: 22, final_from: at }
        );
        assert_eq!(Inference::answer(request).unwrap().output.to_vec(), honest().output);
        System::assert_last_event(
            Event::RequestSettled {
                request,
                digest: H256(digest_of(request, &honest())),
                answer_hash: H256(answer_hash(&honest())),
                units: honest().units,
            }
            .into(),
        );
    });
}

#[test]
fn reveal_rejects_a_changed_digest() {
    build_and_execute(&[5], || {
        let (request, _) = ask_and_commit(Seats::One);
        next_block();
        let stale = Error::<Test>::NothingFresh;
        assert_noop!(reveal(10, request, 0, &lie()), stale);
        let stale = || Error::<Test>::NothingFresh;
        assert_noop!(reveal_changed(10, request, |item| item.units = 1), stale());
        assert_noop!(reveal_changed(10, request, |item| item.trace_hash = H256::zero()), stale());
        assert_noop!(reveal_changed(10, request, |item| item.salt = H256::zero()), stale());
        assert_noop!(reveal_changed(10, request, |item| item.attempt = 1), stale());
    });
}

#[test]
fn a_reveal_must_bring_an_answer_that_hashes_to_what_it_reveals() {
    build_and_execute(&[5, 5, 5], || {
        let (request, operators) = ask_and_commit(Seats::Three);
        next_block();
        let stale = || Error::<Test>::NothingFresh;
        assert_noop!(reveal_changed(operators[0], request, |item| item.answer = None), stale());
        let other = reveal_item(operators[0], request, 0, &lie()).answer;
        assert_noop!(reveal_changed(operators[0], request, |item| item.answer = other), stale());
        assert_ok!(reveal(operators[0], request, 0, &honest()));
        assert_ok!(reveal_changed(operators[1], request, |item| item.answer = None));
    });
}

#[test]
fn an_answer_beyond_the_limits_is_refused() {
    build_and_execute(&[5], || {
        let request = ask(Seats::One);
        next_block();
        let long = Given { output: vec![1; 41], ..honest() };
        commit(10, request, 0, &long).unwrap();
        assert_noop!(reveal(10, request, 0, &long), Error::<Test>::NothingFresh);
        let request = ask(Seats::One);
        next_block();
        let many = Given { units: 3, ..honest() };
        commit(10, request, 0, &many).unwrap();
        assert_noop!(reveal(10, request, 0, &many), Error::<Test>::NothingFresh);
    });
}

#[test]
fn a_reveal_before_reveals_open_is_stale() {
    build_and_execute(&[5, 5, 5], || {
        let request = ask(Seats::Three);
        next_block();
        let operator = drawn(request)[0];
        commit(operator, request, 0, &honest()).unwrap();
        assert_noop!(reveal(operator, request, 0, &honest()), Error::<Test>::NothingFresh);
    });
}

#[test]
fn a_copied_commitment_opens_nothing() {
    build_and_execute(&[5, 5, 5], || {
        let request = ask(Seats::Three);
        next_block();
        let operators = drawn(request);
        commit(operators[0], request, 0, &honest()).unwrap();
        for operator in &operators[1..] {
            let copied = commit_item(operators[0], request, 0, &honest());
            let (bundle, signature) = commit_bundle(*operator, vec![copied]);
            assert_ok!(Inference::commit(frame_system::RawOrigin::Authorized.into(), bundle, signature));
        }
        assert_ok!(reveal(operators[0], request, 0, &honest()));
        let copied = |item: &mut RevealItem| item.salt = H256(salt_of(operators[0]));
        assert_noop!(reveal_changed(operators[1], request, copied), Error::<Test>::NothingFresh);
    });
}

#[test]
fn different_digests_refund_the_whole_escrow() {
    build_and_execute(&[5, 5, 5], || {
        let free = Balances::free_balance(ALICE);
        let request = ask(Seats::Three);
        next_block();
        let operators = drawn(request);
        commit(operators[0], request, 0, &lie()).unwrap();
        commit(operators[1], request, 0, &honest()).unwrap();
        commit(operators[2], request, 0, &honest()).unwrap();
        next_block();
        reveal(operators[0], request, 0, &lie()).unwrap();
        reveal(operators[1], request, 0, &honest()).unwrap();
        assert_eq!(Requests::<Test>::get(request).unwrap().state, State::Disagreed);
        assert_noop!(reveal(operators[2], request, 0, &honest()), Error::<Test>::NothingFresh);
        next_block();
        let receipt = Receipts::<Test>::get(request).unwrap();
        assert_eq!(receipt.outcome, Outcome::Refunded { cause: RefundCause::DigestsDiffer });
        assert_eq!(receipt.seats[0].digest, Some(H256(digest_of(request, &lie()))));
        assert_eq!(Balances::free_balance(ALICE), free);
        assert!(Answers::<Test>::get(request).is_none());
        assert!(Pool::all().iter().all(|worker| worker.open_seats == 0 && worker.locked == 0));
    });
}

#[test]
fn two_of_three_equal_seats_settle_and_final_waits_for_the_third() {
    build_and_execute(&[5, 5, 5], || {
        let (request, operators) = ask_and_commit(Seats::Three);
        next_block();
        reveal(operators[0], request, 0, &honest()).unwrap();
        reveal(operators[1], request, 0, &honest()).unwrap();
        assert!(matches!(Requests::<Test>::get(request).unwrap().state, State::Settled { .. }));
        run_to(20);
        assert!(Requests::<Test>::get(request).is_some());
        reveal(operators[2], request, 0, &honest()).unwrap();
        next_block();
        assert!(Requests::<Test>::get(request).is_none());
        assert!(matches!(Receipts::<Test>::get(request).unwrap().outcome, Outcome::Final { .. }));
    });
}

#[test]
fn an_answer_is_forgotten_after_its_window_and_the_receipt_stays() {
    build_and_execute(&[5], || {
        let windows = Windows { answer_blocks: 3, ..Default::default() };
        TestWindows::set(windows);
        let (request, _) = ask_and_settle(Seats::One);
        next_block();
        assert!(Receipts::<Test>::contains_key(request));
        let ended = System::block_number();
        run_to(ended + 2);
        assert!(Answers::<Test>::contains_key(request));
        run_to(ended + 3);
        assert!(!Answers::<Test>::contains_key(request));
        assert!(Receipts::<Test>::contains_key(request));
    });
}
