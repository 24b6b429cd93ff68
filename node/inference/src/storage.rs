//! Offchain storage that tells when the mailbox changed.

use sp_core::offchain::{OffchainStorage, STORAGE_PREFIX};
use tokio::sync::mpsc::Sender;
use votive_primitives::mailbox::INDEX_KEY;

/// Wraps the storage that off-chain workers write to, and pings whenever they changed the mailbox's index.
///
/// The service so takes an order in the moment in which it was left, without polling.
#[derive(Clone, Debug)]
pub struct NotifyingStorage<Storage> {
    inner: Storage,
    pings: Sender<()>,
}

impl<Storage> NotifyingStorage<Storage> {
    /// Wraps `inner`. A ping finds a full channel only behind another ping, so one place is enough.
    pub fn new(inner: Storage, pings: Sender<()>) -> Self {
        Self { inner, pings }
    }

    fn written(&self, prefix: &[u8], key: &[u8]) {
        if prefix == STORAGE_PREFIX && key == INDEX_KEY {
            // Full: a ping is waiting already. Closed: the service has ended, and the node is about to.
            let _ = self.pings.try_send(());
        }
    }
}

impl<Storage: OffchainStorage> OffchainStorage for NotifyingStorage<Storage> {
    fn set(&mut self, prefix: &[u8], key: &[u8], value: &[u8]) {
        self.inner.set(prefix, key, value);
        self.written(prefix, key);
    }

    fn remove(&mut self, prefix: &[u8], key: &[u8]) {
        self.inner.remove(prefix, key);
    }

    fn get(&self, prefix: &[u8], key: &[u8]) -> Option<Vec<u8>> {
        self.inner.get(prefix, key)
    }

    fn compare_and_set(&mut self, prefix: &[u8], key: &[u8], old_value: Option<&[u8]>, new_value: &[u8]) -> bool {
        let is_set = self.inner.compare_and_set(prefix, key, old_value, new_value);
        if is_set {
            self.written(prefix, key);
        }
        is_set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sp_core::offchain::storage::InMemOffchainStorage;
    use tokio::sync::mpsc::{channel, Receiver};

    fn storage() -> (NotifyingStorage<InMemOffchainStorage>, Receiver<()>) {
        let (pings, pinged) = channel(1);
        (NotifyingStorage::new(Default::default(), pings), pinged)
    }

    #[test]
    fn a_changed_index_pings() {
        let (mut storage, mut pinged) = storage();
        assert!(storage.compare_and_set(STORAGE_PREFIX, INDEX_KEY, None, b"one"));
        assert!(pinged.try_recv().is_ok());
        storage.set(STORAGE_PREFIX, INDEX_KEY, b"two");
        assert!(pinged.try_recv().is_ok());
        assert_eq!(storage.get(STORAGE_PREFIX, INDEX_KEY), Some(b"two".to_vec()));
    }

    #[test]
    fn a_lost_compare_and_set_is_silent() {
        let (mut storage, mut pinged) = storage();
        assert!(!storage.compare_and_set(STORAGE_PREFIX, INDEX_KEY, Some(b"other"), b"one"));
        assert!(pinged.try_recv().is_err());
    }

    #[test]
    fn other_keys_are_silent() {
        let (mut storage, mut pinged) = storage();
        storage.set(STORAGE_PREFIX, b"elsewhere", b"one");
        storage.set(b"elsewhere", INDEX_KEY, b"one");
        storage.remove(STORAGE_PREFIX, INDEX_KEY);
        assert!(pinged.try_recv().is_err());
    }

    #[test]
    fn pings_that_nobody_took_yet_are_one() {
        let (mut storage, mut pinged) = storage();
        let mut clone = storage.clone();
        storage.set(STORAGE_PREFIX, INDEX_KEY, b"one");
        clone.set(STORAGE_PREFIX, INDEX_KEY, b"two");
        assert!(pinged.try_recv().is_ok());
        assert!(pinged.try_recv().is_err());
    }

    #[test]
    fn a_service_that_ended_does_not_disturb_writing() {
        let (mut storage, pinged) = storage();
        drop(pinged);
        storage.set(STORAGE_PREFIX, INDEX_KEY, b"one");
        assert_eq!(storage.get(STORAGE_PREFIX, INDEX_KEY), Some(b"one".to_vec()));
    }
}
