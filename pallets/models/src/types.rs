//! What lies in storage.

use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_runtime::Permill;
use votive_primitives::{
    ids::VersionNumber,
    model::{Price, VersionSpec},
};

/// The most versions that a model has at a time.
pub const MAX_VERSIONS: u32 = 64;

/// A deposit and the account that left it. It returns to that account, whoever owns the model by then.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Deposit<AccountId, Ticket> {
    /// Who left it.
    pub depositor: AccountId,
    /// The ticket for it.
    pub ticket: Ticket,
}

/// A model.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Model<AccountId, Ticket> {
    /// Who owns it and earns its royalty.
    pub owner: AccountId,
    /// Share of every fee that goes to the owner.
    pub royalty: Permill,
    /// Number of the next version: 1 for the first, and never one that was used before.
    pub next_version: VersionNumber,
    /// Numbers of its versions, ascending.
    pub versions: BoundedVec<VersionNumber, ConstU32<MAX_VERSIONS>>,
    /// Its deposit. Models of the genesis have none.
    pub deposit: Option<Deposit<AccountId, Ticket>>,
}

/// A version.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Version<AccountId, Balance, Ticket> {
    /// What it is. Never changes.
    pub spec: VersionSpec,
    /// Price of one seat.
    pub price: Price<Balance>,
    /// A deprecated version takes no new requests.
    pub deprecated: bool,
    /// Its deposit. Versions of the genesis have none.
    pub deposit: Option<Deposit<AccountId, Ticket>>,
}
