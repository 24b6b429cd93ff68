//! The reference against the chain.

use super::{
    ledger::{Ending, Ledger},
    money::{Reason, REASONS},
    people::People,
    requests::{Claim, Progress, Request, Stand},
};
use pallet_inference::{Answers, Receipts, Requests};
use std::collections::{BTreeMap, BTreeSet};
use votive_primitives::{
    receipt::Outcome,
    request::{self, State},
};
use votive_runtime::*;

/// The longest that a request may be open, for the longest windows that the runs set.
const LONGEST_LIFE: u32 = 2 * 41 + 2 * 31 + 41 + 51 + 4;

fn reason(held: &RuntimeHoldReason) -> Reason {
    match held {
        RuntimeHoldReason::Inference(_) => Reason::Escrow,
        RuntimeHoldReason::Workers(_) => Reason::Bond,
        RuntimeHoldReason::Models(pallet_models::HoldReason::ModelDeposit) => Reason::Model,
        RuntimeHoldReason::Models(pallet_models::HoldReason::VersionDeposit) => Reason::Version,
        other => panic!("nobody holds anything for {other:?}"),
    }
}

/// What is compared after every step.
pub fn after_step(ledger: &Ledger, people: &People) {
    assert_eq!(pallet_balances::TotalIssuance::<Runtime>::get(), ledger.money.issuance, "issuance");
    for (account, purse) in &ledger.money.purses {
        let stored = System::account(account).data;
        assert_eq!(stored.free, purse.free, "free of {account}");
        assert_eq!(stored.reserved, purse.held_in_all(), "held of {account}");
        assert_eq!(stored.frozen, 0);
        let holds = pallet_balances::Holds::<Runtime>::get(account);
        let held: BTreeMap<Reason, Balance> = holds.iter().map(|hold| (reason(&hold.id), hold.amount)).collect();
        for reason in REASONS {
            let expected = ledger.money.held(account, reason);
            assert_eq!(held.get(&reason).copied().unwrap_or(0), expected, "{reason:?} of {account}");
        }
    }
    for person in people.all.iter().filter(|person| !ledger.money.purses.contains_key(&person.account)) {
        assert!(!System::account_exists(&person.account), "{} does not exist", person.account);
    }
    workers(ledger, people);
    for (id, expected) in &ledger.requests {
        let stored = Requests::<Runtime>::get(id).unwrap_or_else(|| panic!("{id:?} is open"));
        same_request(&stored, expected, people);
    }
}

fn workers(ledger: &Ledger, people: &People) {
    for person in &people.all {
        let operator = &person.account;
        let stored = pallet_workers::Workers::<Runtime>::get(operator);
        assert_eq!(stored.is_some(), ledger.workers.contains_key(operator), "{operator} is a worker's operator");
        let (Some(stored), Some(expected)) = (stored, ledger.workers.get(operator)) else { continue };
        assert_eq!(people.number_of(&stored.key), expected.key, "key of {operator}");
        assert_eq!(
            (stored.bond, stored.locked, stored.promised, stored.capacity, stored.open_seats),
            (expected.bond, expected.locked, expected.promised, expected.capacity, expected.open_seats),
            "bond, locked, promised, capacity and open seats of {operator}"
        );
        assert_eq!((stored.chilled, stored.unbonding_until), (expected.chilled, expected.unbonding_until));
        let served: BTreeSet<_> = pallet_workers::Served::<Runtime>::get(operator).into_iter().collect();
        assert_eq!(served, expected.serves, "what {operator} serves");
    }
}

fn same_request(stored: &request::Request<AccountId, Balance, BlockNumber>, expected: &Request, people: &People) {
    assert_eq!((&stored.requester, stored.version), (&expected.requester, expected.version));
    assert_eq!((stored.escrow, stored.lock, stored.attempt), (expected.escrow, expected.lock, expected.attempt));
    let stand = match stored.state {
        State::Waiting { since, until } => Stand::Waiting { since, until, look: stored.due },
        State::Committing { until } => Stand::Committing { until },
        State::Revealing { until } => Stand::Revealing { until },
        State::Settled { at, reveals_until, final_from } => Stand::Settled { at, reveals_until, final_from },
        State::Disagreed => Stand::Disagreed,
    };
    assert_eq!(stand, expected.stand);
    assert_eq!(stored.committee.len(), expected.committee.len());
    for (stored, expected) in stored.committee.iter().zip(&expected.committee) {
        assert_eq!((&stored.operator, stored.weight), (&expected.operator, expected.weight));
        assert_eq!(people.number_of(&stored.key), expected.key);
        let is_same = match (&stored.progress, &expected.progress) {
            (request::Progress::Drawn, Progress::Drawn) => true,
            (request::Progress::Committed(_), Progress::Committed(_)) => true,
            (request::Progress::Revealed(reveal), Progress::Revealed(claim)) => reveal.units == claim.units,
            _ => false,
        };
        assert!(is_same, "{:?} is not {:?}", stored.progress, expected.progress);
    }
}

/// What is compared after every block, besides.
pub fn after_block(ledger: &mut Ledger) {
    Inference::do_try_state().unwrap();
    Workers::do_try_state().unwrap();
    Models::do_try_state().unwrap();
    assert_eq!(Inference::now(), ledger.now);
    assert_eq!(System::block_number(), ledger.height);
    assert_eq!(SafeMode::is_entered(), ledger.safe_until.is_some());
    let accounts: BTreeSet<_> = frame_system::Account::<Runtime>::iter_keys().collect();
    assert_eq!(accounts, ledger.money.purses.keys().cloned().collect(), "the accounts that exist");
    let all: Balance = ledger.money.purses.values().map(|purse| purse.free + purse.held_in_all()).sum();
    assert_eq!(all, ledger.money.issuance, "all accounts together have what was issued");
    assert_eq!(Requests::<Runtime>::iter_keys().count(), ledger.requests.len(), "the requests that are open");
    assert_eq!(Answers::<Runtime>::iter_keys().count(), ledger.answers.len(), "the answers that are kept");
    for (id, request) in &ledger.requests {
        assert!(ledger.now - request.submitted <= LONGEST_LIFE, "{id:?} outlives its last deadline");
    }
    models(ledger);
    for (id, ending) in std::mem::take(&mut ledger.ended) {
        let receipt = Receipts::<Runtime>::get(id).expect("what has ended leaves a receipt");
        let stored = match receipt.outcome {
            Outcome::Final { fee, .. } => Ending::Final { fee },
            Outcome::Refunded { cause } => Ending::Refunded(cause),
        };
        assert_eq!(stored, ending);
        let kept = ledger.answers.get(&id).map(|kept| Claim::answer(kept.answer));
        let stored = Answers::<Runtime>::get(id).map(|answer| (answer.code, answer.output.into_inner()));
        assert_eq!(stored, kept);
    }
}

fn models(ledger: &Ledger) {
    assert_eq!(pallet_models::NextModelId::<Runtime>::get(), ledger.next_model);
    assert_eq!(pallet_models::Models::<Runtime>::iter_keys().count(), ledger.models.len());
    for (id, expected) in &ledger.models {
        let stored = pallet_models::Models::<Runtime>::get(id).expect("the model exists");
        assert_eq!((&stored.owner, stored.next_version), (&expected.owner, expected.next_number));
        assert_eq!(stored.versions.into_inner(), expected.versions.keys().copied().collect::<Vec<_>>());
        for (number, expected) in &expected.versions {
            let stored = pallet_models::Versions::<Runtime>::get(id, number).expect("the version exists");
            assert_eq!((stored.price, stored.deprecated), (expected.price, expected.deprecated));
        }
    }
}
