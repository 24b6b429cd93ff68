//! What the service reads of the chain.

use crate::keys::local_keys;
use codec::Codec;
use sp_api::{ApiError, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_core::H256;
use sp_keystore::KeystorePtr;
use sp_runtime::{
    traits::{Block as BlockT, NumberFor},
    SaturatedConversion,
};
use std::{
    collections::{BTreeSet, HashSet},
    marker::PhantomData,
    sync::Arc,
};
use votive_inference_api::InferenceApi;
use votive_primitives::ids::RequestId;

/// The chain as the service sees it.
pub trait Chain: Send + Sync + 'static {
    /// Number of the best block.
    fn best_number(&self) -> u32;

    /// The requests in which a worker of this machine has an open seat, by the best block.
    fn open_requests(&self) -> Result<HashSet<RequestId>, ApiError>;

    /// The packages that the workers of this machine serve, by the best block.
    fn served_packages(&self) -> Result<BTreeSet<H256>, ApiError>;
}

/// Types of the runtime API. None is held.
type Types<Block, AccountId, Balance> = PhantomData<fn() -> (Block, AccountId, Balance)>;

/// The chain of a client, with the worker keys of a keystore.
pub struct ClientChain<Block, Client, AccountId, Balance> {
    client: Arc<Client>,
    keystore: KeystorePtr,
    types: Types<Block, AccountId, Balance>,
}

impl<Block, Client, AccountId, Balance> ClientChain<Block, Client, AccountId, Balance> {
    /// The chain that `client` follows.
    pub fn new(client: Arc<Client>, keystore: KeystorePtr) -> Self {
        Self { client, keystore, types: PhantomData }
    }
}

impl<Block, Client, AccountId, Balance> Chain for ClientChain<Block, Client, AccountId, Balance>
where
    Block: BlockT,
    Client: ProvideRuntimeApi<Block> + HeaderBackend<Block> + Send + Sync + 'static,
    Client::Api: InferenceApi<Block, AccountId, Balance, NumberFor<Block>>,
    AccountId: Codec + 'static,
    Balance: Codec + 'static,
{
    fn best_number(&self) -> u32 {
        self.client.info().best_number.saturated_into()
    }

    fn open_requests(&self) -> Result<HashSet<RequestId>, ApiError> {
        let best = self.client.info().best_hash;
        let api = self.client.runtime_api();
        let mut open = HashSet::new();
        for key in local_keys(&*self.keystore) {
            open.extend(api.open_seats(best, key)?.into_iter().map(|seat| seat.id));
        }
        Ok(open)
    }

    fn served_packages(&self) -> Result<BTreeSet<H256>, ApiError> {
        let best = self.client.info().best_hash;
        let api = self.client.runtime_api();
        let mut served = BTreeSet::new();
        for key in local_keys(&*self.keystore) {
            served.extend(api.served_packages(best, key)?);
        }
        Ok(served)
    }
}
