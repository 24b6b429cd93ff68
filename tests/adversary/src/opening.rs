//! What a seat commits to and reveals: an answer, right or wrong, and where it belongs.

use sp_core::{Pair, H256};
use votive_engine::Completion;
use votive_primitives::{
    digest,
    ids::{Attempt, RequestId, Units},
    payload::RevealItem,
    request::{Answer, Output},
    worker_key::WorkerPair,
    AnswerCode,
};
use votive_runtime::AccountId;

/// The place of a seat: what a commitment is bound to.
#[derive(Clone, Debug)]
pub struct Place {
    /// The chain.
    pub genesis: H256,
    /// The request.
    pub request: RequestId,
    /// The attempt.
    pub attempt: Attempt,
    /// The seat's operator.
    pub operator: AccountId,
}

impl Place {
    /// The salt that an honest worker with this key uses here.
    pub fn salt(&self, pair: &WorkerPair) -> H256 {
        let message = digest::salt_message(&self.genesis.0);
        let signature: &[u8] = &pair.sign(&message).into_inner();
        let signature = signature.try_into().expect("an ed25519 signature has 64 bytes; qed");
        H256(digest::salt(signature, &self.request.0, self.attempt))
    }

    /// The commitment to a digest here.
    pub fn commitment(&self, digest: &H256, salt: &H256) -> H256 {
        let Self { genesis, request, attempt, operator } = self;
        H256(digest::commitment(&genesis.0, &request.0, *attempt, operator, &digest.0, &salt.0))
    }
}

/// An answer with what is metered and with the hash of its trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Code and output.
    pub answer: Answer,
    /// Units.
    pub units: Units,
    /// H(trace).
    pub trace_hash: H256,
}

impl Opening {
    /// A well-formed answer that no model has given, of `length` bytes.
    pub fn made_up(length: usize) -> Self {
        let output = Output::truncate_from(b"no model says this".iter().copied().cycle().take(length).collect());
        let trace_hash = H256(digest::trace_hash(&digest::trace(b"no layer has this input")));
        Self { answer: Answer { code: AnswerCode::Complete, output }, units: 1, trace_hash }
    }

    /// Hash of the answer.
    pub fn answer_hash(&self) -> H256 {
        H256(digest::answer_hash(self.answer.code, &self.answer.output))
    }

    /// Digest of this as an answer to `request`.
    pub fn digest(&self, request: &RequestId) -> H256 {
        H256(digest::digest(&request.0, &self.answer_hash().0, self.units, &self.trace_hash.0))
    }

    /// The reveal of this at a place.
    pub fn reveal(&self, place: &Place, salt: H256) -> RevealItem {
        RevealItem {
            request: place.request,
            attempt: place.attempt,
            answer_hash: self.answer_hash(),
            units: self.units,
            trace_hash: self.trace_hash,
            salt,
            answer: Some(self.answer.clone()),
        }
    }
}

impl From<Completion> for Opening {
    fn from(completion: Completion) -> Self {
        let trace_hash = H256(completion.trace_hash());
        let Completion { code, output, units, .. } = completion;
        Self { answer: Answer { code, output: Output::truncate_from(output) }, units, trace_hash }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn place(request: u8, operator: u8) -> Place {
        let operator = AccountId::from([operator; 32]);
        Place { genesis: H256([9; 32]), request: H256([request; 32]), attempt: 0, operator }
    }

    #[test]
    fn what_is_made_up_still_hashes() {
        let (opening, place) = (Opening::made_up(40), place(1, 1));
        let item = opening.reveal(&place, H256([5; 32]));
        let answer = item.answer.unwrap();
        assert_eq!(answer.output.len(), 40);
        assert_eq!(digest::answer_hash(answer.code, &answer.output), item.answer_hash.0);
        assert_eq!(
            digest::digest(&place.request.0, &item.answer_hash.0, item.units, &item.trace_hash.0),
            opening.digest(&place.request).0
        );
    }

    #[test]
    fn salts_differ_by_key_and_by_request() {
        let [mallory, trudy] = ["//Mallory", "//Trudy"].map(|uri| WorkerPair::from_string(uri, None).unwrap());
        assert_eq!(place(1, 1).salt(&mallory), place(1, 2).salt(&mallory));
        assert_ne!(place(1, 1).salt(&mallory), place(2, 1).salt(&mallory));
        assert_ne!(place(1, 1).salt(&mallory), place(1, 1).salt(&trudy));
    }
}
