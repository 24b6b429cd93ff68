//! What each type of proxy may do in the name of an operator.

mod chain;

use chain::{genesis, request, send, send_as, transfer, DIGITS};
use frame_support::assert_ok;
use sp_core::{crypto::get_public_from_string_or_panic, sr25519};
use sp_genesis_builder::DEV_RUNTIME_PRESET;
use sp_keyring::Sr25519Keyring::{Bob, Charlie};
use sp_runtime::DispatchResult;
use votive_primitives::worker_key::WorkerKey;
use votive_runtime::*;

type WorkersCall = pallet_workers::Call<Runtime>;
type ProxyCall = pallet_proxy::Call<Runtime>;

/// The operator of the worker of `development`.
fn operator() -> AccountId {
    get_public_from_string_or_panic::<sr25519::Public>("Alice//operator//1").into()
}

/// Makes Bob the operator's only proxy, of a type.
fn with_proxy(proxy_type: ProxyType, test: impl FnOnce()) {
    genesis(DEV_RUNTIME_PRESET).execute_with(|| {
        let delegate = Bob.to_account_id().into();
        assert_ok!(send(&operator(), ProxyCall::add_proxy { delegate, proxy_type, delay: 0 }));
        test();
    });
}

/// Sends a call as Bob in the operator's name. Returns how the call went.
fn by_proxy(call: impl Into<RuntimeCall>) -> DispatchResult {
    let (real, call) = (operator().into(), Box::new(call.into()));
    assert_ok!(send_as(Bob, ProxyCall::proxy { real, force_proxy_type: None, call }));
    let executed = System::events().into_iter().rev().find_map(|record| match record.event {
        RuntimeEvent::Proxy(pallet_proxy::Event::ProxyExecuted { result }) => Some(result),
        _ => None,
    });
    executed.expect("a proxy's call ends with an event")
}

fn refused(call: impl Into<RuntimeCall>) {
    let call = call.into();
    assert_eq!(by_proxy(call.clone()), Err(frame_system::Error::<Runtime>::CallFiltered.into()), "{call:?}");
}

fn register_worker() -> WorkersCall {
    let key = WorkerKey::from(sp_core::ed25519::Public::default());
    let proof = sp_core::ed25519::Signature::default().into();
    WorkersCall::register_worker { bond: 50_000 * VOT, key, proof }
}

fn batch(call: impl Into<RuntimeCall>) -> pallet_utility::Call<Runtime> {
    pallet_utility::Call::batch_all { calls: vec![call.into()] }
}

#[test]
fn a_worker_proxy_runs_the_worker_and_does_not_touch_its_bond() {
    with_proxy(ProxyType::Worker, || {
        assert_ok!(by_proxy(WorkersCall::set_capacity { capacity: 8 }));
        assert_ok!(by_proxy(WorkersCall::chill {}));
        assert_ok!(by_proxy(WorkersCall::activate {}));
        assert_ok!(by_proxy(WorkersCall::unserve { version: DIGITS }));
        assert_ok!(by_proxy(batch(WorkersCall::serve { version: DIGITS })));
        refused(register_worker());
        refused(WorkersCall::unbond {});
        refused(WorkersCall::cancel_unbond {});
        refused(WorkersCall::bond_extra { amount: VOT });
        refused(transfer());
        refused(request());
    });
}

#[test]
fn a_staking_proxy_looks_after_the_bond_and_does_not_run_the_worker() {
    with_proxy(ProxyType::Staking, || {
        assert_ok!(by_proxy(WorkersCall::bond_extra { amount: VOT }));
        assert_ok!(by_proxy(WorkersCall::unbond {}));
        assert_ok!(by_proxy(WorkersCall::cancel_unbond {}));
        refused(register_worker());
        refused(WorkersCall::set_capacity { capacity: 8 });
        refused(WorkersCall::chill {});
        refused(transfer());
    });
}

#[test]
fn a_proxy_that_cannot_transfer_pays_nobody() {
    with_proxy(ProxyType::NonTransfer, || {
        assert_ok!(by_proxy(WorkersCall::chill {}));
        assert_ok!(by_proxy(WorkersCall::bond_extra { amount: VOT }));
        refused(transfer());
        refused(request());
        let new_owner = Bob.to_account_id().into();
        refused(pallet_models::Call::transfer_model { model: 0, new_owner });
    });
}

#[test]
fn a_batch_hides_nothing() {
    with_proxy(ProxyType::Worker, || refused(batch(transfer())));
}

#[test]
fn a_proxy_names_none_that_may_do_more() {
    let name = |proxy_type| ProxyCall::add_proxy { delegate: Charlie.to_account_id().into(), proxy_type, delay: 0 };
    with_proxy(ProxyType::Worker, || {
        for proxy_type in [ProxyType::Any, ProxyType::NonTransfer, ProxyType::Staking, ProxyType::Governance] {
            refused(name(proxy_type));
        }
    });
    with_proxy(ProxyType::Any, || assert_eq!(by_proxy(name(ProxyType::Worker)), Ok(())));
}

#[test]
fn a_proxy_costs_its_owner_a_deposit() {
    with_proxy(ProxyType::Worker, || {
        let (_, deposit) = pallet_proxy::Proxies::<Runtime>::get(operator());
        assert!(deposit > VOT && deposit < 2 * VOT);
        assert_ok!(send(&operator(), ProxyCall::remove_proxies {}));
        assert_eq!(pallet_proxy::Proxies::<Runtime>::get(operator()).1, 0);
    });
}
