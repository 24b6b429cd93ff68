//! The worker key: the hot key with which a worker signs commits and reveals.

use alloc::vec::Vec;
use codec::Encode;
use sp_core::{crypto::KeyTypeId, H256};

/// Key type of worker keys in a node's keystore.
pub const WORKER_KEY_TYPE: KeyTypeId = KeyTypeId(*b"infr");

mod app {
    use sp_application_crypto::{app_crypto, ed25519};
    app_crypto!(ed25519, super::WORKER_KEY_TYPE);
}

/// A worker's public key (ed25519).
pub type WorkerKey = app::Public;

/// A signature by a worker key.
pub type WorkerSignature = app::Signature;

/// A worker's key pair, for tests and tools; nodes keep theirs in the keystore.
#[cfg(feature = "std")]
pub type WorkerPair = app::Pair;

/// What a worker key signs to prove that its holder wants it to serve `operator`, on this chain only.
pub fn possession_message<AccountId: Encode>(genesis: &H256, operator: &AccountId) -> Vec<u8> {
    (b"votive/1/possession", genesis, operator).encode()
}
