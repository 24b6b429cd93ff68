//! Workers that exist from the first block on.

use crate::{mock::*, GenesisWorker, Served};
use frame_support::traits::fungible::Inspect;
use sp_core::crypto::Ss58Codec;
use votive_primitives::traits::WorkerPool;

fn genesis_worker(operator: AccountId) -> GenesisWorker<AccountId, Balance> {
    GenesisWorker { operator, bond: BOND, key: key(operator), capacity: 7, serves: vec![version(1), version(2)] }
}

#[test]
fn a_genesis_worker_is_bonded_and_serves_its_versions() {
    build_with_workers_and_execute(vec![genesis_worker(ALICE), genesis_worker(BOB)], || {
        assert_eq!((held(ALICE), Balances::balance(&ALICE)), (BOND, START_BALANCE - BOND));
        assert_eq!((worker(ALICE).capacity, worker(ALICE).key), (7, key(ALICE)));
        assert_eq!(Served::<Test>::get(ALICE).into_inner(), vec![version(1), version(2)]);
        assert_eq!(<WorkerRegistry as WorkerPool<_>>::candidates(version(2)).len(), 2);
    });
}

#[test]
fn the_chain_specs_json_is_read() {
    let json = serde_json::json!({ "workers": [{
        "operator": ALICE,
        "bond": BOND as u64,
        "key": key(ALICE).to_ss58check(),
        "capacity": 7,
        "serves": [{ "model": 0, "number": 1 }, { "model": 0, "number": 2 }],
    }]});
    let config: crate::GenesisConfig<Test> = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(config.workers, vec![genesis_worker(ALICE)]);
    assert_eq!(serde_json::to_value(&config).unwrap(), json);
}

#[test]
#[should_panic(expected = "KeyInUse")]
fn a_genesis_with_one_key_for_two_starts_no_chain() {
    new_test_ext(vec![genesis_worker(ALICE), GenesisWorker { key: key(ALICE), ..genesis_worker(BOB) }]);
}

#[test]
#[should_panic(expected = "AlreadyRegistered")]
fn a_genesis_with_two_workers_of_one_operator_starts_no_chain() {
    new_test_ext(vec![genesis_worker(ALICE), genesis_worker(ALICE)]);
}

#[test]
#[should_panic(expected = "BondTooLow")]
fn a_genesis_with_too_low_a_bond_starts_no_chain() {
    new_test_ext(vec![GenesisWorker { bond: MIN_BOND - 1, ..genesis_worker(ALICE) }]);
}

#[test]
#[should_panic(expected = "CapacityZero")]
fn a_genesis_without_capacity_starts_no_chain() {
    new_test_ext(vec![GenesisWorker { capacity: 0, ..genesis_worker(ALICE) }]);
}

#[test]
#[should_panic(expected = "takes no requests")]
fn a_genesis_that_serves_an_unknown_version_starts_no_chain() {
    new_test_ext(vec![GenesisWorker { serves: vec![version(101)], ..genesis_worker(ALICE) }]);
}
