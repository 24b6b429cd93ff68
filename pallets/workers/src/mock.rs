//! The runtime of the tests.

use crate::{self as pallet_workers, BondWeight, GenesisWorker, WorkerOf, Workers};
use frame_support::{
    derive_impl, parameter_types,
    traits::{fungible::InspectHold, ConstU128, ConstU32, ConstU64, Hooks},
};
use sp_application_crypto::Pair;
use sp_core::H256;
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::{BuildStorage, DispatchError, Permill};
use std::collections::BTreeSet;
use votive_primitives::{
    ids::{ModelId, VersionId},
    model::{Limits, Price},
    traits::{ModelCatalogue, VersionTerms, WorkerPool},
    worker_key::{possession_message, WorkerKey, WorkerPair, WorkerSignature},
};

pub type AccountId = u64;
pub type Balance = u128;

pub const ALICE: AccountId = 1;
pub const BOB: AccountId = 2;
pub const CAROL: AccountId = 3;
pub const START_BALANCE: Balance = 100_000;
pub const EXISTENTIAL_DEPOSIT: Balance = 10;
pub const MIN_BOND: Balance = 1_000;
pub const BOND: Balance = 2_000;
pub const UNBONDING_DELAY: u64 = 20;
pub const MAX_CAPACITY: u32 = 16;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        WorkerRegistry: pallet_workers,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlock<Test>;
    type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = Balance;
    type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
    type AccountStore = System;
}

parameter_types! {
    /// Whether a migration bars transactions.
    pub static Barred: bool = false;
    /// The versions that take requests.
    pub static OpenVersions: BTreeSet<VersionId> = (1..=100).map(version).collect();
}

pub const CLOSED: DispatchError = DispatchError::Other("the version takes no requests");

pub struct MockCatalogue;

impl ModelCatalogue<AccountId> for MockCatalogue {
    type Balance = Balance;

    fn terms(version: VersionId) -> Result<VersionTerms<Balance>, DispatchError> {
        OpenVersions::get().get(&version).ok_or(CLOSED)?;
        Ok(VersionTerms {
            package_root: H256::repeat_byte(1),
            price: Price::default(),
            royalty: Permill::zero(),
            limits: Limits { max_input: 1, max_output: 1, max_units: 1 },
            units_per_block: 1,
        })
    }

    fn owner(_: ModelId) -> Option<AccountId> {
        None
    }
}

impl pallet_workers::Config for Test {
    type RuntimeHoldReason = RuntimeHoldReason;
    type Currency = Balances;
    type Catalogue = MockCatalogue;
    type Weight = BondWeight<Test>;
    type MinBond = ConstU128<MIN_BOND>;
    type UnbondingDelay = ConstU64<UNBONDING_DELAY>;
    type TransactionsBarred = Barred;
    type MaxCapacity = ConstU32<MAX_CAPACITY>;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSetup = MockCatalogue;
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkSetup for MockCatalogue {
    fn open_version(index: u32) -> VersionId {
        version(index.saturating_add(1))
    }

    fn close_version(version: VersionId) {
        OpenVersions::mutate(|open| drop(open.remove(&version)));
    }
}

pub fn new_test_ext(workers: Vec<GenesisWorker<AccountId, Balance>>) -> sp_io::TestExternalities {
    // Accounts from 100 on fill versions up.
    let accounts = [ALICE, BOB, CAROL].into_iter().chain(100..200);
    let genesis = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig {
            balances: accounts.map(|account| (account, START_BALANCE)).collect(),
            ..Default::default()
        },
        worker_registry: pallet_workers::GenesisConfig { workers },
        ..Default::default()
    };
    let mut ext: sp_io::TestExternalities = genesis.build_storage().expect("the genesis is valid").into();
    // Benchmarks, which cannot hold a pair, sign with a keystore.
    ext.register_extension(KeystoreExt::new(MemoryKeystore::new()));
    ext.execute_with(|| System::set_block_number(1));
    ext
}

/// Runs a test without workers and checks all invariants at its end.
pub fn build_and_execute(test: impl FnOnce()) {
    build_with_workers_and_execute(Vec::new(), test);
}

/// Runs a test on the workers of a genesis and checks all invariants at its end.
pub fn build_with_workers_and_execute(workers: Vec<GenesisWorker<AccountId, Balance>>, test: impl FnOnce()) {
    new_test_ext(workers).execute_with(|| {
        test();
        WorkerRegistry::do_try_state().expect("the invariants hold");
    });
}

pub fn run_to(block: u64) {
    while System::block_number() < block {
        let next = System::block_number() + 1;
        System::set_block_number(next);
        WorkerRegistry::on_initialize(next);
    }
}

pub fn signed(account: AccountId) -> RuntimeOrigin {
    RuntimeOrigin::signed(account)
}

pub fn version(number: u32) -> VersionId {
    VersionId { model: 0, number }
}

pub fn pair(seed: u64) -> WorkerPair {
    WorkerPair::from_string(&format!("//{seed}"), None).expect("a derivation path is a valid seed")
}

/// The worker key that tests give to an operator first.
pub fn key(operator: AccountId) -> WorkerKey {
    pair(operator).public()
}

/// The pair's proof that it wants to serve an operator on the chain of the tests.
pub fn proof(pair: &WorkerPair, operator: AccountId) -> WorkerSignature {
    pair.sign(&possession_message(&System::block_hash(0), &operator))
}

/// Registers an operator's worker with [`BOND`].
pub fn register(operator: AccountId) {
    register_with(operator, BOND);
}

pub fn register_with(operator: AccountId, bond: Balance) {
    let pair = pair(operator);
    WorkerRegistry::register_worker(signed(operator), bond, pair.public(), proof(&pair, operator))
        .expect("the worker is valid");
}

/// Registers an operator's worker and makes it serve the first version.
pub fn serving(operator: AccountId) {
    register(operator);
    WorkerRegistry::serve(signed(operator), version(1)).expect("the version takes requests");
}

pub fn worker(operator: AccountId) -> WorkerOf<Test> {
    Workers::<Test>::get(operator).expect("registered")
}

pub fn held(operator: AccountId) -> Balance {
    Balances::balance_on_hold(&pallet_workers::HoldReason::Bond.into(), &operator)
}

/// What each seat of [`take_seats`] promises.
pub const SEAT_LOCK: Balance = 100;

pub fn take_seats(operator: AccountId, seats: u32) {
    <WorkerRegistry as WorkerPool<_>>::take_seats(&operator, seats, SEAT_LOCK * Balance::from(seats));
}

pub fn lock(operator: AccountId, amount: Balance) {
    <WorkerRegistry as WorkerPool<_>>::lock(&operator, amount).expect("enough is unlocked");
}

pub fn assert_last_event(event: crate::Event<Test>) {
    System::assert_last_event(event.into());
}

pub fn assert_event(event: crate::Event<Test>) {
    System::assert_has_event(event.into());
}
