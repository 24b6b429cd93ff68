//! The genesis presets: `development` (one validator that is a worker) and `local_testnet` (four validators, eight
//! workers). Both hold funded accounts, a council of the validators, and two models, served from the first block on: digits and a
//! llama that generates text.
//! `throughput` is `development` with enough workers, seats and bonds for thousands of requests at a time. `development` and
//! `throughput` have a sudo key.

use crate::{configs::treasury_account, *};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use frame_support::build_struct_json_patch;
use pallet_grandpa::AuthorityId as GrandpaId;
use pallet_models::{GenesisModel, GenesisVersion};
use pallet_workers::GenesisWorker;
use sp_consensus_babe::AuthorityId as BabeId;
use sp_core::{crypto::get_public_from_string_or_panic as public, ed25519, sr25519};
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use votive_primitives::{
    ids::VersionId,
    model::{Price, VersionSpec},
    worker_key::WorkerKey,
};

/// The digits version as `votive-engine pack` wrote it beside its package.
const DIGITS_VERSION: &str = include_str!("../../models/digits/version.json");

/// As [`DIGITS_VERSION`], of the llama.
const TINY_LLAMA_VERSION: &str = include_str!("../../models/tiny-llama/version.json");

/// What every account of the presets starts with.
const ENDOWMENT: Balance = 1_000_000 * VOT;

/// Accounts for dApps to play with.
const PEOPLE: [&str; 6] = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"];

/// The preset that the throughput is measured on.
pub const THROUGHPUT_RUNTIME_PRESET: &str = "throughput";

/// The models of the presets, served from the first block on.
pub(crate) const MODELS: u32 = 2;

/// What a preset has of validators and workers.
struct Staff {
    /// Validators by their seeds, who are the council too.
    validators: &'static [&'static str],
    workers_each: u32,
    capacity: u32,
    /// How many of the models each worker serves.
    models: u32,
    sudo: Option<&'static str>,
}

const DEVELOPMENT: Staff =
    Staff { validators: &["Alice"], workers_each: 1, capacity: 64, models: MODELS, sudo: Some("Alice") };

const LOCAL: Staff = Staff {
    validators: &["Alice", "Bob", "Charlie", "Dave"],
    workers_each: 2,
    capacity: 64,
    models: MODELS,
    sudo: None,
};

const THROUGHPUT: Staff = Staff { workers_each: 32, capacity: 256, models: 1, ..DEVELOPMENT };

/// The preset of a name, as a JSON patch of the default genesis.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
    let staff = match id.as_ref() {
        DEV_RUNTIME_PRESET => DEVELOPMENT,
        LOCAL_TESTNET_RUNTIME_PRESET => LOCAL,
        THROUGHPUT_RUNTIME_PRESET => THROUGHPUT,
        _ => return None,
    };
    Some(preset(staff).to_string().into_bytes())
}

/// The names of the presets.
pub fn preset_names() -> Vec<PresetId> {
    [DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET, THROUGHPUT_RUNTIME_PRESET].map(PresetId::from).to_vec()
}

fn preset(Staff { validators, workers_each, capacity, models, sudo }: Staff) -> serde_json::Value {
    let workers: Vec<_> = validators
        .iter()
        .flat_map(|validator| (1..=workers_each).map(move |number| worker(validator, number, (capacity, models))))
        .collect();
    let mut balances: Vec<_> = PEOPLE.iter().map(|name| (account(name), ENDOWMENT)).collect();
    balances.extend(workers.iter().map(|worker| (worker.operator.clone(), ENDOWMENT)));
    balances.push((treasury_account(), VOT));
    build_struct_json_patch!(RuntimeGenesisConfig {
        balances: BalancesConfig { balances },
        babe: BabeConfig { epoch_config: BABE_EPOCH_CONFIG },
        session: SessionConfig { keys: validators.iter().map(|validator| session_keys(validator)).collect() },
        sudo: SudoConfig { key: sudo.map(account) },
        council: CouncilConfig { members: validators.iter().map(|validator| account(validator)).collect() },
        models: ModelsConfig { models: [digits(), tiny_llama()].into_iter().take(models as usize).collect() },
        workers: WorkersConfig { workers },
    })
}

fn account(seed: &str) -> AccountId {
    public::<sr25519::Public>(seed).into()
}

fn session_keys(validator: &str) -> (AccountId, AccountId, SessionKeys) {
    let keys = SessionKeys { babe: public::<BabeId>(validator), grandpa: public::<GrandpaId>(validator) };
    (account(validator), account(validator), keys)
}

/// A worker of a validator's node: the node inserts the keys of the first two by itself when it starts with the validator's
/// seed.
fn worker(validator: &str, number: u32, (capacity, models): (u32, u32)) -> GenesisWorker<AccountId, Balance> {
    let seed = |role: &str| -> String { format!("{validator}//{role}//{number}") };
    GenesisWorker {
        operator: account(&seed("operator")),
        bond: 50_000 * VOT,
        key: WorkerKey::from(public::<ed25519::Public>(&seed("worker"))),
        capacity,
        serves: (0..models).map(|model| VersionId { model, number: 1 }).collect(),
    }
}

/// The handwritten digits, owned by Charlie.
pub(crate) fn digits() -> GenesisModel<AccountId, Balance> {
    let spec: VersionSpec =
        serde_json::from_str(DIGITS_VERSION).expect("a test parses the committed version of digits; qed");
    GenesisModel {
        owner: account("Charlie"),
        name: "digits".into(),
        description: "Reads a handwritten digit from 8 × 8 grey values of 0 to 16 and gives the probability of each \
                      of the ten digits."
            .into(),
        task: "image-classification".into(),
        licence: "Apache-2.0".into(),
        tags: alloc::vec!["vision".into(), "digits".into(), "mlp".into()],
        royalty_percent: 10,
        versions: alloc::vec![GenesisVersion { spec, price: Price { per_call: VOT, per_unit: 0 } }],
    }
}

/// The llama that continues texts, owned by Dave. Its answers are paid by the token.
pub(crate) fn tiny_llama() -> GenesisModel<AccountId, Balance> {
    let spec: VersionSpec =
        serde_json::from_str(TINY_LLAMA_VERSION).expect("a test parses the committed version of tiny-llama; qed");
    GenesisModel {
        owner: account("Dave"),
        name: "tiny-llama".into(),
        description:
            "Continues a text in the manner of the King James Bible. Takes UTF-8 and gives token ids, which its \
                      tokenizer.json turns into a text."
                .into(),
        task: "text-generation".into(),
        licence: "Apache-2.0".into(),
        tags: alloc::vec!["text".into(), "llama".into()],
        royalty_percent: 10,
        versions: alloc::vec![GenesisVersion { spec, price: Price { per_call: VOT / 10, per_unit: VOT / 100 } }],
    }
}
