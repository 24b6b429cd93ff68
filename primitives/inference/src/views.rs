//! What the runtime API and the view functions return: each read as a dApp wants to see it.

use crate::{
    ids::{Attempt, ModelId, RequestId, VersionId},
    model::{Metadata, Price, VersionSpec},
    request::Request,
    worker_key::WorkerKey,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;
use sp_runtime::Permill;

/// The most models that one page holds.
pub const MAX_PAGE: u32 = 100;

/// A model with its versions.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ModelView<AccountId, Balance> {
    /// The model.
    pub id: ModelId,
    /// Who owns it and earns its royalty.
    pub owner: AccountId,
    /// Share of every fee that goes to the owner.
    pub royalty: Permill,
    /// What people read about it.
    pub metadata: Metadata,
    /// Its versions, oldest first.
    pub versions: Vec<VersionView<Balance>>,
}

/// A version with what may change about it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct VersionView<Balance> {
    /// The version.
    pub id: VersionId,
    /// What it is.
    pub spec: VersionSpec,
    /// Price of one seat.
    pub price: Price<Balance>,
    /// A deprecated version takes no new requests.
    pub deprecated: bool,
}

/// A worker as others see it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct WorkerView<AccountId, Balance> {
    /// The operator.
    pub operator: AccountId,
    /// Its worker key.
    pub key: WorkerKey,
    /// Its bond.
    pub bond: Balance,
    /// How much of the bond is locked by open seats.
    pub locked: Balance,
    /// How many seats it takes at a time.
    pub capacity: u32,
    /// How many it has now.
    pub open_seats: u32,
    /// A chilled worker gets no new seats.
    pub chilled: bool,
}

/// A seat that waits for its worker.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct OpenSeat<AccountId, Balance, BlockNumber> {
    /// The request's id.
    pub id: RequestId,
    /// The attempt in which the seat was drawn.
    pub attempt: Attempt,
    /// The seat's operator.
    pub operator: AccountId,
    /// The key that must sign.
    pub key: WorkerKey,
    /// The request.
    pub request: Request<AccountId, Balance, BlockNumber>,
}
