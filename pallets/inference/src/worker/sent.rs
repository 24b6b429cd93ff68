//! What the off-chain worker has sent and ordered, and when: so that bundles in flight stay disjoint, and what is not
//! seen in state is sent again. A cache in the node's offchain storage; without it the worker only repeats itself.

use alloc::vec::Vec;
use codec::{Decode, Encode};
use sp_runtime::offchain::storage::StorageValueRef;
use votive_primitives::{
    ids::{Attempt, RequestId},
    worker_key::WorkerKey,
};

const SENT_KEY: &[u8] = b"votive/worker/sent";

/// An item is sent again when this many blocks went by without its effect in state.
const RESEND_AFTER_BLOCKS: u32 = 2;

/// What is sent for a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) enum Step {
    #[codec(index = 0)]
    Commit,
    #[codec(index = 1)]
    Reveal,
}

/// One item that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Sent {
    pub request: RequestId,
    pub attempt: Attempt,
    pub step: Step,
    pub key: WorkerKey,
}

/// Everything sent or ordered for seats that are still open.
#[derive(Default, Encode, Decode)]
pub(super) struct SentItems {
    items: Vec<(Sent, u32)>,
    orders: Vec<(RequestId, u32)>,
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
        self.items
            .iter()
            .find(|(sent, _)| sent == entry)
            .is_none_or(|(_, at)| now >= at.saturating_add(RESEND_AFTER_BLOCKS) || now < *at)
    }

    /// Whether an item has been sent before. Sent again, it goes in a bundle of its own, which replaces exactly one.
    pub fn was_sent(&self, entry: &Sent) -> bool {
        self.items.iter().any(|(sent, _)| sent == entry)
    }

    pub fn remember(&mut self, entry: &Sent, now: u32) {
        self.items.retain(|(sent, _)| sent != entry);
        self.items.push((entry.clone(), now));
    }

    /// Whether a failed order is tried again: at most once in a block.
    pub fn may_order_again(&self, request: &RequestId, now: u32) -> bool {
        self.orders.iter().find(|(ordered, _)| ordered == request).is_none_or(|(_, at)| now != *at)
    }

    pub fn remember_order(&mut self, request: &RequestId, now: u32) {
        self.orders.retain(|(ordered, _)| ordered != request);
        self.orders.push((*request, now));
    }

    /// Forgets all requests but the open ones, and returns the forgotten.
    pub fn forget_all_but(&mut self, open: &[RequestId]) -> Vec<RequestId> {
        let mut closed: Vec<RequestId> = self
            .orders
            .iter()
            .map(|(request, _)| *request)
            .chain(self.items.iter().map(|(sent, _)| sent.request))
            .filter(|request| !open.contains(request))
            .collect();
        closed.sort_unstable();
        closed.dedup();
        self.orders.retain(|(request, _)| open.contains(request));
        self.items.retain(|(sent, _)| open.contains(&sent.request));
        closed
    }
}
