//! Authorised transactions, put together and signed exactly as the off-chain worker does it.

use codec::Encode;
use frame_system::offchain::CreateAuthorizedTransaction;
use pallet_inference::Call;
use sp_core::{Pair, H256};
use sp_runtime::BoundedVec;
use votive_primitives::{
    payload::{Bundle, CommitItem, RevealItem},
    worker_key::{WorkerKey, WorkerPair, WorkerSignature},
};
use votive_runtime::{BlockNumber, Runtime};

/// What goes into one bundle.
#[derive(Clone, Debug)]
pub enum Items {
    /// Commits.
    Commits(Vec<CommitItem>),
    /// Reveals.
    Reveals(Vec<RevealItem>),
}

/// Who signs a bundle, and how.
pub enum Signer<'a> {
    /// A key pair signs what the chain expects.
    Pair(&'a WorkerPair),
    /// The bundle names a key, and brings a signature that its holder never made.
    Forged(WorkerKey, WorkerSignature),
}

impl Signer<'_> {
    fn key(&self) -> WorkerKey {
        match self {
            Signer::Pair(pair) => pair.public(),
            Signer::Forged(key, _) => key.clone(),
        }
    }

    fn sign(&self, message: &[u8]) -> WorkerSignature {
        match self {
            Signer::Pair(pair) => pair.sign(message),
            Signer::Forged(_, signature) => signature.clone(),
        }
    }
}

/// The bytes of a transaction with these items, signed at block `signed_at`. Items beyond what a bundle takes are left out.
pub fn transaction(signer: &Signer, genesis: &H256, signed_at: BlockNumber, items: Items) -> Vec<u8> {
    let key = signer.key();
    let call: Call<Runtime> = match items {
        Items::Commits(items) => {
            let bundle = Bundle { key, signed_at, items: BoundedVec::truncate_from(items) };
            let signature = signer.sign(&bundle.message(genesis));
            Call::commit { bundle, signature }
        }
        Items::Reveals(items) => {
            let bundle = Bundle { key, signed_at, items: BoundedVec::truncate_from(items) };
            let signature = signer.sign(&bundle.message(genesis));
            Call::reveal { bundle, signature }
        }
    };
    <Runtime as CreateAuthorizedTransaction<Call<Runtime>>>::create_authorized_transaction(call.into()).encode()
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::DecodeAll;
    use votive_runtime::{RuntimeCall, UncheckedExtrinsic};

    #[test]
    fn a_transaction_carries_a_signature_of_the_whole_bundle() {
        let pair = WorkerPair::from_string("//Mallory", None).unwrap();
        let genesis = H256([1; 32]);
        let item = CommitItem { request: H256([2; 32]), attempt: 0, commitment: H256([3; 32]) };
        let bytes = transaction(&Signer::Pair(&pair), &genesis, 9, Items::Commits(vec![item]));

        let decoded = UncheckedExtrinsic::decode_all(&mut &bytes[..]).unwrap();
        let RuntimeCall::Inference(Call::commit { bundle, signature }) = decoded.function else {
            panic!("not a commit");
        };
        assert_eq!((bundle.signed_at, bundle.items.to_vec()), (9, vec![item]));
        assert!(WorkerPair::verify(&signature, bundle.message(&genesis), &pair.public()));
        assert!(!WorkerPair::verify(&signature, bundle.message(&H256::zero()), &pair.public()));
    }
}
