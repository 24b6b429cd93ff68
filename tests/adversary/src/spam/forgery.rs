//! Transactions that no pool may take: each fails another check, and no two of them have the same hash.

use crate::{
    bundles::{transaction, Items, Signer},
    chain::Chain,
    rpc::RpcError,
};
use clap::ValueEnum;
use codec::Encode;
use sp_core::{ed25519, Pair, H256};
use sp_crypto_hashing::blake2_256;
use votive_primitives::{
    ids::{Attempt, RequestId},
    payload::{CommitItem, RevealItem},
    worker_key::{WorkerKey, WorkerPair, WorkerSignature},
};
use votive_runtime::BlockNumber;

/// The first age at which the chain takes a bundle no more.
const TOO_OLD_BLOCKS: BlockNumber = 33;

/// What is wrong with a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// About another worker's open seat, under that worker's key, with a random signature: the dearest to check.
    GarbageSignature,
    /// About requests that never were.
    UnknownRequest,
    /// Signed too long ago; on a chain that is too young for that, in the future.
    Stale,
    /// About an open request, under a key that no worker has.
    NotRegistered,
    /// All of these, in turn.
    Mixed,
}

const PURE_KINDS: [Kind; 4] = [Kind::GarbageSignature, Kind::UnknownRequest, Kind::Stale, Kind::NotRegistered];

impl Kind {
    /// The kind of the transaction at a place in the row.
    fn at(self, index: u64) -> Self {
        match self {
            Kind::Mixed => PURE_KINDS[(index % PURE_KINDS.len() as u64) as usize],
            pure => pure,
        }
    }
}

/// What of the chain goes into the transactions.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// The best block's height.
    pub number: BlockNumber,
    /// Open seats of all workers.
    pub open: Vec<Target>,
}

/// An open seat that a transaction pretends to be of.
#[derive(Clone, Debug)]
pub struct Target {
    key: WorkerKey,
    request: RequestId,
    attempt: Attempt,
}

impl Scene {
    /// The chain as it is now, with the open seats of these worker keys.
    pub fn of(chain: &Chain, keys: &[WorkerKey]) -> Result<Self, RpcError> {
        let best = chain.best()?;
        let mut open = Vec::new();
        for key in keys {
            let seats = chain.open_seats(key, best)?.into_iter();
            open.extend(seats.map(|seat| Target { key: seat.key, request: seat.id, attempt: seat.attempt }));
        }
        Ok(Self { number: best.number, open })
    }

    /// An open seat, another one for each place in the row.
    fn target(&self, index: u64) -> Option<&Target> {
        self.open.get((index % self.open.len().max(1) as u64) as usize)
    }
}

/// Makes the transactions of one run.
pub struct Forger<'a> {
    /// The adversary's own key.
    pub pair: &'a WorkerPair,
    /// The chain's first block.
    pub genesis: H256,
    /// What tells this run from others.
    pub nonce: u128,
    /// Items of each bundle of unknown requests.
    pub items: u32,
}

impl Forger<'_> {
    /// The transaction at a place in the row.
    pub fn transaction(&self, kind: Kind, index: u64, scene: &Scene) -> Vec<u8> {
        let kind = kind.at(index);
        let imagined = Target { key: self.pair.public(), request: self.hash(index, 0), attempt: 0 };
        let Target { key, request, attempt } = scene.target(index).cloned().unwrap_or(imagined);
        let one = |request| vec![CommitItem { request, attempt, commitment: self.hash(index, 1) }];
        match kind {
            Kind::GarbageSignature => {
                let bytes: [u8; 64] = std::array::from_fn(|place| self.hash(index, 2).0[place % 32]);
                let signer = Signer::Forged(key, WorkerSignature::from(ed25519::Signature::from_raw(bytes)));
                // Before the reveals open, the chain reads the signature of any reveal by a key that has a seat.
                let is_reveal = (index / PURE_KINDS.len() as u64).is_multiple_of(2);
                let items = if is_reveal { self.reveal(request, attempt, index) } else { Items::Commits(one(request)) };
                transaction(&signer, &self.genesis, scene.number, items)
            }
            Kind::UnknownRequest => {
                let items = (0..self.items).flat_map(|item| one(self.hash(index, 3 + u64::from(item))));
                transaction(&Signer::Pair(self.pair), &self.genesis, scene.number, Items::Commits(items.collect()))
            }
            Kind::Stale => {
                let signed_at = scene.number.checked_sub(TOO_OLD_BLOCKS).unwrap_or(scene.number + TOO_OLD_BLOCKS);
                transaction(&Signer::Pair(self.pair), &self.genesis, signed_at, Items::Commits(one(request)))
            }
            Kind::NotRegistered | Kind::Mixed => {
                let stranger = WorkerPair::from(ed25519::Pair::from_seed(&self.hash(index, 2).0));
                transaction(&Signer::Pair(&stranger), &self.genesis, scene.number, Items::Commits(one(request)))
            }
        }
    }

    fn reveal(&self, request: RequestId, attempt: Attempt, index: u64) -> Items {
        let part = |what| self.hash(index, what);
        let (answer_hash, trace_hash, salt) = (part(4), part(5), part(6));
        Items::Reveals(vec![RevealItem { request, attempt, answer_hash, units: 1, trace_hash, salt, answer: None }])
    }

    /// A hash that nothing else has.
    fn hash(&self, index: u64, what: u64) -> H256 {
        H256(blake2_256(&(self.nonce, index, what).encode()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::DecodeAll;
    use pallet_inference::Call;
    use std::collections::BTreeSet;
    use votive_runtime::{RuntimeCall, UncheckedExtrinsic};

    fn mallory() -> WorkerPair {
        WorkerPair::from_string("//Mallory", None).unwrap()
    }

    fn scene(number: BlockNumber) -> Scene {
        let honest = WorkerPair::from_string("//Bob", None).unwrap().public();
        Scene { number, open: vec![Target { key: honest, request: H256([8; 32]), attempt: 0 }] }
    }

    fn forger(pair: &WorkerPair) -> Forger<'_> {
        Forger { pair, genesis: H256([1; 32]), nonce: 7, items: 64 }
    }

    /// Block of signing, number of items, and whether the signature is the key's.
    fn commit(bytes: &[u8]) -> (BlockNumber, usize, bool, WorkerKey) {
        let decoded = UncheckedExtrinsic::decode_all(&mut &bytes[..]).unwrap();
        let RuntimeCall::Inference(Call::commit { bundle, signature }) = decoded.function else {
            panic!("not a commit");
        };
        let is_signed = WorkerPair::verify(&signature, bundle.message(&H256([1; 32])), &bundle.key);
        (bundle.signed_at, bundle.items.len(), is_signed, bundle.key)
    }

    #[test]
    fn no_two_transactions_are_equal() {
        let pair = mallory();
        let all: BTreeSet<_> =
            (0..1_000).map(|index| forger(&pair).transaction(Kind::Mixed, index, &scene(50))).collect();
        assert_eq!(all.len(), 1_000);
    }

    #[test]
    fn a_garbage_signature_stands_under_the_key_of_the_seat() {
        let (pair, scene) = (mallory(), scene(50));
        let (_, items, is_signed, key) = commit(&forger(&pair).transaction(Kind::GarbageSignature, 4, &scene));
        assert_eq!((items, is_signed, key), (1, false, scene.open[0].key.clone()));
    }

    #[test]
    fn unknown_requests_fill_a_bundle_and_are_signed() {
        let pair = mallory();
        let (signed_at, items, is_signed, key) =
            commit(&forger(&pair).transaction(Kind::UnknownRequest, 0, &Scene::default()));
        assert_eq!((signed_at, items, is_signed, key), (0, 64, true, pair.public()));
    }

    #[test]
    fn stale_bundles_were_signed_out_of_range() {
        let pair = mallory();
        let signed_at = |number| commit(&forger(&pair).transaction(Kind::Stale, 0, &scene(number))).0;
        assert_eq!([signed_at(50), signed_at(10)], [17, 43]);
    }

    #[test]
    fn a_stranger_signs_with_a_new_key_each_time() {
        let pair = mallory();
        let key = |index| commit(&forger(&pair).transaction(Kind::NotRegistered, index, &scene(50)));
        let ((_, _, first, a), (_, _, second, b)) = (key(0), key(1));
        assert!(first && second && a != b && a != pair.public());
    }
}
