//! Bundles of commits and reveals for one seat of the development chain's worker, good ones to begin with.

use super::case::{account, nobody, operator, operator_pair};
use crate::chain::DIGITS;
use pallet_inference::{Call as AnyCall, Requests};
use sp_core::{Pair, H256};
use sp_keyring::Sr25519Keyring::Dave;
use sp_runtime::Permill;
use votive_primitives::{
    digest,
    model::{Limits, Price},
    payload::{Bundle, CommitBundle, CommitItem, RevealBundle, RevealItem},
    request::{Answer, Progress, Request, Seat, Seats, State},
    worker_key::WorkerPair,
    AnswerCode, Parameters,
};
use votive_runtime::*;

type Call = AnyCall<Runtime>;

/// The request that has an open seat.
pub const REQUEST: H256 = H256([5; 32]);

/// Another one, of somebody else.
pub const FOREIGN: H256 = H256([6; 32]);

const SALT: H256 = H256([8; 32]);
const OUTPUT: [u8; 40] = [3; 40];

/// Writes a request with one seat into state.
fn insert(id: H256, operator: AccountId, pair: &WorkerPair, state: State<BlockNumber>, progress: Progress) {
    let seat = Seat { operator, key: pair.public(), weight: 1, progress };
    let request = Request {
        requester: account(Dave),
        version: DIGITS,
        package_root: H256::zero(),
        input: vec![0; 64].try_into().unwrap(),
        input_hash: H256::zero(),
        parameters: Parameters::default(),
        seats: Seats::One,
        audit: Permill::from_percent(2),
        price: Price { per_call: VOT, per_unit: 0 },
        royalty: Permill::zero(),
        fee_floor: VOT / 100,
        limits: Limits { max_input: 64, max_output: 40, max_units: 1 },
        units_per_block: 1,
        escrow: VOT,
        lock: 100 * VOT,
        submitted_at: 1,
        attempt: 0,
        operators: 1,
        state,
        due: 51,
        committee: vec![seat].try_into().unwrap(),
    };
    Requests::<Runtime>::insert(id, request);
}

/// The worker's seat waits for its commit; another worker's does too.
pub fn open_seat() {
    insert(REQUEST, operator(), &operator_pair(), State::Committing { until: 50 }, Progress::Drawn);
    insert(FOREIGN, nobody(), &super::case::pair("//Other"), State::Committing { until: 50 }, Progress::Drawn);
}

/// The worker's seat has committed and waits for its reveal.
pub fn committed_seat() {
    let item = reveal_of(REQUEST, 0);
    let digest = digest::digest(&REQUEST.0, &item.answer_hash.0, item.units, &item.trace_hash.0);
    let commitment = digest::commitment(&genesis().0, &REQUEST.0, 0, &operator(), &digest, &SALT.0);
    let progress = Progress::Committed(H256(commitment));
    insert(REQUEST, operator(), &operator_pair(), State::Revealing { until: 50 }, progress);
}

pub fn commit_of(request: H256, attempt: u8) -> CommitItem {
    CommitItem { request, attempt, commitment: H256([9; 32]) }
}

/// A reveal of an answer, which it brings.
pub fn reveal_of(request: H256, attempt: u8) -> RevealItem {
    let answer = Answer { code: AnswerCode::Complete, output: OUTPUT.to_vec().try_into().unwrap() };
    RevealItem {
        request,
        attempt,
        answer_hash: H256(digest::answer_hash(answer.code, &answer.output)),
        units: 1,
        trace_hash: H256([4; 32]),
        salt: SALT,
        answer: Some(answer),
    }
}

pub fn commits(items: Vec<CommitItem>) -> CommitBundle<BlockNumber> {
    Bundle { key: operator_pair().public(), signed_at: 100, items: items.try_into().unwrap() }
}

pub fn reveals(items: Vec<RevealItem>) -> RevealBundle<BlockNumber> {
    Bundle { key: operator_pair().public(), signed_at: 100, items: items.try_into().unwrap() }
}

/// A bundle of commits under the worker's signature.
pub fn commit(items: Vec<CommitItem>) -> Call {
    let bundle = commits(items);
    let signature = operator_pair().sign(&bundle.message(&genesis()));
    Call::commit { bundle, signature }
}

/// A bundle of reveals under the worker's signature.
pub fn reveal(items: Vec<RevealItem>) -> Call {
    let bundle = reveals(items);
    let signature = operator_pair().sign(&bundle.message(&genesis()));
    Call::reveal { bundle, signature }
}

/// The hash of the genesis block, which signatures cover.
pub fn genesis() -> H256 {
    System::block_hash(0)
}
