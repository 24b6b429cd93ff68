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
    payload::Bundle,
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

/// What a bundle is about: all of it, and what of it is fresh.
struct Subjects {
    all: Vec<Subject>,
    fresh: Vec<Subject>,
}

impl<T: Config> Pallet<T> {
    pub(crate) fn authorize_commit(
        source: TransactionSource,
        bundle: &CommitBundleOf<T>,
        signature: &WorkerSignature,
    ) -> TransactionValidityWithRefund {
        let subjects: Vec<Subject> = bundle.items.iter().map(|item| (item.request, item.attempt)).collect();
        let now = Self::check_shape(bundle, &subjects)?;
        let early_key = Self::may_be_early(source, &bundle.key);
        let fresh = bundle.items.iter().filter(|item| {
            Self::fresh_commit(&bundle.key, item, now).is_some_and(|fresh| Self::can_lock(&fresh))
                || early_key && Self::is_before_commits(item.request, item.attempt)
        });
        let fresh: Vec<Subject> = fresh.map(|item| (item.request, item.attempt)).collect();
        let call = Call::<T>::commit { bundle: bundle.clone(), signature: signature.clone() };
        Self::check_last("votive/commit", bundle, signature, Subjects { all: subjects, fresh }, call)
    }

    pub(crate) fn authorize_reveal(
        source: TransactionSource,
        bundle: &RevealBundleOf<T>,
        signature: &WorkerSignature,
    ) -> TransactionValidityWithRefund {
        let subjects: Vec<Subject> = bundle.items.iter().map(|item| (item.request, item.attempt)).collect();
        let now = Self::check_shape(bundle, &subjects)?;
        let early_key = Self::may_be_early(source, &bundle.key);
        let fresh = bundle.items.iter().filter(|item| {
            Self::fresh_reveal(&bundle.key, item, now).is_some()
                || early_key && Self::is_before_reveals(&bundle.key, item.request, item.attempt)
        });
        let fresh: Vec<Subject> = fresh.map(|item| (item.request, item.attempt)).collect();
        let call = Call::<T>::reveal { bundle: bundle.clone(), signature: signature.clone() };
        Self::check_last("votive/reveal", bundle, signature, Subjects { all: subjects, fresh }, call)
    }

    /// The tests that need no request: the items' shape and the block of signing. Returns the present block.
    fn check_shape<Items>(
        bundle: &Bundle<Items, BlockNumberFor<T>>,
        subjects: &[Subject],
    ) -> Result<BlockNumberFor<T>, TransactionValidityError> {
        let distinct: BTreeSet<&Subject> = subjects.iter().collect();
        ensure!(!subjects.is_empty() && distinct.len() == subjects.len(), Refusal::Malformed);
        let now = frame_system::Pallet::<T>::block_number();
        let in_range = bundle.signed_at <= now && now.saturating_sub(bundle.signed_at) <= BUNDLE_LIFE_BLOCKS.into();
        ensure!(in_range, Refusal::SignedAtOutOfRange);
        Ok(now)
    }

    /// The tests that remain once the fresh items are known: the call filter, then the signature.
    fn check_last<Items: Encode>(
        prefix: &'static str,
        bundle: &Bundle<Items, BlockNumberFor<T>>,
        signature: &WorkerSignature,
        subjects: Subjects,
        call: Call<T>,
    ) -> TransactionValidityWithRefund {
        // A bundle takes block space for all of its items and pays for none: most of them must be of use.
        let Subjects { all, fresh } = subjects;
        ensure!(fresh.len().saturating_mul(2) > all.len(), InvalidTransaction::Stale);
        let call: <T as frame_system::Config>::RuntimeCall = call.into();
        ensure!(T::BaseCallFilter::contains(&call), InvalidTransaction::Call);
        let message = bundle.message(&Self::genesis());
        ensure!(bundle.key.verify(&message, signature), InvalidTransaction::BadProof);

        let age: u64 = frame_system::Pallet::<T>::block_number().saturating_sub(bundle.signed_at).saturated_into();
        // The newer signature wins: a pool replaces a transaction only by one of higher priority.
        let priority = T::BundlePriority::get().saturating_add(bundle.signed_at.saturated_into());
        let mut validity = ValidTransaction::with_tag_prefix(prefix)
            .priority(priority)
            .longevity(u64::from(BUNDLE_LIFE_BLOCKS).saturating_sub(age).max(1))
            .propagate(true);
        for subject in fresh {
            validity = validity.and_provides((&bundle.key, subject));
        }
        validity.build().map(|valid| (valid, Weight::zero()))
    }

    fn may_be_early(source: TransactionSource, key: &WorkerKey) -> bool {
        source != TransactionSource::InBlock && T::Workers::operator_of(key).is_some()
    }

    /// The request's seats are about to be drawn: the sender may have seen the draw already.
    fn is_before_commits(id: RequestId, attempt: Attempt) -> bool {
        Requests::<T>::get(id)
            .is_some_and(|request| request.attempt == attempt && matches!(request.state, State::Waiting { .. }))
    }

    /// The key has a seat and the reveals are about to open.
    fn is_before_reveals(key: &WorkerKey, id: RequestId, attempt: Attempt) -> bool {
        crate::SeatsByKey::<T>::get(key, id) == Some(attempt)
            && Requests::<T>::get(id).is_some_and(|request| matches!(request.state, State::Committing { .. }))
    }
}
