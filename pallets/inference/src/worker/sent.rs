//! What the off-chain worker has sent and ordered, and when: so that bundles in flight stay disjoint, and what is not
//! seen in state is sent again. A cache in the node's offchain storage; without it the worker only repeats itself.

use alloc::{collections::BTreeMap, vec::Vec};
use codec::{Decode, Encode};
use sp_runtime::offchain::storage::StorageValueRef;
use votive_primitives::{
    ids::{Attempt, RequestId},
    mailbox::{MachineFailure, SENT_KEY},
    worker_key::WorkerKey,
};

/// An item is sent again when this many blocks went by without its effect in state.
const RESEND_AFTER_BLOCKS: u32 = 2;

/// What is sent for a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub(super) enum Step {
    #[codec(index = 0)]
    Commit,
    #[codec(index = 1)]
    Reveal,
}

/// One item that was sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub(super) struct Sent {
    pub request: RequestId,
    pub attempt: Attempt,
    pub step: Step,
    pub key: WorkerKey,
}

/// Everything sent or ordered for seats that are still open, with the height at which it was.
#[derive(Default, Encode, Decode)]
pub(super) struct SentItems {
    items: BTreeMap<Sent, u32>,
    orders: BTreeMap<RequestId, Ordered>,
}

/// When an order was left last, and how often it was.
#[derive(Clone, Copy, Encode, Decode)]
struct Ordered {
    at: u32,
    times: u32,
}

impl SentItems {
    pub fn load() -> Self {
        StorageValueRef::persistent(SENT_KEY).get().ok().flatten().unwrap_or_default()
    }

    pub fn store(&self) {
        StorageValueRef::persistent(SENT_KEY).set(self);
    }

    /// Whether an item is not in flight any more, or never was.
    pub fn may_send(&self, entry: &Sent, now: u32) -> bool {
        self.items.get(entry).is_none_or(|at| now >= at.saturating_add(RESEND_AFTER_BLOCKS) || now < *at)
    }

    /// Whether an item has been sent before.
    pub fn was_sent(&self, entry: &Sent) -> bool {
        self.items.contains_key(entry)
    }

    pub fn remember(&mut self, entries: Vec<Sent>, now: u32) {
        self.items.extend(entries.into_iter().map(|entry| (entry, now)));
    }

    /// Whether a failed order is tried again: at most once in a block, since an operator may have put right what was missing. One
    /// that the engine failed at, which may have cost its process, waits twice as long each time.
    pub fn may_order_again(&self, request: &RequestId, failure: MachineFailure, now: u32) -> bool {
        let Some(Ordered { at, times }) = self.orders.get(request) else { return true };
        let pause = match failure {
            MachineFailure::EngineFailed => 1u32.checked_shl(times.saturating_sub(1)).unwrap_or(u32::MAX),
            _ => 1,
        };
        // Below the height of the order only after a re-org.
        now < *at || now >= at.saturating_add(pause)
    }

    pub fn remember_order(&mut self, request: &RequestId, now: u32) {
        let times = self.orders.get(request).map_or(0, |ordered| ordered.times).saturating_add(1);
        self.orders.insert(*request, Ordered { at: now, times });
    }

    /// Forgets orders that were not left after all.
    pub fn forget_orders(&mut self, requests: &[RequestId]) {
        self.orders.retain(|request, _| !requests.contains(request));
    }

    /// Forgets all requests but the open ones, and returns the forgotten in ascending order.
    pub fn forget_all_but(&mut self, open: &[RequestId]) -> Vec<RequestId> {
        let mut open = open.to_vec();
        open.sort_unstable();
        let is_open = |request: &RequestId| open.binary_search(request).is_ok();
        let known = self.orders.keys().copied().chain(self.items.keys().map(|sent| sent.request));
        let mut closed: Vec<RequestId> = known.filter(|request| !is_open(request)).collect();
        closed.sort_unstable();
        closed.dedup();
        self.orders.retain(|request, _| is_open(request));
        self.items.retain(|sent, _| is_open(&sent.request));
        closed
    }
}
