//! The runtime of the tests.

use crate::{self as pallet_models, Deposit, GenesisModel, Models, Versions};
use frame_support::{
    derive_impl, parameter_types,
    traits::{
        fungible::{HoldConsideration, InspectHold},
        ConstU128, ConstU16, Equals, Footprint, LinearStoragePrice,
    },
};
use sp_core::H256;
use sp_runtime::{traits::Convert, BuildStorage, Permill};
use std::collections::BTreeSet;
use votive_primitives::{
    ids::{ModelId, VersionId},
    model::{Architecture, GoldenVector, Limits, Metadata, Price, VersionSpec},
    traits::VersionUse,
};

pub type AccountId = u64;
pub type Balance = u128;

pub const ALICE: AccountId = 1;
pub const BOB: AccountId = 2;
pub const POOR: AccountId = 3;
pub const START_BALANCE: Balance = 1_000_000;
pub const MAX_PRICE: Balance = 1_000_000_000;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        ModelRegistry: pallet_models,
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
    type ExistentialDeposit = ConstU128<1>;
    type AccountStore = System;
}

parameter_types! {
    pub const ModelHold: RuntimeHoldReason = RuntimeHoldReason::ModelRegistry(pallet_models::HoldReason::ModelDeposit);
    pub const VersionHold: RuntimeHoldReason =
        RuntimeHoldReason::ModelRegistry(pallet_models::HoldReason::VersionDeposit);
    pub static VersionsInUse: BTreeSet<VersionId> = BTreeSet::new();
}

/// 100, and 1 for each byte.
pub type DepositPrice = LinearStoragePrice<ConstU128<100>, ConstU128<1>, Balance>;

pub struct MockUse;

impl VersionUse for MockUse {
    fn in_use(version: VersionId) -> bool {
        VersionsInUse::get().contains(&version)
    }
}

impl pallet_models::Config for Test {
    type Currency = Balances;
    type ModelConsideration = HoldConsideration<AccountId, Balances, ModelHold, DepositPrice>;
    type VersionConsideration = HoldConsideration<AccountId, Balances, VersionHold, DepositPrice>;
    type VersionUse = MockUse;
    type KernelSpecs = Equals<ConstU16<1>>;
    type MaxPrice = ConstU128<MAX_PRICE>;
    type WeightInfo = ();
}

pub fn new_test_ext(models: Vec<GenesisModel<AccountId, Balance>>) -> sp_io::TestExternalities {
    let balances = vec![(ALICE, START_BALANCE), (BOB, START_BALANCE), (POOR, 50)];
    let genesis = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
        model_registry: pallet_models::GenesisConfig { models },
        ..Default::default()
    };
    let mut ext: sp_io::TestExternalities = genesis.build_storage().expect("the genesis is valid").into();
    ext.execute_with(|| System::set_block_number(1));
    ext
}

/// Runs a test on an empty registry and checks all invariants at its end.
pub fn build_and_execute(test: impl FnOnce()) {
    build_with_models_and_execute(Vec::new(), test);
}

/// Runs a test on the models of a genesis and checks all invariants at its end.
pub fn build_with_models_and_execute(models: Vec<GenesisModel<AccountId, Balance>>, test: impl FnOnce()) {
    new_test_ext(models).execute_with(|| {
        test();
        ModelRegistry::do_try_state().expect("the invariants hold");
        for account in [ALICE, BOB, POOR] {
            assert_deposits_of(account);
        }
    });
}

/// What is held from an account is the sum of the deposits that it left, to the last unit.
fn assert_deposits_of(account: AccountId) {
    let left = |depositor: Option<AccountId>, footprint: Footprint| -> Balance {
        depositor.filter(|who| *who == account).map_or(0, |_| DepositPrice::convert(footprint))
    };
    let models: Balance = Models::<Test>::iter()
        .map(|(id, model)| {
            let metadata = crate::MetadataOf::<Test>::get(id).expect("checked by do_try_state");
            left(depositor(&model.deposit), ModelRegistry::model_footprint(&metadata))
        })
        .sum();
    let versions: Balance = Versions::<Test>::iter_values()
        .map(|version| left(depositor(&version.deposit), ModelRegistry::version_footprint(&version.spec)))
        .sum();
    assert_eq!(Balances::balance_on_hold(&ModelHold::get(), &account), models);
    assert_eq!(Balances::balance_on_hold(&VersionHold::get(), &account), versions);
}

fn depositor<Ticket>(deposit: &Option<Deposit<AccountId, Ticket>>) -> Option<AccountId> {
    deposit.as_ref().map(|deposit| deposit.depositor)
}

pub fn signed(account: AccountId) -> RuntimeOrigin {
    RuntimeOrigin::signed(account)
}

pub fn metadata() -> Metadata {
    Metadata {
        name: b"Digits".to_vec().try_into().expect("short"),
        description: b"Reads a handwritten digit.".to_vec().try_into().expect("short"),
        task: b"image-classification".to_vec().try_into().expect("short"),
        licence: b"Apache-2.0".to_vec().try_into().expect("short"),
        tags: vec![b"vision".to_vec().try_into().expect("short")].try_into().expect("one tag"),
    }
}

pub fn spec() -> VersionSpec {
    let vector = GoldenVector { input_hash: H256::repeat_byte(1), digest: H256::repeat_byte(2) };
    VersionSpec {
        package_root: H256::repeat_byte(9),
        package_size: 1_000,
        architecture: Architecture::Mlp,
        kernel_spec: 1,
        limits: Limits { max_input: 4_096, max_output: 40, max_units: 1 },
        units_per_block: 16,
        golden_vectors: vec![vector].try_into().expect("one vector"),
    }
}

pub const PRICE: Price<Balance> = Price { per_call: 10, per_unit: 3 };

pub const ROYALTY: Permill = Permill::from_percent(5);

/// Registers a model of `owner`'s and returns its id.
pub fn register(owner: AccountId) -> ModelId {
    let id = crate::NextModelId::<Test>::get();
    ModelRegistry::register_model(signed(owner), metadata(), ROYALTY).expect("the metadata is valid");
    id
}

/// Publishes a version of a model and returns its id.
pub fn publish(owner: AccountId, model: ModelId) -> VersionId {
    let number = Models::<Test>::get(model).expect("registered").next_version;
    ModelRegistry::publish_version(signed(owner), model, spec(), PRICE).expect("the spec is valid");
    VersionId { model, number }
}

pub fn model_deposit() -> Balance {
    DepositPrice::convert(ModelRegistry::model_footprint(&metadata()))
}

pub fn version_deposit() -> Balance {
    DepositPrice::convert(ModelRegistry::version_footprint(&spec()))
}

pub fn assert_last_event(event: crate::Event<Test>) {
    System::assert_last_event(event.into());
}
