//! RPC beyond what every Substrate node has. The chain's own reads are runtime APIs and need none.

use crate::service::{Backend, Block, Client, Partial, Pool, SelectChain};
use jsonrpsee::{core::RegisterMethodError, RpcModule};
use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
use sc_consensus_babe::BabeWorkerHandle;
use sc_consensus_babe_rpc::{Babe, BabeApiServer};
use sc_consensus_grandpa::{FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_rpc::SubscriptionTaskExecutor;
use sp_keystore::KeystorePtr;
use std::sync::Arc;
use substrate_frame_rpc_system::{System, SystemApiServer};
use votive_runtime::{BlockNumber, Hash};

/// What the methods read.
#[derive(Clone)]
pub struct Sources {
    /// The client.
    client: Arc<Client>,
    /// The transaction pool.
    pool: Arc<Pool>,
    /// Chooses the best chain.
    select_chain: SelectChain,
    /// The node's keys.
    keystore: KeystorePtr,
    /// BABE's epochs.
    babe: BabeWorkerHandle<Block>,
    /// GRANDPA's present round.
    voter_state: SharedVoterState,
    /// GRANDPA's authorities.
    authority_set: SharedAuthoritySet<Hash, BlockNumber>,
    /// GRANDPA's justifications.
    justifications: GrandpaJustificationStream<Block>,
    /// Proofs of finality.
    finality_proofs: Arc<FinalityProofProvider<Backend, Block>>,
}

impl Sources {
    /// The sources of a node that is being built; its voter will write to `voter_state`.
    pub fn new(partial: &Partial, voter_state: SharedVoterState) -> Self {
        let grandpa = &partial.other.grandpa_link;
        let authority_set = grandpa.shared_authority_set().clone();
        Self {
            client: partial.client.clone(),
            pool: partial.transaction_pool.clone(),
            select_chain: partial.select_chain.clone(),
            keystore: partial.keystore_container.keystore(),
            babe: partial.other.babe_worker.clone(),
            voter_state,
            justifications: grandpa.justification_stream(),
            finality_proofs: FinalityProofProvider::new_for_service(
                partial.backend.clone(),
                Some(authority_set.clone()),
            ),
            authority_set,
        }
    }

    /// The methods: accounts' nonces, fees, BABE and GRANDPA.
    pub fn module(self, executor: SubscriptionTaskExecutor) -> Result<RpcModule<()>, RegisterMethodError> {
        let mut module = RpcModule::new(());
        module.merge(System::new(self.client.clone(), self.pool).into_rpc())?;
        module.merge(TransactionPayment::new(self.client.clone()).into_rpc())?;
        module.merge(Babe::new(self.client, self.babe, self.keystore, self.select_chain).into_rpc())?;
        let grandpa =
            Grandpa::new(executor, self.authority_set, self.voter_state, self.justifications, self.finality_proofs);
        module.merge(grandpa.into_rpc())?;
        Ok(module)
    }
}
