//! The parts that commands on the database need too: client, pool and import of blocks.

use super::{Backend, Block, BlockImport, Client, GrandpaLink, InherentSource, Pool, SelectChain};
use sc_consensus::{DefaultImportQueue, LongestChain};
use sc_consensus_babe::{BabeLink, BabeWorkerHandle, ImportQueueParams};
use sc_consensus_grandpa::GrandpaPruningFilter;
use sc_service::{error::Error, Configuration, PartialComponents};
use sc_telemetry::{Telemetry, TelemetryWorker};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_consensus_babe::SlotDuration;
use std::sync::Arc;
use votive_runtime::{apis::RuntimeApi, BlockNumber};

/// At least one justification in so many blocks is made, imported and kept.
pub(super) const JUSTIFICATION_PERIOD: BlockNumber = 512;

/// Messages that telemetry holds back for a slow server.
const TELEMETRY_BUFFER: usize = 16;

/// The parts.
pub type Partial = PartialComponents<Client, Backend, SelectChain, DefaultImportQueue<Block>, Pool, Consensus>;

/// What authoring and finality take over from the import of blocks.
pub struct Consensus {
    /// Imports the blocks of this node.
    pub block_import: BlockImport,
    /// Makes their inherents.
    pub inherents: InherentSource,
    /// BABE's epochs and configuration.
    pub babe_link: BabeLink<Block>,
    /// Answers for BABE's epochs.
    pub babe_worker: BabeWorkerHandle<Block>,
    /// What GRANDPA's voter continues.
    pub grandpa_link: GrandpaLink,
    /// Telemetry, if it is on.
    pub telemetry: Option<Telemetry>,
}

/// Builds the parts.
pub fn partial(config: &Configuration) -> Result<Partial, Error> {
    let telemetry = telemetry(config)?;
    let handle = || telemetry.as_ref().map(|(_, telemetry)| telemetry.handle());
    let executor = sc_service::new_wasm_executor(&config.executor);
    // Blocks with a justification stay when others are pruned: a warp sync proves itself with them.
    let kept_blocks = vec![Arc::new(GrandpaPruningFilter) as Arc<_>];
    let (client, backend, keystore_container, task_manager) =
        sc_service::new_full_parts::<Block, RuntimeApi, _>(config, handle(), executor, kept_blocks)?;
    let client = Arc::new(client);
    let select_chain = LongestChain::new(backend.clone());
    let pool = sc_transaction_pool::Builder::new(
        task_manager.spawn_essential_handle(),
        client.clone(),
        config.role.is_authority().into(),
    )
    .with_options(config.transaction_pool.clone())
    .with_prometheus(config.prometheus_registry())
    .build();
    let transaction_pool = Arc::new(pool);

    let (grandpa_import, grandpa_link) = sc_consensus_grandpa::block_import(
        client.clone(),
        JUSTIFICATION_PERIOD,
        &client,
        select_chain.clone(),
        handle(),
    )?;
    let babe_config = sc_consensus_babe::configuration(&*client)?;
    let slot_duration = babe_config.slot_duration();
    let inherents = inherents(slot_duration);
    let (block_import, babe_link) = sc_consensus_babe::block_import(
        babe_config,
        grandpa_import.clone(),
        client.clone(),
        inherents.clone(),
        select_chain.clone(),
        OffchainTransactionPoolFactory::new(transaction_pool.clone()),
    )?;
    let (import_queue, babe_worker) = sc_consensus_babe::import_queue(ImportQueueParams {
        link: babe_link.clone(),
        block_import: block_import.clone(),
        justification_import: Some(Box::new(grandpa_import)),
        client: client.clone(),
        slot_duration,
        spawner: &task_manager.spawn_essential_handle(),
        registry: config.prometheus_registry(),
        telemetry: handle(),
    })?;
    let telemetry = telemetry.map(|(worker, telemetry)| {
        task_manager.spawn_handle().spawn("telemetry", None, worker.run());
        telemetry
    });
    let other = Consensus { block_import, inherents, babe_link, babe_worker, grandpa_link, telemetry };
    Ok(PartialComponents {
        client,
        backend,
        task_manager,
        keystore_container,
        select_chain,
        import_queue,
        transaction_pool,
        other,
    })
}

/// Takes BABE's and GRANDPA's own records back by so many blocks.
pub fn revert_consensus(client: Arc<Client>, backend: Arc<Backend>, blocks: BlockNumber) -> Result<(), sc_cli::Error> {
    sc_consensus_babe::revert(client.clone(), backend, blocks)?;
    sc_consensus_grandpa::revert(client, blocks)?;
    Ok(())
}

fn telemetry(config: &Configuration) -> Result<Option<(TelemetryWorker, Telemetry)>, Error> {
    let Some(endpoints) = config.telemetry_endpoints.clone().filter(|endpoints| !endpoints.is_empty()) else {
        return Ok(None);
    };
    let worker = TelemetryWorker::new(TELEMETRY_BUFFER)?;
    let telemetry = worker.handle().new_telemetry(endpoints);
    Ok(Some((worker, telemetry)))
}

fn inherents(slot_duration: SlotDuration) -> InherentSource {
    Arc::new(move |_, ()| async move {
        let time = sp_timestamp::InherentDataProvider::from_system_time();
        let slot =
            sp_consensus_babe::inherents::InherentDataProvider::from_timestamp_and_slot_duration(*time, slot_duration);
        Ok((slot, time))
    })
}
