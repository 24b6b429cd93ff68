//! What the tests' workers send: honest or not.

use crate::{mock::*, *};
use sp_application_crypto::Pair;
use sp_core::H256;
use votive_primitives::{
    digest,
    ids::RequestId,
    payload::{Bundle, CommitItem, RevealItem},
    request::Answer,
    worker_key::WorkerSignature,
    AnswerCode,
};

/// An answer that a seat may give.
#[derive(Clone)]
pub struct Given {
    pub output: Vec<u8>,
    pub units: u32,
    pub trace: [u8; 32],
}

/// What honest workers answer.
pub fn honest() -> Given {
    Given { output: b"seven".to_vec(), units: 2, trace: [4; 32] }
}

/// What a liar answers.
pub fn lie() -> Given {
    Given { output: b"eight".to_vec(), ..honest() }
}

pub fn salt_of(operator: u64) -> [u8; 32] {
    [operator as u8; 32]
}

pub fn answer_hash(given: &Given) -> [u8; 32] {
    digest::answer_hash(AnswerCode::Complete, &given.output)
}

pub fn digest_of(request: RequestId, given: &Given) -> [u8; 32] {
    digest::digest(&request.0, &answer_hash(given), given.units, &digest::trace_hash(&given.trace))
}

pub fn commit_item(operator: u64, request: RequestId, attempt: u8, given: &Given) -> CommitItem {
    let genesis = Inference::genesis();
    let digest = digest_of(request, given);
    let commitment = digest::commitment(&genesis.0, &request.0, attempt, &operator, &digest, &salt_of(operator));
    CommitItem { request, attempt, commitment: H256(commitment) }
}

pub fn reveal_item(operator: u64, request: RequestId, attempt: u8, given: &Given) -> RevealItem {
    RevealItem {
        request,
        attempt,
        answer_hash: H256(answer_hash(given)),
        units: given.units,
        trace_hash: H256(digest::trace_hash(&given.trace)),
        salt: H256(salt_of(operator)),
        answer: Some(Answer { code: AnswerCode::Complete, output: given.output.clone().try_into().unwrap() }),
    }
}

pub fn commit_bundle(operator: u64, items: Vec<CommitItem>) -> (CommitBundleOf<Test>, WorkerSignature) {
    let bundle =
        Bundle { key: key_of(operator), signed_at: System::block_number() - 1, items: items.try_into().unwrap() };
    let signature = pair_of(operator).sign(&bundle.message(&Inference::genesis())).into();
    (bundle, signature)
}

pub fn reveal_bundle(operator: u64, items: Vec<RevealItem>) -> (RevealBundleOf<Test>, WorkerSignature) {
    let bundle =
        Bundle { key: key_of(operator), signed_at: System::block_number() - 1, items: items.try_into().unwrap() };
    let signature = pair_of(operator).sign(&bundle.message(&Inference::genesis())).into();
    (bundle, signature)
}

fn authorized() -> RuntimeOrigin {
    frame_system::RawOrigin::Authorized.into()
}

pub fn commit(operator: u64, request: RequestId, attempt: u8, given: &Given) -> sp_runtime::DispatchResult {
    let (bundle, signature) = commit_bundle(operator, vec![commit_item(operator, request, attempt, given)]);
    Inference::commit(authorized(), bundle, signature)
}

pub fn reveal(operator: u64, request: RequestId, attempt: u8, given: &Given) -> sp_runtime::DispatchResult {
    let (bundle, signature) = reveal_bundle(operator, vec![reveal_item(operator, request, attempt, given)]);
    Inference::reveal(authorized(), bundle, signature)
}

/// The operators of the present committee.
pub fn drawn(request: RequestId) -> Vec<u64> {
    Requests::<Test>::get(request).unwrap().committee.iter().map(|seat| seat.operator).collect()
}

/// Asks, draws, and lets all seats commit honestly: reveals are open.
pub fn ask_and_commit(seats: votive_primitives::request::Seats) -> (RequestId, Vec<u64>) {
    let request = ask(seats);
    next_block();
    let operators = drawn(request);
    for operator in &operators {
        commit(*operator, request, 0, &honest()).unwrap();
    }
    (request, operators)
}

/// Asks and settles honestly with all seats.
pub fn ask_and_settle(seats: votive_primitives::request::Seats) -> (RequestId, Vec<u64>) {
    let (request, operators) = ask_and_commit(seats);
    next_block();
    for operator in &operators {
        reveal(*operator, request, 0, &honest()).unwrap();
    }
    (request, operators)
}
