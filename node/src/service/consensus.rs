//! Authoring with BABE, finality with GRANDPA.

use super::{
    partial::JUSTIFICATION_PERIOD, Block, BlockImport, Client, GrandpaLink, InherentSource, Pool, SelectChain,
};
use sc_basic_authorship::ProposerFactory;
use sc_consensus_babe::{BabeLink, BabeParams, SlotProportion};
use sc_consensus_grandpa::{GrandpaParams, SharedVoterState, VotingRulesBuilder};
use sc_consensus_slots::BackoffAuthoringOnFinalizedHeadLagging;
use sc_network::{service::traits::NetworkService, NotificationService, ProtocolName};
use sc_network_sync::SyncingService;
use sc_service::{error::Error, Role, TaskManager};
use sc_telemetry::TelemetryHandle;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_keystore::KeystorePtr;
use std::{sync::Arc, time::Duration};
use substrate_prometheus_endpoint::Registry;

/// How long a GRANDPA message is expected to travel.
const GOSSIP_DURATION: Duration = Duration::from_millis(333);

/// The part of a slot in which a block is filled; the rest is for it to reach the others.
const PROPOSAL_PORTION: f32 = 0.5;

/// What both take of the node.
pub(super) struct Surroundings<'a> {
    pub client: Arc<Client>,
    pub pool: Arc<Pool>,
    pub keystore: KeystorePtr,
    pub sync: Arc<SyncingService<Block>>,
    pub telemetry: Option<TelemetryHandle>,
    pub registry: Option<&'a Registry>,
    pub task_manager: &'a TaskManager,
}

/// What authoring takes besides.
pub(super) struct Authoring {
    pub select_chain: SelectChain,
    pub block_import: BlockImport,
    pub inherents: InherentSource,
    pub babe_link: BabeLink<Block>,
    pub force_authoring: bool,
}

/// Starts to author blocks.
pub(super) fn start_authoring(authoring: Authoring, surroundings: &Surroundings) -> Result<(), Error> {
    let Surroundings { client, pool, keystore, sync, telemetry, registry, task_manager } = surroundings;
    let proposer =
        ProposerFactory::new(task_manager.spawn_handle(), client.clone(), pool.clone(), *registry, telemetry.clone());
    let babe = sc_consensus_babe::start_babe(BabeParams {
        keystore: keystore.clone(),
        client: client.clone(),
        select_chain: authoring.select_chain,
        env: proposer,
        block_import: authoring.block_import,
        sync_oracle: sync.clone(),
        justification_sync_link: sync.clone(),
        create_inherent_data_providers: authoring.inherents,
        force_authoring: authoring.force_authoring,
        backoff_authoring_blocks: Some(BackoffAuthoringOnFinalizedHeadLagging::default()),
        babe_link: authoring.babe_link,
        block_proposal_slot_portion: SlotProportion::new(PROPOSAL_PORTION),
        max_block_proposal_slot_portion: None,
        telemetry: telemetry.clone(),
    })?;
    task_manager.spawn_essential_handle().spawn_blocking("babe-proposer", Some("block-authoring"), babe);
    Ok(())
}

/// What finality takes besides.
pub(super) struct Finality {
    pub link: GrandpaLink,
    pub network: Arc<dyn NetworkService>,
    pub notifications: Box<dyn NotificationService>,
    pub protocol: ProtocolName,
    pub voter_state: SharedVoterState,
    pub role: Role,
    pub name: String,
}

/// Starts to follow GRANDPA, and as an authority to take part in it.
pub(super) fn start_finality(finality: Finality, surroundings: &Surroundings) -> Result<(), Error> {
    let Surroundings { pool, keystore, sync, telemetry, registry, task_manager, .. } = surroundings;
    let config = sc_consensus_grandpa::Config {
        gossip_duration: GOSSIP_DURATION,
        justification_generation_period: JUSTIFICATION_PERIOD,
        observer_enabled: false,
        local_role: finality.role,
        name: Some(finality.name),
        keystore: finality.role.is_authority().then(|| keystore.clone()),
        telemetry: telemetry.clone(),
        protocol_name: finality.protocol,
    };
    let voter = sc_consensus_grandpa::run_grandpa_voter(GrandpaParams {
        config,
        link: finality.link,
        network: finality.network,
        sync: sync.clone(),
        notification_service: finality.notifications,
        voting_rule: VotingRulesBuilder::default().build(),
        prometheus_registry: registry.cloned(),
        shared_voter_state: finality.voter_state,
        telemetry: telemetry.clone(),
        offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(pool.clone()),
    })?;
    task_manager.spawn_essential_handle().spawn_blocking("grandpa-voter", None, voter);
    Ok(())
}
