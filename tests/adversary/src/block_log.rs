//! The commits and reveals that blocks have carried, from whatever workers: all of it is public.

use pallet_inference::Call;
use votive_primitives::{
    ids::RequestId,
    payload::{CommitItem, RevealItem},
    worker_key::WorkerKey,
};
use votive_runtime::{RuntimeCall, UncheckedExtrinsic};

/// What was seen, oldest first.
#[derive(Default)]
pub struct BlockLog {
    commits: Vec<(WorkerKey, CommitItem)>,
    reveals: Vec<(WorkerKey, RevealItem)>,
}

impl BlockLog {
    /// Takes the transactions of the next block.
    pub fn push(&mut self, transactions: Vec<UncheckedExtrinsic>) {
        for transaction in transactions {
            match transaction.function {
                RuntimeCall::Inference(Call::commit { bundle, .. }) => {
                    self.commits.extend(bundle.items.into_iter().map(|item| (bundle.key.clone(), item)));
                }
                RuntimeCall::Inference(Call::reveal { bundle, .. }) => {
                    self.reveals.extend(bundle.items.into_iter().map(|item| (bundle.key.clone(), item)));
                }
                _ => {}
            }
        }
    }

    /// The first commit by a key that `is_wanted` to another request than `but`.
    pub fn earlier_commit(
        &self,
        but: &RequestId,
        is_wanted: impl Fn(&WorkerKey) -> bool,
    ) -> Option<&(WorkerKey, CommitItem)> {
        self.commits.iter().find(|(key, item)| item.request != *but && is_wanted(key))
    }

    /// The reveals to a request by keys that are wanted.
    pub fn reveals<'a>(
        &'a self,
        to: &'a RequestId,
        is_wanted: impl Fn(&WorkerKey) -> bool + 'a,
    ) -> impl Iterator<Item = &'a RevealItem> + 'a {
        self.reveals.iter().filter(move |(key, item)| item.request == *to && is_wanted(key)).map(|(_, item)| item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundles::{transaction, Items, Signer};
    use codec::DecodeAll;
    use sp_core::{Pair, H256};
    use votive_primitives::worker_key::WorkerPair;

    #[test]
    fn a_commit_is_found_again_by_its_key() {
        let [mallory, trudy] = ["//Mallory", "//Trudy"].map(|uri| WorkerPair::from_string(uri, None).unwrap());
        let mut log = BlockLog::default();
        for (pair, request) in [(&trudy, 1), (&mallory, 2), (&mallory, 3)] {
            let item = CommitItem { request: H256([request; 32]), attempt: 0, commitment: H256::zero() };
            let bytes = transaction(&Signer::Pair(pair), &H256::zero(), 1, Items::Commits(vec![item]));
            log.push(vec![UncheckedExtrinsic::decode_all(&mut &bytes[..]).unwrap()]);
        }
        let found = |but, pair: &WorkerPair| {
            let commit = log.earlier_commit(&H256([but; 32]), |key| *key == pair.public());
            commit.map(|(_, item)| item.request)
        };
        assert_eq!(found(9, &mallory), Some(H256([2; 32])));
        assert_eq!(found(2, &mallory), Some(H256([3; 32])));
        assert_eq!(found(1, &trudy), None);
    }
}
