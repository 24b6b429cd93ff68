//! Where the pallets meet: each depends on these traits, the runtime wires them.

use crate::{
    ids::{ModelId, VersionId},
    model::{Limits, Price},
    worker_key::WorkerKey,
};
use alloc::vec::Vec;
use sp_core::H256;
use sp_runtime::{traits::AtLeast32BitUnsigned, DispatchError, DispatchResult, Permill};

/// What a request copies of the version that it asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionTerms<Balance> {
    /// The version's package.
    pub package_root: H256,
    /// Price of one seat.
    pub price: Price<Balance>,
    /// The owner's share of the fee.
    pub royalty: Permill,
    /// The version's limits.
    pub limits: Limits,
    /// The version's declared speed.
    pub units_per_block: u32,
}

/// The models and versions that exist. Implemented by pallet-models.
pub trait ModelCatalogue<AccountId> {
    /// The chain's balance.
    type Balance;

    /// Terms of a version that takes requests. Fails with the reason why it does not: unknown or deprecated.
    fn terms(version: VersionId) -> Result<VersionTerms<Self::Balance>, DispatchError>;

    /// The model's owner, who earns its royalty.
    fn owner(model: ModelId) -> Option<AccountId>;
}

/// Who keeps a version from being removed. Implemented by pallets that refer to versions.
pub trait VersionUse {
    /// Whether something still refers to the version.
    fn in_use(version: VersionId) -> bool;
}

impl VersionUse for () {
    fn in_use(_: VersionId) -> bool {
        false
    }
}

impl<A: VersionUse, B: VersionUse> VersionUse for (A, B) {
    fn in_use(version: VersionId) -> bool {
        A::in_use(version) || B::in_use(version)
    }
}

/// The stake that counts for a worker on a version. Pallet-workers takes the bond until staking exists.
pub trait WorkerWeight<AccountId> {
    /// Weight of an operator's worker on a version, in the chain's smallest unit.
    fn weight(operator: &AccountId, version: VersionId) -> u128;
}

/// A worker that serves a version, as the draw sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate<AccountId, Balance> {
    /// The operator.
    pub operator: AccountId,
    /// Its worker key.
    pub key: WorkerKey,
    /// Its weight on the version.
    pub weight: u128,
    /// How many more seats it can take.
    pub free_seats: u32,
    /// How much of its bond is neither locked nor promised.
    pub free_bond: Balance,
}

impl<AccountId, Balance: AtLeast32BitUnsigned + Copy> Candidate<AccountId, Balance> {
    /// Whether it can take one more seat whose commit locks `lock`, beside so many seats and so much bond that were taken
    /// since.
    pub fn can_take(&self, lock: Balance, (seats, bond): (u32, Balance)) -> bool {
        self.free_seats > seats && lock <= self.free_bond.saturating_sub(bond)
    }
}

/// Seats of an operator that end, and what of its bond stood behind them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndedSeats<Balance> {
    /// How many.
    pub count: u32,
    /// Promised at the draw to those that have not committed.
    pub promised: Balance,
    /// Locked by the commits of the others, less what was paid out since.
    pub locked: Balance,
}

/// The workers, their seats and their bonds. Implemented by pallet-workers.
pub trait WorkerPool<AccountId> {
    /// The chain's balance.
    type Balance;

    /// The active workers of a version, at most [`crate::model::MAX_WORKERS_PER_VERSION`].
    fn candidates(version: VersionId) -> Vec<Candidate<AccountId, Self::Balance>>;

    /// Counts seats to a worker, and promises `bond` of its bond to their commits.
    fn take_seats(operator: &AccountId, count: u32, bond: Self::Balance);

    /// Gives seats of a worker back, and ends the promises and locks of its bond.
    fn release_seats(operator: &AccountId, ended: EndedSeats<Self::Balance>);

    /// Locks the part of the operator's bond that was promised to a seat. Fails when too little of it is unlocked.
    fn lock(operator: &AccountId, amount: Self::Balance) -> DispatchResult;

    /// Pays `amount` out of the operator's locked bond to `beneficiary`, and ends the lock of that much. Returns what was paid.
    fn pay_from_lock(operator: &AccountId, amount: Self::Balance, beneficiary: &AccountId) -> Self::Balance;

    /// The operator whose current worker key this is.
    fn operator_of(key: &WorkerKey) -> Option<AccountId>;
}

/// Randomness for the draw: what the author of a block could not choose.
pub trait BlockVrf {
    /// VRF output of the block under construction, known from its first hook on. `None` when its author gave none.
    fn current() -> Option<[u8; 32]>;
}
