//! What Votive is about: models, workers, inference.

use super::parameters::{
    dynamic::{settlement, workers},
    AmountWithin, BlocksWithin,
};
use crate::{randomness::BabeVrf, *};
use frame_support::{
    migrations::MultiStepMigrator,
    parameter_types,
    traits::{fungible::HoldConsideration, ConstU128, ConstU32, Equals, Get, LinearStoragePrice},
    PalletId,
};
use sp_runtime::{traits::AccountIdConversion, transaction_validity::TransactionPriority, Permill};

parameter_types! {
    pub const ModelDepositReason: RuntimeHoldReason = RuntimeHoldReason::Models(pallet_models::HoldReason::ModelDeposit);
    pub const VersionDepositReason: RuntimeHoldReason =
        RuntimeHoldReason::Models(pallet_models::HoldReason::VersionDeposit);
    pub const DepositBase: Balance = VOT;
    pub const DepositPerByte: Balance = MILLI_VOT;
    pub const TreasuryId: PalletId = PalletId(*b"votv/tsy");
    pub TreasuryAccount: AccountId = TreasuryId::get().into_account_truncating();
    pub const AuditProbability: Permill = Permill::from_percent(2);
    pub const BundlePriority: TransactionPriority = TransactionPriority::MAX / 2;
    pub const KernelSpec: u16 = 1;
}

/// Price of what is stored: a base and so much for each byte.
type DepositPrice = LinearStoragePrice<DepositBase, DepositPerByte, Balance>;

impl pallet_models::Config for Runtime {
    type Currency = Balances;
    type ModelConsideration = HoldConsideration<AccountId, Balances, ModelDepositReason, DepositPrice>;
    type VersionConsideration = HoldConsideration<AccountId, Balances, VersionDepositReason, DepositPrice>;
    type VersionUse = Workers;
    type KernelSpecs = Equals<KernelSpec>;
    type MaxPrice = ConstU128<{ 1_000_000 * VOT }>;
    type WeightInfo = weights::pallet_models::WeightInfo<Runtime>;
}

impl pallet_workers::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Catalogue = Models;
    type Weight = pallet_workers::BondWeight<Runtime>;
    type MinBond = AmountWithin<workers::MinBond, { 100 * VOT }, { 1_000_000 * VOT }>;
    type UnbondingDelay = BlocksWithin<workers::UnbondingDelay, HOURS, { 90 * DAYS }>;
    type TransactionsBarred = MigrationRuns;
    // At most as many as one read of a key's open seats returns.
    type MaxCapacity = ConstU32<256>;
    type WeightInfo = weights::pallet_workers::WeightInfo<Runtime>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSetup = Runtime;
}

impl pallet_inference::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Catalogue = Models;
    type Workers = Workers;
    type Vrf = BabeVrf;
    type Treasury = TreasuryAccount;
    type Windows = settlement::Windows;
    type TransactionsBarred = MigrationRuns;
    type FeeFloor = AmountWithin<settlement::FeeFloor, MILLI_VOT, { 100 * VOT }>;
    type MinLock = AmountWithin<settlement::MinLock, VOT, { 100_000 * VOT }>;
    type AuditProbability = AuditProbability;
    type BundlePriority = BundlePriority;
    type WeightInfo = weights::pallet_inference::WeightInfo<Runtime>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSetup = Runtime;
}

/// Whether a migration of several blocks runs: blocks hold no transactions then.
pub struct MigrationRuns;

impl Get<bool> for MigrationRuns {
    fn get() -> bool {
        <<Runtime as frame_system::Config>::MultiBlockMigrator as MultiStepMigrator>::ongoing()
    }
}

/// Account of the treasury.
pub fn treasury_account() -> AccountId {
    TreasuryAccount::get()
}
