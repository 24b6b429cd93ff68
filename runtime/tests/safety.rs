//! Safe mode and paused calls stop what they should, and never a commit, a reveal or governance.

mod chain;

use chain::{bundles, genesis, passes, request, send_as, transfer};
use frame_support::{
    assert_noop, assert_ok,
    migrations::{FailedMigrationHandler, FailedMigrationHandling},
    traits::GetCallMetadata,
};
use frame_system::RawOrigin;
use sp_genesis_builder::DEV_RUNTIME_PRESET;
use sp_keyring::Sr25519Keyring::Alice;
use sp_runtime::traits::Dispatchable;
use std::collections::BTreeSet;
use votive_runtime::*;

const FILTERED: frame_system::Error<Runtime> = frame_system::Error::CallFiltered;

type Paused = pallet_tx_pause::RuntimeCallNameOf<Runtime>;

fn name(pallet: &str, call: &str) -> Paused {
    (pallet.as_bytes().to_vec().try_into().unwrap(), call.as_bytes().to_vec().try_into().unwrap())
}

/// Pauses every call that can be paused and returns the names of those that cannot.
fn pause_all() -> BTreeSet<String> {
    let mut unpausable = BTreeSet::new();
    for pallet in RuntimeCall::get_module_names() {
        for call in RuntimeCall::get_call_names(pallet) {
            match TxPause::pause(RuntimeOrigin::root(), name(pallet, call)) {
                Ok(()) => (),
                Err(error) => {
                    assert_eq!(error, pallet_tx_pause::Error::<Runtime>::Unpausable.into());
                    unpausable.insert(format!("{pallet}.{call}"));
                }
            }
        }
    }
    unpausable
}

fn assert_only_the_workers_go_on() {
    assert_noop!(send_as(Alice, transfer()), FILTERED);
    assert_noop!(send_as(Alice, request()), FILTERED);
    for bundle in bundles() {
        assert!(passes(&bundle));
        // It reaches the pallet, which finds nothing fresh in it.
        let refused = bundle.dispatch(RawOrigin::Authorized.into()).unwrap_err().error;
        assert_eq!(refused, pallet_inference::Error::<Runtime>::NothingFresh.into());
    }
    assert!(passes(&pallet_timestamp::Call::set { now: 1 }.into()));
}

#[test]
fn without_safe_mode_and_pauses_everything_passes() {
    genesis(DEV_RUNTIME_PRESET).execute_with(|| {
        assert_ok!(send_as(Alice, transfer()));
        assert_ok!(send_as(Alice, request()));
        // A name longer than the pallet of pauses takes would count as paused.
        for pallet in RuntimeCall::get_module_names() {
            for call in RuntimeCall::get_call_names(pallet) {
                assert!(!TxPause::is_paused(&name(pallet, call)), "{pallet}.{call}");
            }
        }
    });
}

#[test]
fn safe_mode_stops_everybody_but_the_workers_and_governance() {
    genesis(DEV_RUNTIME_PRESET).execute_with(|| {
        assert_ok!(SafeMode::force_enter(RuntimeOrigin::root()));
        assert_only_the_workers_go_on();
        let lifting = || RuntimeCall::from(pallet_safe_mode::Call::force_exit {});
        // A batch passes, but what it holds is asked again.
        let calls = vec![transfer()];
        assert_noop!(send_as(Alice, pallet_utility::Call::batch_all { calls }), FILTERED);
        assert_ok!(send_as(Alice, pallet_sudo::Call::sudo { call: Box::new(transfer()) }));
        assert_ok!(send_as(
            Alice,
            pallet_collective::Call::<Runtime, CouncilInstance>::propose {
                threshold: 1,
                proposal: Box::new(lifting()),
                length_bound: 100,
            }
        ));
        assert!(!SafeMode::is_entered());
        assert_ok!(send_as(Alice, transfer()));
    });
}

#[test]
fn safe_mode_ends_by_itself_after_a_day() {
    use frame_support::traits::Hooks;
    genesis(DEV_RUNTIME_PRESET).execute_with(|| {
        assert_ok!(SafeMode::force_enter(RuntimeOrigin::root()));
        SafeMode::on_initialize(DAYS + 1);
        assert!(SafeMode::is_entered());
        SafeMode::on_initialize(DAYS + 2);
        assert!(!SafeMode::is_entered());
    });
}

#[test]
fn nobody_enters_safe_mode_for_a_deposit() {
    genesis(DEV_RUNTIME_PRESET).execute_with(|| {
        let disabled = pallet_safe_mode::Error::<Runtime>::NotConfigured;
        assert_noop!(send_as(Alice, pallet_safe_mode::Call::enter {}), disabled);
    });
}

#[test]
fn commits_reveals_and_governance_cannot_be_paused() {
    genesis(DEV_RUNTIME_PRESET).execute_with(|| {
        let unpausable = pause_all();
        let whole = ["Timestamp", "Parameters", "Sudo", "TxPause", "SafeMode", "Council", "Whitelist", "Preimage"];
        let mut expected: BTreeSet<String> =
            ["Inference.commit", "Inference.reveal", "System.apply_authorized_upgrade"].map(String::from).into();
        for pallet in whole {
            expected.extend(RuntimeCall::get_call_names(pallet).iter().map(|call| format!("{pallet}.{call}")));
        }
        assert_eq!(unpausable, expected);
        assert_only_the_workers_go_on();
        // In safe mode on top of it too, and the way back is open.
        assert_ok!(SafeMode::force_enter(RuntimeOrigin::root()));
        assert_only_the_workers_go_on();
        assert!(passes(&pallet_tx_pause::Call::unpause { ident: name("Balances", "transfer_allow_death") }.into()));
        assert!(passes(&pallet_whitelist::Call::whitelist_call { call_hash: Hash::zero() }.into()));
    });
}

#[test]
fn a_failed_migration_ends_in_safe_mode_with_transactions() {
    type Handler = <Runtime as pallet_migrations::Config>::FailedMigrationHandler;
    genesis(DEV_RUNTIME_PRESET).execute_with(|| {
        // The second failure finds safe mode entered.
        for _ in 0..2 {
            assert_eq!(Handler::failed(Some(0)), FailedMigrationHandling::ForceUnstuck);
            assert_eq!(pallet_safe_mode::EnteredUntil::<Runtime>::get(), Some(BlockNumber::MAX));
        }
        assert_only_the_workers_go_on();
    });
}

#[test]
fn no_migration_is_under_way_at_genesis() {
    use frame_support::migrations::MultiStepMigrator;
    genesis(DEV_RUNTIME_PRESET).execute_with(|| {
        assert!(!<Runtime as frame_system::Config>::MultiBlockMigrator::ongoing());
    });
}
