//! The benchmarks of the runtime's pallets, and what they need of it. Run with `frame-omni-bencher`.
//!
//! Not listed: pallets whose calls this runtime never weighs (Babe, Grandpa: nobody can report equivocations) or whose
//! benchmarks need a staking pallet (Session).

use crate::{
    configs::treasury_account,
    genesis_config_presets::{digits, MODELS},
    parameters::dynamic,
    *,
};
use alloc::{format, string::String};
use frame_benchmarking::{baseline, BenchmarkBatch, BenchmarkConfig, BenchmarkList};
use frame_support::traits::{
    fungible::Mutate, BuildGenesisConfig, Get, StorageInfo, StorageInfoTrait, WhitelistedStorageKeys,
};
use pallet_workers::GenesisWorker;
use sp_application_crypto::RuntimeAppPublic;
use votive_primitives::{
    ids::VersionId, model::MAX_WORKERS_PER_VERSION, worker_key::WorkerKey, MAX_INPUT_BYTES, MAX_OUTPUT_BYTES,
};

use baseline::Pallet as Baseline;
use frame_system_benchmarking::{extensions::Pallet as SystemExtensions, Pallet as SystemCalls};

frame_benchmarking::define_benchmarks!(
    [frame_benchmarking, Baseline::<Runtime>]
    [frame_system, SystemCalls::<Runtime>]
    [frame_system_extensions, SystemExtensions::<Runtime>]
    [pallet_balances, Balances]
    [pallet_collective, Council]
    [pallet_inference, Inference]
    [pallet_migrations, MultiBlockMigrations]
    [pallet_models, Models]
    [pallet_multisig, Multisig]
    [pallet_parameters, Parameters]
    [pallet_preimage, Preimage]
    [pallet_proxy, Proxy]
    [pallet_safe_mode, SafeMode]
    [pallet_sudo, Sudo]
    [pallet_timestamp, Timestamp]
    [pallet_transaction_payment, TransactionPayment]
    [pallet_tx_pause, TxPause]
    [pallet_utility, Utility]
    [pallet_whitelist, Whitelist]
    [pallet_workers, Workers]
);

/// The benchmarks and the storage that they may touch.
pub(crate) fn metadata(extra: bool) -> (Vec<BenchmarkList>, Vec<StorageInfo>) {
    let mut list = Vec::new();
    list_benchmarks!(list, extra);
    (list, AllPalletsWithSystem::storage_info())
}

/// Runs one of them.
pub(crate) fn dispatch(config: BenchmarkConfig) -> Result<Vec<BenchmarkBatch>, String> {
    let whitelist = AllPalletsWithSystem::whitelisted_storage_keys();
    let mut batches = Vec::new();
    let params = (&config, &whitelist);
    add_benchmarks!(params, batches);
    Ok(batches)
}

impl baseline::Config for Runtime {}
impl frame_system_benchmarking::Config for Runtime {}
impl pallet_transaction_payment::BenchmarkConfig for Runtime {}

impl pallet_workers::benchmarking::BenchmarkSetup for Runtime {
    fn open_version(index: u32) -> VersionId {
        // After the preset's, which workers serve already.
        let model = index + MODELS;
        while pallet_models::NextModelId::<Runtime>::get() <= model {
            ModelsConfig { models: alloc::vec![digits()] }.build();
        }
        VersionId { model, number: 1 }
    }

    fn close_version(version: VersionId) {
        let owner = pallet_models::Models::<Runtime>::get(version.model).map(|model| model.owner);
        let owner = owner.expect("the version was opened before");
        Models::deprecate_version(RuntimeOrigin::signed(owner), version).expect("its owner asks for it");
    }
}

impl pallet_inference::benchmarking::BenchmarkSetup<AccountId> for Runtime {
    fn served_version() -> VersionId {
        let version = VersionId { model: pallet_models::NextModelId::<Runtime>::get(), number: 1 };
        let mut model = digits();
        for version in &mut model.versions {
            version.spec.limits.max_input = MAX_INPUT_BYTES;
            version.spec.limits.max_output = MAX_OUTPUT_BYTES;
        }
        ModelsConfig { models: alloc::vec![model] }.build();
        let workers = (0..MAX_WORKERS_PER_VERSION).map(|index| GenesisWorker {
            operator: funded("operator", index),
            bond: 500_000 * VOT,
            // From a raw seed: deriving one from a phrase takes longer than most benchmarks.
            key: WorkerKey::generate_pair(Some(format!("0x{:064x}", index + 1).into_bytes())),
            capacity: <Runtime as pallet_workers::Config>::MaxCapacity::get(),
            serves: alloc::vec![version],
        });
        WorkersConfig { workers: workers.collect() }.build();
        // Paid at the end of a request, it must exist.
        Balances::set_balance(&treasury_account(), VOT);
        version
    }

    fn worker_record(operator: &AccountId) -> Vec<u8> {
        pallet_workers::Workers::<Runtime>::hashed_key_for(operator)
    }

    fn shared_records(version: VersionId) -> Vec<Vec<u8>> {
        use dynamic::settlement;
        let windows =
            parameters::RuntimeParametersKey::Settlement(settlement::ParametersKey::Windows(settlement::Windows));
        alloc::vec![
            pallet_parameters::Parameters::<Runtime>::hashed_key_for(windows),
            pallet_models::Models::<Runtime>::hashed_key_for(version.model),
        ]
    }

    fn funded_account(index: u32) -> AccountId {
        funded("requester", index)
    }
}

fn funded(role: &'static str, index: u32) -> AccountId {
    let account = frame_benchmarking::account(role, index, 0);
    Balances::set_balance(&account, 1_000_000 * VOT);
    account
}

/// The parameter that the benchmark sets.
impl Default for parameters::RuntimeParameters {
    fn default() -> Self {
        use dynamic::settlement::{FeeFloor, Parameters};
        Self::Settlement(Parameters::FeeFloor(FeeFloor, Some(VOT)))
    }
}
