//! The off-chain worker: what this machine owes for the seats of its worker keys.
//!
//! Driven by state alone. It lists the open seats of the local keys, and for each commits, reveals or leaves a work
//! order in the mailbox. It returns in milliseconds; the inference runs in the node's service. Whatever it remembers
//! lies in the node's offchain storage and may be lost at any time: the seats in state build it anew.

mod bundles;
mod mailbox;
mod salts;
mod sent;

use crate::{Config, OpenSeats, Pallet, RequestOf, Requests};
use alloc::vec::Vec;
use bundles::Due;
use frame_system::pallet_prelude::BlockNumberFor;
use mailbox::Orders;
use salts::Salts;
use sent::{Sent, SentItems, Step};
use sp_application_crypto::RuntimeAppPublic;
use sp_core::{offchain::Timestamp, H256};
use sp_runtime::{
    offchain::{
        storage::StorageValueRef,
        storage_lock::{StorageLock, StorageLockGuard, Time},
        Duration,
    },
    traits::Saturating,
    SaturatedConversion,
};
use votive_primitives::{
    digest,
    ids::RequestId,
    mailbox::{Computed, WorkOrder},
    payload::{CommitItem, RevealItem},
    request::{Progress, Seat, State},
    worker_key::WorkerKey,
};

pub(crate) const LOG_TARGET: &str = "votive::worker";

/// Runs of the worker never overlap. A lock that a killed process left behind ends by itself after this long.
const LOCK_KEY: &[u8] = b"votive/worker/lock";
const LOCK_LIFE_MS: u64 = 4_000;

/// An open seat of a local key.
struct LocalSeat<T: Config> {
    id: RequestId,
    request: RequestOf<T>,
    seat: Seat<T::AccountId>,
}

impl<T: Config> Pallet<T> {
    /// One run of the worker, on the state of the block of this height.
    pub(crate) fn run_worker(height: BlockNumberFor<T>) {
        let keys = WorkerKey::all();
        if keys.is_empty() {
            return;
        }
        let mut lock = StorageLock::<Time>::with_deadline(LOCK_KEY, Duration::from_millis(LOCK_LIFE_MS));
        let _guard = wait_for(&mut lock);
        let mut sent = SentItems::load();
        let mut orders = Orders::load();
        let mut open = Vec::new();
        for key in keys {
            let seats = Self::local_seats(&key);
            open.extend(seats.iter().map(|seat| seat.id));
            let due = Self::due_of(&key, &seats, height, &mut sent, &mut orders);
            Self::submit_bundles(&key, due, height, &mut sent);
        }
        sent.forget_orders(&orders.leave());
        mailbox::clear(&sent.forget_all_but(&open));
        sent.store();
    }

    fn local_seats(key: &WorkerKey) -> Vec<LocalSeat<T>> {
        let seat_of = |id: RequestId| {
            let request = Requests::<T>::get(id)?;
            let seat = request.committee.iter().find(|seat| seat.key == *key)?.clone();
            Some(LocalSeat { id, request, seat })
        };
        OpenSeats::<T>::get(key).into_iter().filter_map(seat_of).collect()
    }

    /// What the seats of a key owe now. Where the answer is not there yet, an order for it is left.
    fn due_of(
        key: &WorkerKey,
        seats: &[LocalSeat<T>],
        height: BlockNumberFor<T>,
        sent: &mut SentItems,
        orders: &mut Orders,
    ) -> Due {
        let height: u32 = height.saturated_into();
        let mut due = Due::default();
        let mut salts = Salts::new(key, Self::genesis());
        for local in seats {
            let Some((step, until)) = due_step(local, Self::now()) else { continue };
            let entry = Sent { request: local.id, attempt: local.request.attempt, step, key: key.clone() };
            match mailbox::read_answer(&local.id) {
                Some(Ok(computed)) if sent.may_send(&entry, height) => match step {
                    Step::Commit => {
                        due.commits.extend(Self::commit_item(&mut salts, local, &computed).map(|item| (entry, item)))
                    }
                    Step::Reveal => {
                        due.reveals.extend(Self::reveal_item(&mut salts, local, computed).map(|item| (entry, item)))
                    }
                },
                Some(Ok(_)) => {}
                Some(Err(failure)) if sent.may_order_again(&local.id, failure, height) => {
                    log::debug!(target: LOG_TARGET, "request {:?}: {failure:?}; ordering again", local.id);
                    mailbox::forget_answer(&local.id);
                    Self::order(local, until, height, sent, orders);
                }
                Some(Err(_)) => {}
                None => Self::order(local, until, height, sent, orders),
            }
        }
        due
    }

    fn order(local: &LocalSeat<T>, until: BlockNumberFor<T>, height: u32, sent: &mut SentItems, orders: &mut Orders) {
        if orders.add(&local.id, || Self::work_order(local, until, height)) {
            sent.remember_order(&local.id, height);
        }
    }

    /// The commitment to an answer, if its reveal would be taken. What could not be revealed must not be committed to: a seat that
    /// is silent loses its pay, one that withholds a part of its bond.
    fn commit_item(salts: &mut Salts, local: &LocalSeat<T>, computed: &Computed) -> Option<CommitItem> {
        if !Self::takes(&local.request, computed.units, &computed.answer.output) {
            log::warn!(
                target: LOG_TARGET,
                "request {:?}: the package answers {} bytes and {} units, more than its version or the request allows, so \
                 nothing is committed; unserve version {:?}",
                local.id,
                computed.answer.output.len(),
                computed.units,
                local.request.version,
            );
            return None;
        }
        let attempt = local.request.attempt;
        let salt = salts.of(&local.id, attempt)?;
        let digest = digest_of(&local.id, computed);
        let commitment =
            digest::commitment(&Self::genesis().0, &local.id.0, attempt, &local.seat.operator, &digest, &salt.0);
        Some(CommitItem { request: local.id, attempt, commitment: H256(commitment) })
    }

    fn reveal_item(salts: &mut Salts, local: &LocalSeat<T>, computed: Computed) -> Option<RevealItem> {
        let attempt = local.request.attempt;
        let salt = salts.of(&local.id, attempt)?;
        Some(RevealItem {
            request: local.id,
            attempt,
            answer_hash: H256(digest::answer_hash(computed.answer.code, &computed.answer.output)),
            units: computed.units,
            trace_hash: H256(digest::trace_hash(&computed.trace.0)),
            salt,
            answer: Some(computed.answer),
        })
    }

    /// The order for a seat's answer. Its deadline is a height, which the service can compare with blocks: as far from now
    /// as the seat's is on the clock.
    fn work_order(local: &LocalSeat<T>, until: BlockNumberFor<T>, height: u32) -> WorkOrder {
        let blocks_left: u32 = until.saturating_sub(Self::now()).saturated_into();
        WorkOrder {
            request: local.id,
            attempt: local.request.attempt,
            package_root: local.request.package_root,
            input: local.request.input.clone(),
            parameters: local.request.parameters,
            deadline: height.saturating_add(blocks_left),
        }
    }
}

/// Waits until no other run has the lock.
fn wait_for<'a, 'b>(lock: &'b mut StorageLock<'a, Time>) -> StorageLockGuard<'a, 'b, Time> {
    // A clock that was set back must not make a dead run's lock last: a live one's deadline is never that far off.
    let mut left_behind = StorageValueRef::persistent(LOCK_KEY);
    if let Ok(Some(deadline)) = left_behind.get::<Timestamp>() {
        if sp_io::offchain::timestamp().diff(&deadline).millis() > LOCK_LIFE_MS {
            left_behind.clear();
        }
    }
    lock.lock()
}

/// What a seat owes next, and until when it counts. `None` when nothing is due or it would come too late.
fn due_step<T: Config>(local: &LocalSeat<T>, now: BlockNumberFor<T>) -> Option<(Step, BlockNumberFor<T>)> {
    let (step, until) = match (&local.request.state, &local.seat.progress) {
        (State::Committing { until }, Progress::Drawn) => (Step::Commit, *until),
        (State::Revealing { until }, Progress::Committed(_)) => (Step::Reveal, *until),
        (State::Settled { reveals_until, .. }, Progress::Committed(_)) => (Step::Reveal, *reveals_until),
        _ => return None,
    };
    (now < until).then_some((step, until))
}

fn digest_of(id: &RequestId, computed: &Computed) -> [u8; 32] {
    let answer_hash = digest::answer_hash(computed.answer.code, &computed.answer.output);
    digest::digest(&id.0, &answer_hash, computed.units, &digest::trace_hash(&computed.trace.0))
}
