//! Which bundles of commits and reveals are let into the pool and into blocks.
//!
//! They pay no fee, so the check rejects whatever the dispatch would reject, the cheap tests first and the signature
//! last. Outside a block it takes items one step early, from registered workers only: a pool that lags by a block would
//! otherwise ban an honest bundle's hash for half an hour.

use crate::{Call, CommitBundleOf, Config, Pallet, Requests, RevealBundleOf};
use alloc::{collections::BTreeSet, vec::Vec};
use codec::Encode;
use frame_support::{
    ensure,
    pallet_prelude::*,
    traits::{Contains, Get},
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_application_crypto::RuntimeAppPublic;
use sp_runtime::{traits::Saturating, SaturatedConversion};
use votive_primitives::{
    ids::{Attempt, RequestId},
    payload::{Bundle, CommitItem, RevealItem},
    request::State,
    traits::WorkerPool,
    worker_key::{WorkerKey, WorkerSignature},
};

/// How many blocks after its signing a bundle is good for.
pub(crate) const BUNDLE_LIFE_BLOCKS: u32 = 32;

/// Codes of `InvalidTransaction::Custom` that a bundle is refused with.
#[repr(u8)]
pub(crate) enum Refusal {
    /// The bundle holds no items, or one of them twice.
    Malformed = 1,
    /// It was signed too long ago, or at a block that does not exist yet. Sign it again.
    SignedAtOutOfRange = 2,
}

impl From<Refusal> for TransactionValidityError {
    fn from(refusal: Refusal) -> Self {
        InvalidTransaction::Custom(refusal as u8).into()
    }
}

/// What one item is about: a tag is provided for each fresh one.
type Subject = (RequestId, Attempt);

/// What the check needs to know of the two kinds of bundles.
pub(crate) trait Step<T: Config>: Encode {
    /// Sets the tags of commits apart from those of reveals.
    const TAG_PREFIX: &'static str;

    fn subject(&self) -> Subject;

    /// Whether a block would take the item now.
    fn is_fresh(&self, key: &WorkerKey) -> bool;

    /// Whether the item's turn comes next: the sender may have seen a block that this state does not know yet.
    fn comes_next(&self, key: &WorkerKey) -> bool;
}

impl<T: Config> Step<T> for CommitItem {
    const TAG_PREFIX: &'static str = "votive/commit";

    fn subject(&self) -> Subject {
        (self.request, self.attempt)
    }

    fn is_fresh(&self, key: &WorkerKey) -> bool {
        Pallet::<T>::fresh_commit(key, self).is_some_and(|fresh| Pallet::<T>::can_lock(&fresh))
    }

    /// The request's seats are about to be drawn.
    fn comes_next(&self, _: &WorkerKey) -> bool {
        Requests::<T>::get(self.request)
            .is_some_and(|request| request.attempt == self.attempt && matches!(request.state, State::Waiting { .. }))
    }
}

impl<T: Config> Step<T> for RevealItem {
    const TAG_PREFIX: &'static str = "votive/reveal";

    fn subject(&self) -> Subject {
        (self.request, self.attempt)
    }

    fn is_fresh(&self, key: &WorkerKey) -> bool {
        Pallet::<T>::fresh_reveal(key, self).is_some()
    }

    /// The key has a seat, and the reveals are about to open.
    fn comes_next(&self, key: &WorkerKey) -> bool {
        Requests::<T>::get(self.request).is_some_and(|request| {
            let is_committing = matches!(request.state, State::Committing { .. });
            let has_seat = request.committee.iter().any(|seat| seat.key == *key);
            request.attempt == self.attempt && is_committing && has_seat
        })
    }
}

impl<T: Config> Pallet<T> {
    pub(crate) fn authorize_commit(
        source: TransactionSource,
        bundle: &CommitBundleOf<T>,
        signature: &WorkerSignature,
    ) -> TransactionValidityWithRefund {
        Self::authorize(source, bundle, signature, |bundle, signature| Call::commit { bundle, signature })
    }

    pub(crate) fn authorize_reveal(
        source: TransactionSource,
        bundle: &RevealBundleOf<T>,
        signature: &WorkerSignature,
    ) -> TransactionValidityWithRefund {
        Self::authorize(source, bundle, signature, |bundle, signature| Call::reveal { bundle, signature })
    }

    fn authorize<Item: Step<T>, Most: Get<u32>>(
        source: TransactionSource,
        bundle: &Bundle<BoundedVec<Item, Most>, BlockNumberFor<T>>,
        signature: &WorkerSignature,
        call: impl FnOnce(Bundle<BoundedVec<Item, Most>, BlockNumberFor<T>>, WorkerSignature) -> Call<T>,
    ) -> TransactionValidityWithRefund {
        let Bundle { key, signed_at, items } = bundle;
        let distinct: BTreeSet<Subject> = items.iter().map(Step::subject).collect();
        ensure!(!items.is_empty() && distinct.len() == items.len(), Refusal::Malformed);

        let now = frame_system::Pallet::<T>::block_number();
        let age = now.saturating_sub(*signed_at);
        ensure!(*signed_at <= now && age <= BUNDLE_LIFE_BLOCKS.into(), Refusal::SignedAtOutOfRange);

        // An empty bundle stands for all: the filter knows calls, not their items.
        let empty = Bundle { key: key.clone(), signed_at: *signed_at, items: BoundedVec::new() };
        let call: <T as frame_system::Config>::RuntimeCall = call(empty, signature.clone()).into();
        ensure!(T::BaseCallFilter::contains(&call), InvalidTransaction::Call);

        let may_be_early = source != TransactionSource::InBlock && T::Workers::operator_of(key).is_some();
        let fresh = items.iter().filter(|item| item.is_fresh(key) || may_be_early && item.comes_next(key));
        let fresh: Vec<Subject> = fresh.map(Step::subject).collect();
        // A bundle takes block space for all of its items and pays for none: most of them must be of use.
        ensure!(fresh.len().saturating_mul(2) > items.len(), InvalidTransaction::Stale);

        ensure!(key.verify(&bundle.message(&Self::genesis()), signature), InvalidTransaction::BadProof);

        // The newer signature wins: a pool replaces a transaction only by one of higher priority.
        let priority = T::BundlePriority::get().saturating_add((*signed_at).saturated_into());
        let life_left = u64::from(BUNDLE_LIFE_BLOCKS).saturating_sub(age.saturated_into());
        let mut validity = ValidTransaction::with_tag_prefix(Item::TAG_PREFIX)
            .priority(priority)
            .longevity(life_left.max(1))
            .propagate(true);
        for subject in fresh {
            validity = validity.and_provides((key, subject));
        }
        validity.build().map(|valid| (valid, Weight::zero()))
    }
}
