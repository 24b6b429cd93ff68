//! Commits: a seat binds itself to a digest that nobody else can read yet.

use crate::{CommitBundleOf, CommitteeOf, Committees, Config, Error, Event, Pallet, RequestOf, Requests};
use frame_support::{pallet_prelude::*, storage::with_transaction};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{DispatchError, TransactionOutcome};
use votive_primitives::{
    payload::CommitItem,
    request::{Progress, State},
    traits::WorkerPool,
    worker_key::WorkerKey,
};

/// A commit that can be taken, with what it changes.
pub(crate) struct FreshCommit<T: Config> {
    pub request: RequestOf<T>,
    pub committee: CommitteeOf<T>,
    pub seat: usize,
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_commit(bundle: CommitBundleOf<T>) -> DispatchResult {
        let now = frame_system::Pallet::<T>::block_number();
        let mut taken = 0u32;
        for item in &bundle.items {
            if let Some(fresh) = Self::fresh_commit(&bundle.key, item, now) {
                taken = taken.saturating_add(u32::from(Self::take_commit(item, fresh)));
            }
        }
        ensure!(taken > 0, Error::<T>::NothingFresh);
        Ok(())
    }

    /// The seat that an item commits for, if it can be taken now.
    pub(crate) fn fresh_commit(key: &WorkerKey, item: &CommitItem, now: BlockNumberFor<T>) -> Option<FreshCommit<T>> {
        let request = Requests::<T>::get(item.request)?;
        let open = matches!(request.state, State::Committing { until } if now <= until);
        if !open || request.attempt != item.attempt {
            return None;
        }
        let committee = Committees::<T>::get(item.request, item.attempt);
        let seat = committee.iter().position(|seat| seat.key == *key && seat.progress == Progress::Drawn)?;
        Some(FreshCommit { request, committee, seat })
    }

    /// Whether the operator's bond has room for the lock. Tried and rolled back, so that the check and the dispatch
    /// cannot differ.
    pub(crate) fn can_lock(fresh: &FreshCommit<T>) -> bool {
        let Some(seat) = fresh.committee.get(fresh.seat) else { return false };
        with_transaction(|| {
            let locked = T::Workers::lock(&seat.operator, fresh.request.lock).is_ok();
            TransactionOutcome::Rollback(Ok::<bool, DispatchError>(locked))
        })
        .unwrap_or(false)
    }

    fn take_commit(item: &CommitItem, fresh: FreshCommit<T>) -> bool {
        let FreshCommit { request, mut committee, seat } = fresh;
        let Some(seat) = committee.get_mut(seat) else { return false };
        if T::Workers::lock(&seat.operator, request.lock).is_err() {
            return false;
        }
        seat.progress = Progress::Committed(item.commitment);
        Self::deposit_event(Event::Committed {
            request: item.request,
            attempt: item.attempt,
            operator: seat.operator.clone(),
        });
        let all_in = committee.iter().all(|seat| seat.progress != Progress::Drawn);
        Committees::<T>::insert(item.request, item.attempt, committee);
        if all_in {
            Self::open_reveals(item.request, request);
        }
        true
    }
}
