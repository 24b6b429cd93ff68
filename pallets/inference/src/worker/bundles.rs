//! How what is due becomes transactions: grouped, signed, and handed to the pool.

use super::{
    sent::{Sent, SentItems},
    LOG_TARGET,
};
use crate::{Call, Config, Pallet};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{traits::Get, BoundedVec};
use frame_system::{offchain::SubmitTransaction, pallet_prelude::BlockNumberFor};
use sp_application_crypto::RuntimeAppPublic;
use sp_runtime::SaturatedConversion;
use votive_primitives::{
    payload::{Bundle, CommitItem, RevealItem},
    worker_key::{WorkerKey, WorkerSignature},
};

/// What the seats of one key owe.
#[derive(Default)]
pub(super) struct Due {
    pub commits: Vec<(Sent, CommitItem)>,
    pub reveals: Vec<(Sent, RevealItem)>,
}

impl<T: Config> Pallet<T> {
    pub(super) fn submit_bundles(key: &WorkerKey, due: Due, height: BlockNumberFor<T>, sent: &mut SentItems) {
        let Due { commits, reveals } = due;
        Self::submit_all(key, commits, height, sent, |bundle, signature| Call::commit { bundle, signature });
        Self::submit_all(key, reveals, height, sent, |bundle, signature| Call::reveal { bundle, signature });
    }

    /// Hands items to the pool. Its `Ok` proves nothing: what is not seen in state is signed anew and sent again.
    fn submit_all<Item: Clone + Encode, Most: Get<u32>>(
        key: &WorkerKey,
        items: Vec<(Sent, Item)>,
        height: BlockNumberFor<T>,
        sent: &mut SentItems,
        call: impl Fn(Bundle<BoundedVec<Item, Most>, BlockNumberFor<T>>, WorkerSignature) -> Call<T>,
    ) {
        for group in groups(items, Most::get(), sent) {
            let (entries, items): (Vec<Sent>, Vec<Item>) = group.into_iter().unzip();
            let bundle = Bundle { key: key.clone(), signed_at: height, items: BoundedVec::truncate_from(items) };
            let Some(signature) = key.sign(&bundle.message(&Self::genesis())) else { return };
            let transaction = T::create_authorized_transaction(call(bundle, signature).into());
            match SubmitTransaction::<T, Call<T>>::submit_transaction(transaction) {
                Ok(()) => sent.remember(entries, height.saturated_into()),
                Err(()) => {
                    log::debug!(target: LOG_TARGET, "the pool refused a bundle; it is signed anew in the next run")
                }
            }
        }
    }
}

/// Groups items into bundles: the new ones together, each that is sent again on its own, so that it replaces exactly one.
fn groups<Item: Clone>(items: Vec<(Sent, Item)>, most: u32, sent: &SentItems) -> Vec<Vec<(Sent, Item)>> {
    let (again, new): (Vec<_>, Vec<_>) = items.into_iter().partition(|(entry, _)| sent.was_sent(entry));
    new.chunks(most as usize).chain(again.chunks(1)).map(<[_]>::to_vec).collect()
}
