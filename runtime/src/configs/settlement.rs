//! What Votive is about: models, workers, inference.

use super::parameters::dynamic::settlement;
use crate::{randomness::BabeVrf, *};
use frame_support::{
    parameter_types,
    traits::{fungible::HoldConsideration, ConstU128, ConstU32, Equals, LinearStoragePrice},
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
    type WeightInfo = pallet_models::weights::SubstrateWeight<Runtime>;
}

impl pallet_workers::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Catalogue = Models;
    type Weight = pallet_workers::BondWeight<Runtime>;
    type MinBond = ConstU128<{ 5_000 * VOT }>;
    type UnbondingDelay = ConstU32<{ 7 * DAYS }>;
    // At most as many as one read of a key's open seats returns.
    type MaxCapacity = ConstU32<256>;
    type WeightInfo = pallet_workers::weights::SubstrateWeight<Runtime>;
}

impl pallet_inference::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Catalogue = Models;
    type Workers = Workers;
    type Vrf = BabeVrf;
    type Treasury = TreasuryAccount;
    type FeeFloor = settlement::FeeFloor;
    type MinLock = settlement::MinLock;
    type AuditProbability = AuditProbability;
    type BundlePriority = BundlePriority;
    type WeightInfo = pallet_inference::weights::SubstrateWeight<Runtime>;
}

/// Account of the treasury.
pub fn treasury_account() -> AccountId {
    TreasuryAccount::get()
}
