//! The off-chain worker: what this machine owes for the seats of its worker keys.
//!
//! Driven by state alone. It lists the open seats of the local keys, and for each commits, reveals or leaves a work
//! order in the mailbox. It returns in milliseconds; the inference runs in the node's service. Whatever it remembers
//! lies in the node's offchain storage and may be lost at any time: the seats in state build it anew.

mod sent;

use crate::{Call, Committees, Config, Inputs, Pallet, RequestOf, Requests, SeatsByKey};
use alloc::vec::Vec;
use codec::Encode;
use frame_system::{offchain::SubmitTransaction, pallet_prelude::BlockNumberFor};
use sent::{Sent, SentItems, Step};
use sp_application_crypto::RuntimeAppPublic;
use sp_core::H256;
use sp_runtime::{
    offchain::{
        storage::StorageValueRef,
        storage_lock::{StorageLock, Time},
        Duration,
    },
    BoundedVec, SaturatedConversion,
};
use votive_primitives::{
    digest,
    ids::{Attempt, RequestId},
    mailbox::{answer_key, order_key, Computed, MailboxAnswer, WorkOrder, INDEX_KEY, MAX_OPEN_ORDERS},
    payload::{Bundle, CommitItem, RevealItem, MAX_COMMITS, MAX_REVEALS},
    request::{Progress, Seat, State},
    worker_key::WorkerKey,
};

const LOG_TARGET: &str = "votive::worker";

/// Runs of the worker never overlap. A lock that a killed process left behind ends by itself after this long.
const LOCK_KEY: &[u8] = b"votive/worker/lock";
const LOCK_LIFE_MS: u64 = 4_000;

/// The most seats of one key that a run looks at; the others' turn comes when these are done.
const MAX_SEATS_PER_RUN: usize = 512;

/// An open seat of a local key.
struct LocalSeat<T: Config> {
    id: RequestId,
    attempt: Attempt,
    request: RequestOf<T>,
    seat: Seat<T::AccountId>,
}

impl<T: Config> Pallet<T> {
    /// One run of the worker, on the state of block `now`.
    pub(crate) fn run_worker(now: BlockNumberFor<T>) {
        let keys = WorkerKey::all();
        if keys.is_empty() {
            return;
        }
        let mut lock = StorageLock::<Time>::with_deadline(LOCK_KEY, Duration::from_millis(LOCK_LIFE_MS));
        // A clock that was set back must not make a dead run's lock last: a live one's deadline is never that far off.
        if let Err(deadline) = lock.try_lock().map(drop) {
            if sp_io::offchain::timestamp().diff(&deadline).millis() > LOCK_LIFE_MS {
                StorageValueRef::persistent(LOCK_KEY).clear();
            }
        }
        let _guard = lock.lock();
        let mut sent = SentItems::load();
        let mut open = Vec::new();
        for key in keys {
            let seats = Self::local_seats(&key);
            open.extend(seats.iter().map(|seat| seat.id));
            Self::serve_seats(&key, &seats, now, &mut sent);
        }
        for closed in sent.forget_all_but(&open) {
            Self::clear_mailbox(&closed);
        }
        sent.store();
    }

    fn local_seats(key: &WorkerKey) -> Vec<LocalSeat<T>> {
        SeatsByKey::<T>::iter_prefix(key)
            .take(MAX_SEATS_PER_RUN)
            .filter_map(|(id, attempt)| {
                let request = Requests::<T>::get(id)?;
                let seat = Committees::<T>::get(id, attempt).into_iter().find(|seat| seat.key == *key)?;
                Some(LocalSeat { id, attempt, request, seat })
            })
            .collect()
    }

    /// Commits, reveals or orders for each seat of a key that is due for it.
    fn serve_seats(key: &WorkerKey, seats: &[LocalSeat<T>], now: BlockNumberFor<T>, sent: &mut SentItems) {
        let height: u32 = now.saturated_into();
        let (mut commits, mut reveals) = (Vec::new(), Vec::new());
        for local in seats {
            let Some((step, until)) = due_step(local, now) else { continue };
            let entry = Sent { request: local.id, attempt: local.attempt, step, key: key.clone() };
            match read_answer(&local.id) {
                Some(Ok(computed)) if sent.may_send(&entry, height) => match step {
                    Step::Commit => commits.extend(Self::commit_item(key, local, &computed).map(|item| (entry, item))),
                    Step::Reveal => reveals.extend(Self::reveal_item(key, local, computed).map(|item| (entry, item))),
                },
                Some(Ok(_)) => {}
                Some(Err(failure)) if sent.may_order_again(&local.id, height) => {
                    log::debug!(target: LOG_TARGET, "request {:?}: {failure:?}; ordering again", local.id);
                    StorageValueRef::persistent(&answer_key(&local.id)).clear();
                    Self::leave_order(local, until, height, sent);
                }
                Some(Err(_)) => {}
                None => Self::leave_order(local, until, height, sent),
            }
        }
        Self::submit_commits(key, commits, now, sent);
        Self::submit_reveals(key, reveals, now, sent);
    }

    fn submit_commits(key: &WorkerKey, items: Vec<(Sent, CommitItem)>, now: BlockNumberFor<T>, sent: &mut SentItems) {
        for chunk in bundles(&items, MAX_COMMITS, sent) {
            let items = BoundedVec::truncate_from(chunk.iter().map(|(_, item)| *item).collect());
            let bundle = Bundle { key: key.clone(), signed_at: now, items };
            let Some(signature) = key.sign(&bundle.message(&Self::genesis())) else { return };
            Self::submit(Call::commit { bundle, signature }, chunk.iter().map(|(entry, _)| entry), now, sent);
        }
    }

    fn submit_reveals(key: &WorkerKey, items: Vec<(Sent, RevealItem)>, now: BlockNumberFor<T>, sent: &mut SentItems) {
        for chunk in bundles(&items, MAX_REVEALS, sent) {
            let items = BoundedVec::truncate_from(chunk.iter().map(|(_, item)| item.clone()).collect());
            let bundle = Bundle { key: key.clone(), signed_at: now, items };
            let Some(signature) = key.sign(&bundle.message(&Self::genesis())) else { return };
            Self::submit(Call::reveal { bundle, signature }, chunk.iter().map(|(entry, _)| entry), now, sent);
        }
    }

    /// Hands a bundle to the pool. Its `Ok` proves nothing: what is not seen in state is signed anew and sent again.
    fn submit<'a>(
        call: Call<T>,
        entries: impl Iterator<Item = &'a Sent>,
        now: BlockNumberFor<T>,
        sent: &mut SentItems,
    ) {
        let transaction = T::create_authorized_transaction(call.into());
        match SubmitTransaction::<T, Call<T>>::submit_transaction(transaction) {
            Ok(()) => entries.for_each(|entry| sent.remember(entry, now.saturated_into())),
            Err(()) => log::debug!(target: LOG_TARGET, "the pool refused a bundle; it is signed anew in the next run"),
        }
    }

    fn commit_item(key: &WorkerKey, local: &LocalSeat<T>, computed: &Computed) -> Option<CommitItem> {
        let salt = Self::salt(key, local)?;
        let digest = digest_of(&local.id, computed);
        let commitment =
            digest::commitment(&Self::genesis().0, &local.id.0, local.attempt, &local.seat.operator, &digest, &salt.0);
        Some(CommitItem { request: local.id, attempt: local.attempt, commitment: H256(commitment) })
    }

    fn reveal_item(key: &WorkerKey, local: &LocalSeat<T>, computed: Computed) -> Option<RevealItem> {
        let salt = Self::salt(key, local)?;
        Some(RevealItem {
            request: local.id,
            attempt: local.attempt,
            answer_hash: H256(digest::answer_hash(computed.answer.code, &computed.answer.output)),
            units: computed.units,
            trace_hash: H256(digest::trace_hash(&computed.trace.0)),
            salt,
            answer: Some(computed.answer),
        })
    }

    /// The salt of a seat: from a signature that is never published, so a restarted worker derives it again.
    fn salt(key: &WorkerKey, local: &LocalSeat<T>) -> Option<H256> {
        let message = digest::salt_message(&Self::genesis().0, &local.id.0, local.attempt);
        let signature = key.sign(&message)?;
        let bytes: [u8; 64] = signature.encode().try_into().ok()?;
        Some(H256(digest::salt(&bytes)))
    }

    /// Leaves a work order in the mailbox, unless it lies there already.
    fn leave_order(local: &LocalSeat<T>, until: BlockNumberFor<T>, height: u32, sent: &mut SentItems) {
        let index = StorageValueRef::persistent(INDEX_KEY);
        if index.get::<Vec<RequestId>>().ok().flatten().is_some_and(|open| open.contains(&local.id)) {
            return;
        }
        let Some(input) = Inputs::<T>::get(local.id) else { return };
        let order = WorkOrder {
            request: local.id,
            attempt: local.attempt,
            package_root: local.request.package_root,
            input,
            parameters: local.request.parameters,
            deadline: until.saturated_into(),
        };
        // Storage has no transactions: the order must lie there before the index names it.
        let order_key = order_key(&local.id);
        StorageValueRef::persistent(&order_key).set(&order);
        let added = index.mutate(|open| {
            let mut open: Vec<RequestId> = open.ok().flatten().unwrap_or_default();
            if open.len() >= MAX_OPEN_ORDERS {
                return Err(());
            }
            open.push(local.id);
            Ok(open)
        });
        match added {
            Ok(_) => sent.remember_order(&local.id, height),
            Err(_) => StorageValueRef::persistent(&order_key).clear(),
        }
    }

    /// Removes what the mailbox still has of a request whose seats are closed.
    fn clear_mailbox(id: &RequestId) {
        StorageValueRef::persistent(&order_key(id)).clear();
        StorageValueRef::persistent(&answer_key(id)).clear();
        let _ = StorageValueRef::persistent(INDEX_KEY).mutate(|index| {
            let mut index: Vec<RequestId> = index.ok().flatten().ok_or(())?;
            let position = index.iter().position(|open| open == id).ok_or(())?;
            index.remove(position);
            Ok::<_, ()>(index)
        });
    }
}

/// Groups items into bundles: the new ones together, each that is sent again on its own.
fn bundles<Item: Clone>(items: &[(Sent, Item)], most: u32, sent: &SentItems) -> Vec<Vec<(Sent, Item)>> {
    let (again, new): (Vec<_>, Vec<_>) = items.iter().cloned().partition(|(entry, _)| sent.was_sent(entry));
    new.chunks(most as usize).chain(again.chunks(1)).map(<[_]>::to_vec).collect()
}

/// What a seat owes next, and until which block it counts. `None` when nothing is due or it would come too late.
fn due_step<T: Config>(local: &LocalSeat<T>, now: BlockNumberFor<T>) -> Option<(Step, BlockNumberFor<T>)> {
    let (step, until) = match (&local.request.state, &local.seat.progress) {
        (State::Committing { until }, Progress::Drawn) => (Step::Commit, *until),
        (State::Revealing { until }, Progress::Committed(_)) => (Step::Reveal, *until),
        (State::Settled { reveals_until, .. }, Progress::Committed(_)) => (Step::Reveal, *reveals_until),
        _ => return None,
    };
    (now < until).then_some((step, until))
}

fn read_answer(id: &RequestId) -> Option<MailboxAnswer> {
    StorageValueRef::persistent(&answer_key(id)).get::<MailboxAnswer>().ok().flatten()
}

fn digest_of(id: &RequestId, computed: &Computed) -> [u8; 32] {
    let answer_hash = digest::answer_hash(computed.answer.code, &computed.answer.output);
    digest::digest(&id.0, &answer_hash, computed.units, &digest::trace_hash(&computed.trace.0))
}
