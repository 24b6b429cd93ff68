//! The salts of a worker key's commitments.

use codec::Encode;
use sp_application_crypto::RuntimeAppPublic;
use sp_core::H256;
use votive_primitives::{
    digest,
    ids::{Attempt, RequestId},
    worker_key::WorkerKey,
};

/// Salts of one key's seats, from a signature that is never published: a restarted worker derives them again.
///
/// The key signs once for all of them, and only when one is asked for: a keystore that holds a key as a phrase takes a
/// millisecond for each signature.
pub(super) struct Salts<'a> {
    key: &'a WorkerKey,
    genesis: H256,
    signature: Option<[u8; 64]>,
}

impl<'a> Salts<'a> {
    pub fn new(key: &'a WorkerKey, genesis: H256) -> Self {
        Self { key, genesis, signature: None }
    }

    /// The salt of a seat. `None` when the keystore does not have the key any more.
    pub fn of(&mut self, request: &RequestId, attempt: Attempt) -> Option<H256> {
        if self.signature.is_none() {
            let signature = self.key.sign(&digest::salt_message(&self.genesis.0))?;
            self.signature = signature.encode().try_into().ok();
        }
        self.signature.as_ref().map(|signature| H256(digest::salt(signature, &request.0, attempt)))
    }
}
