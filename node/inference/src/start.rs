//! Puts the parts together.

use crate::{
    chain::ClientChain,
    cli::InferenceConfig,
    engine_process,
    error::StartError,
    events::{Pacer, PoolReady},
    handover::Handover,
    keys::local_keys,
    mailbox::Mailbox,
    metrics::Metrics,
    prepare,
    service::Service,
    storage::NotifyingStorage,
    threads::{Threads, Worker},
    watch,
};
use codec::Codec;
use futures::{future::ready, FutureExt, StreamExt};
use sc_client_api::{Backend, BlockchainEvents};
use sc_offchain::{NetworkProvider, OffchainWorkerOptions, OffchainWorkers};
use sc_service::SpawnTaskHandle;
use sc_transaction_pool_api::{LocalTransactionPool, OffchainTransactionPoolFactory, TransactionPool};
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use sp_keystore::KeystorePtr;
use sp_offchain::OffchainWorkerApi;
use sp_runtime::traits::{Block as BlockT, NumberFor};
use std::{fs, path::Path, sync::Arc, time::Duration};
use substrate_prometheus_endpoint::Registry;
use tokio::sync::mpsc::channel;
use votive_engine::remote::RemoteEngine;
use votive_inference_api::InferenceApi;

const LOG_TARGET: &str = "votive-inference";

/// How many blocks' time the check of one answer may take. It is far less work than the answer was.
const WATCH_BLOCKS: u32 = 20;

/// How many orders the engine is given for each of its threads.
const MAX_BATCH: u32 = votive_engine::serve::MAX_BATCH as u32;

/// The group under which the client's metrics count these parts.
const GROUP: &str = "inference";

/// What the service takes of the client.
pub struct Setup<'a, Client, Backend, Pool> {
    /// The service's own configuration.
    pub config: InferenceConfig,
    /// The client.
    pub client: Arc<Client>,
    /// Its backend, for the offchain storage.
    pub backend: Arc<Backend>,
    /// The transaction pool.
    pub pool: Arc<Pool>,
    /// The keystore with the worker keys.
    pub keystore: KeystorePtr,
    /// The network, which off-chain workers may ask for its state.
    pub network: Arc<dyn NetworkProvider + Send + Sync>,
    /// How long a block takes at least: what an order may take is counted in blocks.
    pub block_time: Duration,
    /// Whether the client authors blocks.
    pub is_authority: bool,
    /// Where metrics are shown.
    pub registry: Option<&'a Registry>,
    /// Runs the service's futures.
    pub spawner: SpawnTaskHandle,
}

/// Starts the off-chain worker and the service that computes for it.
///
/// # Errors
/// What [`StartError`] lists. Nothing runs then.
pub fn start<Block, AccountId, Balance, Client, BE, Pool>(setup: Setup<'_, Client, BE, Pool>) -> Result<(), StartError>
where
    Block: BlockT,
    AccountId: Codec + 'static,
    Balance: Codec + 'static,
    Client: ProvideRuntimeApi<Block> + HeaderBackend<Block> + BlockchainEvents<Block> + Send + Sync + 'static,
    Client::Api: OffchainWorkerApi<Block> + InferenceApi<Block, AccountId, Balance, NumberFor<Block>>,
    BE: Backend<Block>,
    BE::OffchainStorage: 'static,
    Pool: TransactionPool<Block = Block, Hash = Block::Hash> + LocalTransactionPool<Block = Block> + 'static,
{
    let Setup { config, client, backend, pool, keystore, network, block_time, is_authority, registry, spawner } = setup;
    let storage = backend.offchain_storage().ok_or(StartError::NoMailbox)?;
    let metrics = Metrics::new(registry)?;
    let engine = Arc::new(start_engine(&config, &metrics)?);
    if local_keys(&*keystore).is_empty() {
        log::info!(
            target: LOG_TARGET,
            "🧮 No worker key here, so nothing to answer; `votive-node key insert --key-type infr` adds one",
        );
    }
    let (pings, pinged) = channel(1);
    let (answered, reruns) = channel(1);

    let (pacer, events, tokens) = Pacer::new(client.clone(), reruns, pool_ready(pool.clone()));
    let offchain_workers = OffchainWorkers::new(OffchainWorkerOptions {
        runtime_api_provider: client.clone(),
        keystore: Some(keystore.clone()),
        offchain_db: Some(NotifyingStorage::new(storage.clone(), pings)),
        transaction_pool: Some(OffchainTransactionPoolFactory::new(pool)),
        network_provider: network,
        is_validator: is_authority,
        enable_http_requests: false,
        custom_extensions: move |_| vec![Box::new(tokens.token()) as Box<_>],
    })
    .map_err(StartError::OffchainWorker)?;

    let chain = Arc::new(ClientChain::<Block, _, AccountId, Balance>::new(client.clone(), keystore));
    let handover = Arc::new(Handover::new(config.queue_capacity, metrics.clone()));
    // The plain storage: the service need not be told of its own writing.
    let mut mailbox = Mailbox::new(storage);
    mailbox.forget_sent();
    let worker = Worker {
        handover: handover.clone(),
        mailbox: mailbox.clone(),
        chain: chain.clone(),
        engine: engine.clone(),
        answered,
        block_time,
        metrics: metrics.clone(),
    };
    // More than the engine computes with, so that it finds orders that run together.
    let at_once = config.threads.get().saturating_mul(MAX_BATCH);
    let threads = Threads::start(at_once, worker).map_err(StartError::Threads)?;
    let new_best = || client.import_notification_stream().filter_map(|block| ready(block.is_new_best.then_some(())));
    let packages = prepare::start(engine.clone()).map_err(StartError::Threads)?;
    spawner.spawn_blocking("prepare", GROUP, prepare::collect(chain.clone(), new_best(), packages));
    let best_blocks = new_best();
    if config.watch {
        let time = block_time.saturating_mul(WATCH_BLOCKS);
        let answers = watch::start(engine, time, metrics.watch.clone()).map_err(StartError::Threads)?;
        let collecting = watch::collect::<Block, AccountId, Balance, _>(client.clone(), answers, metrics.watch.clone());
        spawner.spawn_blocking("watch", GROUP, collecting);
    }
    let service = Service::new(mailbox, chain, handover, metrics);

    spawner.spawn("best-block-pacer", GROUP, pacer.run());
    spawner.spawn("offchain-workers-runner", GROUP, offchain_workers.run(Arc::new(events), spawner.clone()));
    spawner.spawn_blocking("inference", GROUP, service.run(threads, pinged, best_blocks));
    Ok(())
}

fn start_engine(config: &InferenceConfig, metrics: &Metrics) -> Result<RemoteEngine, StartError> {
    let folder = &config.package_folder;
    fs::create_dir_all(folder).map_err(|source| StartError::Folder { path: folder.clone(), source })?;
    log::info!(
        target: LOG_TARGET,
        "🧮 Inference: packages in {}: {}, threads: {}, memory: {} MiB",
        folder.display(),
        count_folders(folder),
        config.threads,
        config.limits.max_memory_bytes >> 20,
    );
    let launch = engine_process::launch(config).map_err(StartError::OwnProgram)?;
    Ok(RemoteEngine::start(launch, engine_process::listener(metrics.clone()))?)
}

/// How many sub-folders may be packages; what is in them shows when they are first asked for.
fn count_folders(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, |entries| entries.flatten().filter(|entry| entry.path().is_dir()).count())
}

fn pool_ready<Block, Pool>(pool: Arc<Pool>) -> PoolReady<Block>
where
    Block: BlockT,
    Pool: TransactionPool<Block = Block, Hash = Block::Hash> + 'static,
{
    Box::new(move |block| {
        let pool = pool.clone();
        async move { drop(pool.ready_at(block).await) }.boxed()
    })
}
