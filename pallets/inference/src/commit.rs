//! Commits: a seat binds itself to a digest that nobody else can read yet.

use crate::{CommitBundleOf, Config, Error, Event, Pallet, RequestOf, Requests};
use frame_support::{pallet_prelude::*, storage::with_transaction};
use sp_runtime::{DispatchError, TransactionOutcome};
use votive_primitives::{
    payload::CommitItem,
    request::{Progress, Seat, State},
    traits::WorkerPool,
    worker_key::WorkerKey,
};

/// A commit that can be taken, with what it changes.
pub(crate) struct FreshCommit<T: Config> {
    pub request: RequestOf<T>,
    pub seat: usize,
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_commit(bundle: CommitBundleOf<T>) -> DispatchResult {
        let mut taken = 0u32;
        for item in &bundle.items {
            if let Some(fresh) = Self::fresh_commit(&bundle.key, item) {
                taken = taken.saturating_add(u32::from(Self::take_commit(item, fresh)));
            }
        }
        ensure!(taken > 0, Error::<T>::NothingFresh);
        Ok(())
    }

    /// The seat that an item commits for, if it can be taken now.
    pub(crate) fn fresh_commit(key: &WorkerKey, item: &CommitItem) -> Option<FreshCommit<T>> {
        let request = Requests::<T>::get(item.request)?;
        let open = matches!(request.state, State::Committing { until } if Self::now() <= until);
        if !open || request.attempt != item.attempt {
            return None;
        }
        let is_due = |seat: &Seat<T::AccountId>| seat.key == *key && seat.progress == Progress::Drawn;
        let seat = request.committee.iter().position(is_due)?;
        Some(FreshCommit { request, seat })
    }

    /// Whether the operator's bond has room for the lock. Tried and rolled back, so that the check and the dispatch
    /// cannot differ.
    pub(crate) fn can_lock(fresh: &FreshCommit<T>) -> bool {
        let Some(seat) = fresh.request.committee.get(fresh.seat) else { return false };
        with_transaction(|| {
            let locked = T::Workers::lock(&seat.operator, fresh.request.lock).is_ok();
            TransactionOutcome::Rollback(Ok::<bool, DispatchError>(locked))
        })
        .unwrap_or(false)
    }

    fn take_commit(item: &CommitItem, fresh: FreshCommit<T>) -> bool {
        let FreshCommit { mut request, seat } = fresh;
        let lock = request.lock;
        let Some(seat) = request.committee.get_mut(seat) else { return false };
        if T::Workers::lock(&seat.operator, lock).is_err() {
            return false;
        }
        seat.progress = Progress::Committed(item.commitment);
        Self::deposit_event(Event::Committed {
            request: item.request,
            attempt: item.attempt,
            operator: seat.operator.clone(),
        });
        if request.committee.iter().all(|seat| seat.progress != Progress::Drawn) {
            Self::open_reveals(item.request, &mut request);
        }
        Requests::<T>::insert(item.request, request);
        true
    }
}
