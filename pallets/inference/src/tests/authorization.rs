use super::seats::*;
use crate::{mock::*, *};
use frame_support::{
    pallet_prelude::{InvalidTransaction, TransactionSource, TransactionValidityWithRefund},
    traits::Authorize,
};
use sp_runtime::transaction_validity::TransactionValidityError;
use votive_primitives::{ids::RequestId, request::Seats, worker_key::WorkerSignature};

fn check(source: TransactionSource, call: Call<Test>) -> TransactionValidityWithRefund {
    RuntimeCall::from(call).authorize(source).expect("both calls are authorised")
}

fn check_commit(source: TransactionSource, operator: u64, request: RequestId) -> TransactionValidityWithRefund {
    let (bundle, signature) = commit_bundle(operator, vec![commit_item(operator, request, 0, &honest())]);
    check(source, Call::commit { bundle, signature })
}

fn check_reveal(source: TransactionSource, operator: u64, request: RequestId) -> TransactionValidityWithRefund {
    let (bundle, signature) = reveal_bundle(operator, vec![reveal_item(operator, request, 0, &honest())]);
    check(source, Call::reveal { bundle, signature })
}

fn refused(result: TransactionValidityWithRefund) -> InvalidTransaction {
    match result {
        Err(TransactionValidityError::Invalid(invalid)) => invalid,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

use TransactionSource::{External, InBlock};

#[test]
fn a_fresh_commit_is_let_in_with_a_tag_for_each_item() {
    build_and_execute(&[5], || {
        let (first, second) = (ask(Seats::One), ask(Seats::One));
        next_block();
        let items = vec![commit_item(10, first, 0, &honest()), commit_item(10, second, 0, &honest())];
        let (bundle, signature) = commit_bundle(10, items);
        let (valid, _) = check(InBlock, Call::commit { bundle, signature }).unwrap();
        assert_eq!(valid.provides.len(), 2);
        assert!(valid.propagate && valid.longevity >= 1);
    });
}

#[test]
fn a_stale_commit_is_refused_in_a_block_and_in_the_pool() {
    build_and_execute(&[5], || {
        let request = ask(Seats::One);
        next_block();
        commit(10, request, 0, &honest()).unwrap();
        assert_eq!(refused(check_commit(InBlock, 10, request)), InvalidTransaction::Stale);
        assert_eq!(refused(check_commit(External, 10, request)), InvalidTransaction::Stale);
    });
}

#[test]
fn the_pool_takes_items_one_step_early_and_a_block_does_not() {
    build_and_execute(&[5, 5, 5], || {
        let request = ask(Seats::Three);
        System::set_block_number(2);
        assert!(check_commit(External, 10, request).is_ok());
        assert_eq!(refused(check_commit(InBlock, 10, request)), InvalidTransaction::Stale);
        assert_eq!(refused(check_commit(External, 17, request)), InvalidTransaction::Stale);
        System::set_block_number(1);
        next_block();
        commit(10, request, 0, &honest()).unwrap();
        assert!(check_reveal(External, 10, request).is_ok());
        assert_eq!(refused(check_reveal(InBlock, 10, request)), InvalidTransaction::Stale);
    });
}

#[test]
fn the_pool_takes_an_early_commit_for_the_attempt_at_hand_only() {
    build_and_execute(&[5], || {
        let request = ask(Seats::One);
        System::set_block_number(2);
        let (bundle, signature) = commit_bundle(10, vec![commit_item(10, request, 1, &honest())]);
        assert_eq!(refused(check(External, Call::commit { bundle, signature })), InvalidTransaction::Stale);
        System::set_block_number(1);
    });
}

#[test]
fn a_bundle_of_which_half_is_of_no_use_is_refused() {
    build_and_execute(&[5], || {
        let requests: Vec<RequestId> = (0..3).map(|_| ask(Seats::One)).collect();
        next_block();
        commit(10, requests[0], 0, &honest()).unwrap();
        let item = |index: usize| commit_item(10, requests[index], 0, &honest());
        let (bundle, signature) = commit_bundle(10, vec![item(0), item(1)]);
        assert_eq!(refused(check(InBlock, Call::commit { bundle, signature })), InvalidTransaction::Stale);
        let (bundle, signature) = commit_bundle(10, vec![item(0), item(1), item(2)]);
        let (valid, _) = check(InBlock, Call::commit { bundle, signature }).unwrap();
        assert_eq!(valid.provides.len(), 2);
    });
}

#[test]
fn what_is_signed_anew_has_a_higher_priority_and_the_same_tags() {
    build_and_execute(&[5], || {
        let request = ask(Seats::One);
        next_block();
        let (older, _) = check_commit(External, 10, request).unwrap();
        next_block();
        let (newer, _) = check_commit(External, 10, request).unwrap();
        assert!(newer.priority > older.priority);
        assert_eq!(newer.provides, older.provides);
    });
}

#[test]
fn a_commit_that_the_bond_cannot_carry_is_refused_and_locks_nothing() {
    build_and_execute(&[5], || {
        let request = ask(Seats::One);
        next_block();
        assert!(check_commit(InBlock, 10, request).is_ok());
        assert_eq!(Pool::of(10).locked, 0);
        Pool::change(10, |worker| worker.bond = 1);
        assert_eq!(refused(check_commit(InBlock, 10, request)), InvalidTransaction::Stale);
    });
}

#[test]
fn a_signature_of_another_key_or_over_another_bundle_is_refused() {
    build_and_execute(&[5, 5, 5], || {
        let request = ask(Seats::Three);
        next_block();
        let (bundle, _) = commit_bundle(10, vec![commit_item(10, request, 0, &honest())]);
        let (_, foreign) = commit_bundle(11, bundle.items.to_vec());
        let refusal = refused(check(InBlock, Call::commit { bundle: bundle.clone(), signature: foreign }));
        assert_eq!(refusal, InvalidTransaction::BadProof);
        let (_, other): (_, WorkerSignature) = commit_bundle(10, vec![commit_item(10, request, 0, &lie())]);
        let refusal = refused(check(InBlock, Call::commit { bundle, signature: other }));
        assert_eq!(refusal, InvalidTransaction::BadProof);
    });
}

#[test]
fn a_bundle_that_is_empty_doubled_old_or_from_the_future_is_refused() {
    build_and_execute(&[5], || {
        let request = ask(Seats::One);
        next_block();
        let item = commit_item(10, request, 0, &honest());
        let malformed = InvalidTransaction::Custom(authorize::Refusal::Malformed as u8);
        for items in [vec![], vec![item, item]] {
            let (bundle, signature) = commit_bundle(10, items);
            assert_eq!(refused(check(InBlock, Call::commit { bundle, signature })), malformed);
        }
        let out_of_range = InvalidTransaction::Custom(authorize::Refusal::SignedAtOutOfRange as u8);
        let (mut bundle, signature) = commit_bundle(10, vec![item]);
        bundle.signed_at = System::block_number() + 1;
        let call = Call::commit { bundle: bundle.clone(), signature: signature.clone() };
        assert_eq!(refused(check(InBlock, call)), out_of_range);
        System::set_block_number(100);
        bundle.signed_at = 100 - u64::from(authorize::BUNDLE_LIFE_BLOCKS) - 1;
        assert_eq!(refused(check(InBlock, Call::commit { bundle, signature })), out_of_range);
        System::set_block_number(2);
    });
}

#[test]
fn a_fresh_reveal_is_let_in_and_a_wrong_one_is_not() {
    build_and_execute(&[5], || {
        let (request, _) = ask_and_commit(Seats::One);
        next_block();
        assert!(check_reveal(InBlock, 10, request).is_ok());
        let (bundle, signature) = reveal_bundle(10, vec![reveal_item(10, request, 0, &lie())]);
        let refusal = refused(check(External, Call::reveal { bundle, signature }));
        assert_eq!(refusal, InvalidTransaction::Stale);
    });
}
