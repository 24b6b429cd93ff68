//! The chain that the tests of the runtime stand on: the state right after the genesis of a preset.
#![allow(dead_code)]

use frame_support::traits::Contains;
use sp_genesis_builder::PresetId;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{traits::Dispatchable, BuildStorage, DispatchResult};
use votive_primitives::{ids::VersionId, payload::Bundle, request::Seats, worker_key::WorkerKey, Parameters};
use votive_runtime::{genesis_config_presets::get_preset, *};

/// The version of the presets.
pub const DIGITS: VersionId = VersionId { model: 0, number: 1 };

/// The chain's state right after the genesis of a preset, in block 1 so that events are kept.
pub fn genesis(preset: &str) -> sp_io::TestExternalities {
    let patch = get_preset(&PresetId::from(preset)).expect("the preset exists");
    let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
    merge(&mut config, serde_json::from_slice(&patch).unwrap());
    let config: RuntimeGenesisConfig = serde_json::from_value(config).unwrap();
    let mut state: sp_io::TestExternalities = config.build_storage().unwrap().into();
    state.execute_with(|| System::set_block_number(1));
    state
}

/// Overwrites what the patch names and keeps the rest.
fn merge(base: &mut serde_json::Value, patch: serde_json::Value) {
    match (base, patch) {
        (serde_json::Value::Object(base), serde_json::Value::Object(patch)) => {
            for (key, value) in patch {
                merge(base.entry(key).or_insert(serde_json::Value::Null), value);
            }
        }
        (base, patch) => *base = patch,
    }
}

/// Sends a call as an account.
pub fn send(account: &AccountId, call: impl Into<RuntimeCall>) -> DispatchResult {
    let sent = call.into().dispatch(RuntimeOrigin::signed(account.clone()));
    sent.map(|_| ()).map_err(|refused| refused.error)
}

/// Sends a call as one of the people of the presets.
pub fn send_as(sender: Sr25519Keyring, call: impl Into<RuntimeCall>) -> DispatchResult {
    send(&sender.to_account_id(), call)
}

/// Whether the call filter lets a call pass that root does not send.
pub fn passes(call: &RuntimeCall) -> bool {
    <Runtime as frame_system::Config>::BaseCallFilter::contains(call)
}

/// A transfer of one VOT to Eve.
pub fn transfer() -> RuntimeCall {
    let dest = Sr25519Keyring::Eve.to_account_id().into();
    pallet_balances::Call::transfer_allow_death { dest, value: VOT }.into()
}

/// A request for a digit.
pub fn request() -> RuntimeCall {
    pallet_inference::Call::submit_request {
        version: DIGITS,
        input: vec![0; 64].try_into().unwrap(),
        parameters: Parameters { max_units: 1, ..Default::default() },
        seats: Seats::One,
        audit: sp_runtime::Permill::from_percent(2),
        max_fee: VOT,
    }
    .into()
}

/// A commit and a reveal of nothing: enough for the call filter.
pub fn bundles() -> [RuntimeCall; 2] {
    let key = WorkerKey::from(sp_core::ed25519::Public::default());
    let signature = sp_core::ed25519::Signature::default();
    let commits = Bundle { key: key.clone(), signed_at: 0, items: Default::default() };
    let reveals = Bundle { key, signed_at: 0, items: Default::default() };
    [
        pallet_inference::Call::commit { bundle: commits, signature: signature.into() }.into(),
        pallet_inference::Call::reveal { bundle: reveals, signature: signature.into() }.into(),
    ]
}
