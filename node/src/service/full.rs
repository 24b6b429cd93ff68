//! The running node.

use super::{
    consensus::{start_authoring, start_finality, Authoring, Finality, Surroundings},
    partial::{partial, Consensus, Partial},
    Backend, Block,
};
use crate::rpc;
use sc_client_api::BlockBackend;
use sc_consensus_grandpa::{warp_proof, SharedVoterState};
use sc_network::{
    config::{FullNetworkConfiguration, NetworkBackendType},
    service::traits::NetworkService,
    Litep2pNetworkBackend, NetworkBackend, NetworkWorker,
};
use sc_service::{
    error::Error, BuildNetworkParams, ChainType, Configuration, Role, SpawnTasksParams, TaskManager, WarpSyncConfig,
};
use std::{sync::Arc, time::Duration};
use votive_inference::{insert_development_keys, InferenceConfig, InferenceParams};
use votive_runtime::{AccountId, Balance, Hash, SLOT_MILLISECONDS};

/// Starts a node with everything that its configuration asks for.
pub fn start(config: Configuration, inference: &InferenceParams) -> Result<TaskManager, Error> {
    let inference = inference.config(config.base_path.path());
    match config.network.network_backend {
        NetworkBackendType::Litep2p => start_on::<Litep2pNetworkBackend>(config, inference),
        NetworkBackendType::Libp2p => start_on::<NetworkWorker<Block, Hash>>(config, inference),
    }
}

/// What is read of the configuration after it was given away.
struct Choices {
    role: Role,
    name: String,
    force_authoring: bool,
    has_finality: bool,
    has_inference: bool,
    development_seed: Option<String>,
}

impl Choices {
    fn of(config: &Configuration, inference: &InferenceConfig) -> Self {
        // Everyone knows the keys of a development seed, so only chains without real money get them.
        let is_for_tests = matches!(config.chain_spec.chain_type(), ChainType::Development | ChainType::Local);
        Self {
            role: config.role,
            name: config.network.node_name.clone(),
            force_authoring: config.force_authoring,
            has_finality: !config.disable_grandpa,
            has_inference: config.offchain_worker.enabled || inference.watch,
            development_seed: config.dev_key_seed.clone().filter(|_| is_for_tests),
        }
    }
}

fn start_on<Network: NetworkBackend<Block, Hash>>(
    config: Configuration,
    inference: InferenceConfig,
) -> Result<TaskManager, Error> {
    let choices = Choices::of(&config, &inference);
    let partial = partial(&config)?;
    let voter_state = SharedVoterState::empty();
    let rpc_sources = rpc::Sources::new(&partial, voter_state.clone());
    let Partial { client, backend, mut task_manager, keystore_container, transaction_pool: pool, .. } = partial;
    let Consensus { block_import, inherents, babe_link, grandpa_link, mut telemetry, .. } = partial.other;
    let keystore = keystore_container.keystore();
    let registry = config.prometheus_registry().cloned();

    let genesis = client.block_hash(0)?.ok_or("the database has no genesis block; purge the chain and start again")?;
    let metrics = Network::register_notification_metrics(registry.as_ref());
    let mut net_config = FullNetworkConfiguration::<_, _, Network>::new(&config.network, registry.clone());
    let protocol = sc_consensus_grandpa::protocol_standard_name(&genesis, &config.chain_spec);
    let (grandpa_config, notifications) = sc_consensus_grandpa::grandpa_peers_set_config::<_, Network>(
        protocol.clone(),
        metrics.clone(),
        net_config.peer_store_handle(),
    );
    net_config.add_notification_protocol(grandpa_config);
    let authority_set = grandpa_link.shared_authority_set().clone();
    let warp_proofs = warp_proof::NetworkProvider::new(backend.clone(), authority_set, Vec::new());
    let (network, system_rpc_tx, tx_handler_controller, sync, _bitswap) =
        sc_service::build_network(BuildNetworkParams {
            config: &config,
            net_config,
            client: client.clone(),
            transaction_pool: pool.clone(),
            spawn_handle: task_manager.spawn_handle(),
            spawn_essential_handle: task_manager.spawn_essential_handle(),
            import_queue: partial.import_queue,
            block_announce_validator_builder: None,
            warp_sync_config: Some(WarpSyncConfig::WithProvider(Arc::new(warp_proofs))),
            block_relay: None,
            metrics,
            gap_sync_body_policy: None,
        })?;

    sc_service::spawn_tasks(SpawnTasksParams {
        config,
        client: client.clone(),
        backend: backend.clone(),
        task_manager: &mut task_manager,
        keystore: keystore.clone(),
        transaction_pool: pool.clone(),
        rpc_builder: Box::new(move |executor| rpc_sources.clone().module(executor).map_err(application)),
        network: network.clone(),
        system_rpc_tx,
        tx_handler_controller,
        sync_service: sync.clone(),
        telemetry: telemetry.as_mut(),
        tracing_execute_block: None,
    })?;

    let telemetry = telemetry.as_ref().map(|telemetry| telemetry.handle());
    let registry = registry.as_ref();
    let surroundings = Surroundings { client, pool, keystore, sync, telemetry, registry, task_manager: &task_manager };
    if choices.has_inference {
        start_inference(inference, &choices, backend, network.clone(), &surroundings)?;
    }
    if choices.role.is_authority() {
        let (select_chain, force_authoring) = (partial.select_chain, choices.force_authoring);
        start_authoring(
            Authoring { select_chain, block_import, inherents, babe_link, force_authoring },
            &surroundings,
        )?;
    }
    if choices.has_finality {
        let Choices { role, name, .. } = choices;
        let link = grandpa_link;
        start_finality(Finality { link, network, notifications, protocol, voter_state, role, name }, &surroundings)?;
    }
    Ok(task_manager)
}

fn start_inference(
    config: InferenceConfig,
    choices: &Choices,
    backend: Arc<Backend>,
    network: Arc<dyn NetworkService>,
    surroundings: &Surroundings,
) -> Result<(), Error> {
    let Surroundings { client, pool, keystore, registry, task_manager, .. } = surroundings;
    insert_development_keys(&**keystore, choices.development_seed.as_deref()).map_err(application)?;
    votive_inference::start::<Block, AccountId, Balance, _, _, _>(votive_inference::Setup {
        config,
        client: client.clone(),
        backend,
        pool: pool.clone(),
        keystore: keystore.clone(),
        network: Arc::new(network),
        block_time: Duration::from_millis(SLOT_MILLISECONDS),
        is_authority: choices.role.is_authority(),
        registry: *registry,
        spawner: task_manager.spawn_handle(),
    })
    .map_err(application)
}

fn application(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Application(Box::new(error))
}
