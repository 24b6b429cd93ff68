//! The service's side of the mailbox, which [`votive_primitives::mailbox`] describes.

use codec::{Decode, Encode};
use sp_core::offchain::{OffchainStorage, STORAGE_PREFIX};
use votive_primitives::{
    ids::RequestId,
    mailbox::{answer_key, order_key, MailboxAnswer, WorkOrder, INDEX_KEY, SENT_KEY},
};

/// An answer is forgotten so many blocks after it was written. Whoever needs it later has it computed again.
pub const ANSWER_LIFETIME_BLOCKS: u32 = 1_200;

/// Answers are remembered by pages, one for so many blocks, and forgotten page by page. A page is written anew for each
/// answer of its blocks, so it should stay short.
const BLOCKS_PER_PAGE: u32 = 1;

/// The most pages that one call forgets; after a long absence the rest follows with the next calls.
const MAX_PAGES_PER_CALL: u32 = 4_096;

/// Number of the first page that is not forgotten yet.
const FIRST_PAGE_KEY: &[u8] = b"votive/mailbox/answered/first";

/// Key of a page: the requests answered in its blocks.
fn page_key(page: u32) -> Vec<u8> {
    [b"votive/mailbox/answered/page/".as_slice(), &page.to_be_bytes()].concat()
}

/// Orders in, answers out, in the node's offchain storage.
///
/// Lists are changed by compare-and-set alone, since the off-chain worker and several threads write to them.
#[derive(Clone, Debug)]
pub struct Mailbox<Storage> {
    storage: Storage,
}

impl<Storage: OffchainStorage> Mailbox<Storage> {
    /// The mailbox in `storage`.
    pub fn new(storage: Storage) -> Self {
        Self { storage }
    }

    /// The requests with an open order.
    pub fn open_orders(&self) -> Vec<RequestId> {
        self.read(INDEX_KEY).unwrap_or_default()
    }

    /// The order of a request. `None` if it was taken back, or is not written yet.
    pub fn order(&self, request: &RequestId) -> Option<WorkOrder> {
        self.read(&order_key(request))
    }

    /// The answer to a request.
    pub fn answer(&self, request: &RequestId) -> Option<MailboxAnswer> {
        self.read(&answer_key(request))
    }

    /// Answers a request in block `now`, and ends its order.
    ///
    /// The answer comes first, so that the off-chain worker sees at any time an order or its answer.
    pub fn put_answer(&mut self, request: &RequestId, answer: &MailboxAnswer, now: u32) {
        self.storage.set(STORAGE_PREFIX, &answer_key(request), &answer.encode());
        self.update(&page_key(now / BLOCKS_PER_PAGE), |page| page.push(*request));
        self.end_order(request);
    }

    /// Takes an order out.
    ///
    /// The index goes last: stopped in between, it still names an order that can be found missing and be ended.
    pub fn end_order(&mut self, request: &RequestId) {
        self.storage.remove(STORAGE_PREFIX, &order_key(request));
        self.update(INDEX_KEY, |index| index.retain(|open| open != request));
    }

    /// Forgets what the off-chain worker has sent: the pool of a process that starts has nothing of it, so it is sent again
    /// at once.
    pub fn forget_sent(&mut self) {
        self.storage.remove(STORAGE_PREFIX, SENT_KEY);
    }

    /// Removes the answers that are older than [`ANSWER_LIFETIME_BLOCKS`] in block `now`.
    pub fn forget_old_answers(&mut self, now: u32) {
        let kept = now.saturating_sub(ANSWER_LIFETIME_BLOCKS) / BLOCKS_PER_PAGE;
        let first: u32 = self.read(FIRST_PAGE_KEY).unwrap_or(0);
        let end = kept.min(first.saturating_add(MAX_PAGES_PER_CALL));
        if end <= first {
            return;
        }
        for page in first..end {
            let key = page_key(page);
            for request in self.read::<Vec<RequestId>>(&key).unwrap_or_default() {
                self.storage.remove(STORAGE_PREFIX, &answer_key(&request));
            }
            self.storage.remove(STORAGE_PREFIX, &key);
        }
        self.storage.set(STORAGE_PREFIX, FIRST_PAGE_KEY, &end.encode());
    }

    /// Reads a value. What does not decode counts as absent: nothing here is worth more than a recomputation.
    fn read<T: Decode>(&self, key: &[u8]) -> Option<T> {
        let bytes = self.storage.get(STORAGE_PREFIX, key)?;
        T::decode(&mut &bytes[..]).ok()
    }

    /// Changes a list, again from the start whenever someone else changed it in between.
    fn update(&mut self, key: &[u8], change: impl Fn(&mut Vec<RequestId>)) {
        loop {
            let old = self.storage.get(STORAGE_PREFIX, key);
            let mut list =
                old.as_deref().and_then(|mut bytes| Vec::<RequestId>::decode(&mut bytes).ok()).unwrap_or_default();
            change(&mut list);
            let new = list.encode();
            if old.as_deref() == Some(new.as_slice())
                || self.storage.compare_and_set(STORAGE_PREFIX, key, old.as_deref(), &new)
            {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{computed, leave_order, order};
    use sp_core::{offchain::storage::InMemOffchainStorage, H256};
    use votive_primitives::mailbox::MachineFailure;

    fn mailbox() -> Mailbox<InMemOffchainStorage> {
        Mailbox::new(Default::default())
    }

    fn request(number: u8) -> RequestId {
        H256::repeat_byte(number)
    }

    #[test]
    fn an_empty_mailbox_has_no_orders() {
        assert_eq!(mailbox().open_orders(), vec![]);
        assert_eq!(mailbox().order(&request(1)), None);
    }

    #[test]
    fn orders_are_read_as_they_were_left() {
        let mut mailbox = mailbox();
        leave_order(&mut mailbox.storage, &order(1, 10));
        leave_order(&mut mailbox.storage, &order(2, 20));
        assert_eq!(mailbox.open_orders(), vec![request(1), request(2)]);
        assert_eq!(mailbox.order(&request(2)), Some(order(2, 20)));
    }

    #[test]
    fn an_answer_ends_its_order_and_no_other() {
        let mut mailbox = mailbox();
        leave_order(&mut mailbox.storage, &order(1, 10));
        leave_order(&mut mailbox.storage, &order(2, 20));
        mailbox.put_answer(&request(1), &Ok(computed()), 5);
        assert_eq!(mailbox.open_orders(), vec![request(2)]);
        assert_eq!(mailbox.order(&request(1)), None);
        assert_eq!(mailbox.answer(&request(1)), Some(Ok(computed())));
        assert_eq!(mailbox.answer(&request(2)), None);
    }

    #[test]
    fn a_later_answer_replaces_a_failure() {
        let mut mailbox = mailbox();
        mailbox.put_answer(&request(1), &Err(MachineFailure::PackageUnavailable), 5);
        assert_eq!(mailbox.answer(&request(1)), Some(Err(MachineFailure::PackageUnavailable)));
        mailbox.put_answer(&request(1), &Ok(computed()), 6);
        assert_eq!(mailbox.answer(&request(1)), Some(Ok(computed())));
    }

    #[test]
    fn ending_an_order_that_is_not_there_changes_nothing() {
        let mut mailbox = mailbox();
        leave_order(&mut mailbox.storage, &order(1, 10));
        mailbox.end_order(&request(9));
        assert_eq!(mailbox.open_orders(), vec![request(1)]);
    }

    #[test]
    fn an_index_that_does_not_decode_counts_as_empty() {
        let mut mailbox = mailbox();
        mailbox.storage.set(STORAGE_PREFIX, INDEX_KEY, &[0xff; 3]);
        assert_eq!(mailbox.open_orders(), vec![]);
        mailbox.end_order(&request(1));
        leave_order(&mut mailbox.storage, &order(1, 10));
        assert_eq!(mailbox.open_orders(), vec![request(1)]);
    }

    #[test]
    fn answers_are_forgotten_after_their_lifetime_and_leave_nothing_behind() {
        let mut mailbox = mailbox();
        mailbox.put_answer(&request(1), &Ok(computed()), 100);
        mailbox.put_answer(&request(2), &Ok(computed()), 1_000);

        mailbox.forget_old_answers(100 + ANSWER_LIFETIME_BLOCKS);
        assert!(mailbox.answer(&request(1)).is_some(), "its page is not over yet");

        mailbox.forget_old_answers(100 + ANSWER_LIFETIME_BLOCKS + BLOCKS_PER_PAGE);
        assert_eq!(mailbox.answer(&request(1)), None);
        assert!(mailbox.answer(&request(2)).is_some());
        assert_eq!(mailbox.storage.get(STORAGE_PREFIX, &page_key(100)), None);
    }

    #[test]
    fn what_was_sent_before_a_restart_is_forgotten() {
        let mut mailbox = mailbox();
        mailbox.storage.set(STORAGE_PREFIX, SENT_KEY, &[1]);
        mailbox.forget_sent();
        assert_eq!(mailbox.storage.get(STORAGE_PREFIX, SENT_KEY), None);
    }

    #[test]
    fn forgetting_catches_up_in_bounded_steps() {
        let mut mailbox = mailbox();
        mailbox.put_answer(&request(1), &Ok(computed()), 0);
        let long_after = MAX_PAGES_PER_CALL * BLOCKS_PER_PAGE * 3;
        mailbox.put_answer(&request(2), &Ok(computed()), MAX_PAGES_PER_CALL * BLOCKS_PER_PAGE);

        mailbox.forget_old_answers(long_after);
        assert_eq!(mailbox.answer(&request(1)), None);
        assert!(mailbox.answer(&request(2)).is_some());

        mailbox.forget_old_answers(long_after);
        assert_eq!(mailbox.answer(&request(2)), None);
    }

    /// Loses the race for the index once, as if another writer had come first.
    #[derive(Clone, Default)]
    struct Contended {
        inner: InMemOffchainStorage,
        rival: Option<WorkOrder>,
    }

    impl OffchainStorage for Contended {
        fn set(&mut self, prefix: &[u8], key: &[u8], value: &[u8]) {
            self.inner.set(prefix, key, value);
        }
        fn remove(&mut self, prefix: &[u8], key: &[u8]) {
            OffchainStorage::remove(&mut self.inner, prefix, key);
        }
        fn get(&self, prefix: &[u8], key: &[u8]) -> Option<Vec<u8>> {
            self.inner.get(prefix, key)
        }
        fn compare_and_set(&mut self, prefix: &[u8], key: &[u8], old: Option<&[u8]>, new: &[u8]) -> bool {
            if let Some(rival) = self.rival.take() {
                leave_order(&mut self.inner, &rival);
            }
            self.inner.compare_and_set(prefix, key, old, new)
        }
    }

    #[test]
    fn an_order_left_while_another_ends_is_kept() {
        let mut mailbox = Mailbox::new(Contended::default());
        leave_order(&mut mailbox.storage.inner, &order(1, 10));
        mailbox.storage.rival = Some(order(2, 20));
        mailbox.end_order(&request(1));
        assert_eq!(mailbox.open_orders(), vec![request(2)]);
    }
}
