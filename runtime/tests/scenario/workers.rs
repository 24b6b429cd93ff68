//! The workers: each sends its bundles as its off-chain worker would, in real transactions without a fee.

use crate::chain::send;
use codec::Encode;
use frame_support::assert_ok;
use frame_system::offchain::CreateAuthorizedTransaction;
use sp_core::{Pair, H256};
use sp_runtime::{
    transaction_validity::{InvalidTransaction, TransactionValidityError},
    ApplyExtrinsicResult,
};
use votive_primitives::{
    digest,
    ids::RequestId,
    payload::{Bundle, CommitItem, RevealItem},
    request::Answer,
    worker_key::{possession_message, WorkerKey, WorkerPair},
    AnswerCode,
};
use votive_runtime::*;

/// What a bundle is refused with that brings nothing of use.
pub const STALE: ApplyExtrinsicResult = Err(TransactionValidityError::Invalid(InvalidTransaction::Stale));

/// A worker with the key that it signs with.
#[derive(Clone)]
pub struct Worker {
    pub operator: AccountId,
    pair: WorkerPair,
}

/// The worker of an operator, with the pair of its key.
pub fn worker_with(operator: AccountId, key: &WorkerKey) -> Worker {
    let pairs = ["Alice", "Bob", "Charlie", "Dave"]
        .into_iter()
        .flat_map(|validator| (1..=2).map(move |number| pair(&format!("//{validator}//worker//{number}"))))
        .chain([pair("//rotated")]);
    let pair = pairs.into_iter().find(|pair| pair.public() == *key).expect("the key is one of the preset's");
    Worker { operator, pair }
}

/// The answer that it is this digit: the probabilities of the ten.
pub fn digit(digit: usize) -> Answer {
    let output: Vec<u8> = (0..10).flat_map(|class| f32::from(u8::from(class == digit)).to_le_bytes()).collect();
    Answer { code: AnswerCode::Complete, output: output.try_into().unwrap() }
}

impl Worker {
    pub fn commit(&self, request: RequestId, answer: &Answer) {
        let digest = digest::digest(&request.0, &answer_hash(answer).0, 1, &trace_hash(answer).0);
        let (genesis, attempt) = (System::block_hash(0), attempt(request));
        let salt = self.salt(request);
        let commitment = digest::commitment(&genesis.0, &request.0, attempt, &self.operator, &digest, &salt.0);
        let items = vec![CommitItem { request, attempt, commitment: H256(commitment) }].try_into().unwrap();
        let bundle = Bundle { key: self.pair.public(), signed_at: System::block_number(), items };
        let signature = self.pair.sign(&bundle.message(&genesis));
        assert_eq!(apply(pallet_inference::Call::commit { bundle, signature }), Ok(Ok(())));
    }

    pub fn reveal(&self, request: RequestId, answer: &Answer) {
        assert_eq!(self.try_to_reveal(request, answer), Ok(Ok(())));
    }

    pub fn try_to_reveal(&self, request: RequestId, answer: &Answer) -> ApplyExtrinsicResult {
        let item = RevealItem {
            request,
            attempt: attempt(request),
            answer_hash: answer_hash(answer),
            units: 1,
            trace_hash: trace_hash(answer),
            salt: self.salt(request),
            answer: Some(answer.clone()),
        };
        let items = vec![item].try_into().unwrap();
        let bundle = Bundle { key: self.pair.public(), signed_at: System::block_number(), items };
        let signature = self.pair.sign(&bundle.message(&System::block_hash(0)));
        apply(pallet_inference::Call::reveal { bundle, signature })
    }

    /// The operator gives its worker another key. Returns the worker with that.
    pub fn rotate_key(&self) -> Self {
        let pair = pair("//rotated");
        let proof = pair.sign(&possession_message(&System::block_hash(0), &self.operator));
        assert_ok!(send(&self.operator, pallet_workers::Call::rotate_key { key: pair.public(), proof }));
        Self { operator: self.operator.clone(), pair }
    }

    pub fn bond(&self) -> Balance {
        self.in_state().bond
    }

    pub fn locked(&self) -> Balance {
        self.in_state().locked
    }

    /// Whether seats that are drawn from now on are this key's.
    pub fn has_the_key_of_its_operator(&self) -> bool {
        self.in_state().key == self.pair.public()
    }

    fn in_state(&self) -> pallet_workers::WorkerOf<Runtime> {
        pallet_workers::Workers::<Runtime>::get(&self.operator).expect("the worker is registered")
    }

    /// The salt of its seat, which it can always derive again.
    fn salt(&self, request: RequestId) -> H256 {
        let signature = self.pair.sign(&digest::salt_message(&System::block_hash(0).0));
        H256(digest::salt(&signature.encode().try_into().unwrap(), &request.0, attempt(request)))
    }
}

fn pair(seed: &str) -> WorkerPair {
    WorkerPair::from_string(seed, None).expect("a derivation path is a seed")
}

fn attempt(request: RequestId) -> u8 {
    pallet_inference::Requests::<Runtime>::get(request).expect("the request is open").attempt
}

fn answer_hash(answer: &Answer) -> H256 {
    H256(digest::answer_hash(answer.code, &answer.output))
}

/// Who computes the same answer has the same trace.
fn trace_hash(answer: &Answer) -> H256 {
    H256(digest::trace_hash(&digest::trace(&answer.output)))
}

fn apply(call: pallet_inference::Call<Runtime>) -> ApplyExtrinsicResult {
    let extension = <Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_extension();
    Executive::apply_extrinsic(UncheckedExtrinsic::new_transaction(call.into(), extension))
}
