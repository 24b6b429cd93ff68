//! The genesis presets: they parse, they build, and what they promise is there.

mod chain;

use chain::{genesis, DIGITS};
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave};
use votive_runtime::{genesis_config_presets::get_preset, *};

#[test]
fn the_development_preset_has_one_worker_that_serves_digits() {
    genesis(DEV_RUNTIME_PRESET).execute_with(|| {
        assert_eq!(Babe::authorities().len(), 1);
        let model = Models::model(0).expect("digits is registered");
        assert_eq!(model.metadata.name.to_vec(), b"digits");
        assert_eq!(model.versions.len(), 1);
        assert!(!model.versions[0].spec.golden_vectors.is_empty());
        let workers = Workers::workers(DIGITS);
        assert_eq!(workers.len(), 1);
        assert!(!workers[0].chilled);
    });
}

#[test]
fn both_presets_have_a_model_that_generates_and_is_paid_by_the_token() {
    for (preset, workers) in [(DEV_RUNTIME_PRESET, 1), (LOCAL_TESTNET_RUNTIME_PRESET, 8)] {
        genesis(preset).execute_with(|| {
            let model = Models::model(1).expect("tiny-llama is registered");
            assert_eq!(model.metadata.name.to_vec(), b"tiny-llama");
            let [version] = &model.versions[..] else { panic!("it has one version") };
            assert!(version.spec.limits.max_units > 1 && version.price.per_unit > 0);
            assert_eq!(Workers::workers(version.id).len(), workers);
        });
    }
}

#[test]
fn the_local_preset_has_four_validators_and_eight_workers_with_keys_of_their_own() {
    genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
        assert_eq!(Babe::authorities().len(), 4);
        assert_eq!(Grandpa::grandpa_authorities().len(), 4);
        let workers = Workers::workers(DIGITS);
        let keys: std::collections::BTreeSet<_> = workers.iter().map(|worker| worker.key.clone()).collect();
        assert_eq!((workers.len(), keys.len()), (8, 8));
    });
}

#[test]
fn development_has_a_sudo_key_and_the_local_preset_has_a_council_instead() {
    let members = || pallet_collective::Members::<Runtime, CouncilInstance>::get();
    genesis(DEV_RUNTIME_PRESET).execute_with(|| {
        assert_eq!(pallet_sudo::Key::<Runtime>::get(), Some(Alice.to_account_id()));
        assert_eq!(members(), [Alice.to_account_id()]);
    });
    genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
        assert_eq!(pallet_sudo::Key::<Runtime>::get(), None);
        let mut four = [Alice, Bob, Charlie, Dave].map(|member| member.to_account_id());
        four.sort();
        assert_eq!(members(), four);
    });
}

#[test]
fn the_invariants_hold_from_genesis_on() {
    for preset in [DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET] {
        genesis(preset).execute_with(|| {
            Inference::do_try_state().unwrap();
            Models::do_try_state().unwrap();
            Workers::do_try_state().unwrap();
        });
    }
}

#[test]
fn the_treasury_exists_so_that_it_can_take_any_payment() {
    genesis(DEV_RUNTIME_PRESET).execute_with(|| {
        let treasury = <Runtime as pallet_inference::Config>::Treasury::get();
        assert!(Balances::free_balance(treasury) >= EXISTENTIAL_DEPOSIT);
    });
}

#[test]
fn other_presets_do_not_exist() {
    assert!(get_preset(&PresetId::from("production")).is_none());
}
