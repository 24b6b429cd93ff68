//! The worker's side of the mailbox: orders go in, answers come out.

use alloc::{collections::BTreeSet, vec::Vec};
use sp_runtime::offchain::storage::StorageValueRef;
use votive_primitives::{
    ids::RequestId,
    mailbox::{answer_key, order_key, MailboxAnswer, WorkOrder, INDEX_KEY, MAX_OPEN_ORDERS},
};

/// The answer to a request, once the service has left it.
pub(super) fn read_answer(id: &RequestId) -> Option<MailboxAnswer> {
    StorageValueRef::persistent(&answer_key(id)).get::<MailboxAnswer>().ok().flatten()
}

/// Makes room for another answer to a request.
pub(super) fn forget_answer(id: &RequestId) {
    StorageValueRef::persistent(&answer_key(id)).clear();
}

/// The orders that one run leaves. They are named in the index at once: the index is one value, and long.
pub(super) struct Orders {
    /// What the index names, and what is new.
    known: BTreeSet<RequestId>,
    new: Vec<RequestId>,
}

impl Orders {
    pub fn load() -> Self {
        let open = StorageValueRef::persistent(INDEX_KEY).get::<Vec<RequestId>>().ok().flatten().unwrap_or_default();
        Self { known: open.into_iter().collect(), new: Vec::new() }
    }

    /// Leaves an order, unless it lies there already or the mailbox is full.
    pub fn add(&mut self, id: &RequestId, order: impl FnOnce() -> WorkOrder) -> bool {
        if self.known.len() >= MAX_OPEN_ORDERS || !self.known.insert(*id) {
            return false;
        }
        // Storage has no transactions: the order must lie there before the index names it.
        StorageValueRef::persistent(&order_key(id)).set(&order());
        self.new.push(*id);
        true
    }

    /// Names the new orders in the index. Returns those that found no room there.
    pub fn leave(self) -> Vec<RequestId> {
        let new = self.new;
        if new.is_empty() {
            return new;
        }
        let named = StorageValueRef::persistent(INDEX_KEY).mutate(|open| {
            let mut open: Vec<RequestId> = open.ok().flatten().unwrap_or_default();
            if open.len().saturating_add(new.len()) > MAX_OPEN_ORDERS {
                return Err(());
            }
            open.extend_from_slice(&new);
            Ok(open)
        });
        match named {
            Ok(_) => Vec::new(),
            Err(_) => {
                new.iter().for_each(|id| StorageValueRef::persistent(&order_key(id)).clear());
                new
            }
        }
    }
}

/// Removes what the mailbox still has of requests whose seats are closed.
pub(super) fn clear(closed: &[RequestId]) {
    if closed.is_empty() {
        return;
    }
    for id in closed {
        StorageValueRef::persistent(&order_key(id)).clear();
        StorageValueRef::persistent(&answer_key(id)).clear();
    }
    let _ = StorageValueRef::persistent(INDEX_KEY).mutate(|index| {
        let mut index: Vec<RequestId> = index.ok().flatten().ok_or(())?;
        let before = index.len();
        index.retain(|open| closed.binary_search(open).is_err());
        if index.len() == before {
            Err(())
        } else {
            Ok(index)
        }
    });
}
