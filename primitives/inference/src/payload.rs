//! What workers send to the chain: bundles of commits or of reveals under one signature of the worker key.

use crate::{
    ids::{Attempt, RequestId, Units},
    request::Answer,
    worker_key::WorkerKey,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_core::H256;

/// The most commits in one bundle.
pub const MAX_COMMITS: u32 = 64;

/// The most reveals in one bundle; each may carry an output.
pub const MAX_REVEALS: u32 = 16;

/// A seat's commitment, see [`votive_digest::commitment`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct CommitItem {
    /// The request.
    pub request: RequestId,
    /// The attempt in which the seat was drawn.
    pub attempt: Attempt,
    /// Salted hash of the digest.
    pub commitment: H256,
}

/// What a seat reveals of the digest that it committed to.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct RevealItem {
    /// The request.
    pub request: RequestId,
    /// The attempt in which the seat was drawn.
    pub attempt: Attempt,
    /// Hash of the answer.
    pub answer_hash: H256,
    /// Units of the answer.
    pub units: Units,
    /// H(trace).
    pub trace_hash: H256,
    /// Salt of the commitment.
    pub salt: H256,
    /// The answer itself; a request settles only once a reveal has carried it.
    pub answer: Option<Answer>,
}

/// Items of one worker key, signed together with the block at which they were signed.
///
/// The block makes a re-signed bundle a new transaction: a pool bans the hash of one that was invalid a moment too early.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Bundle<Items, BlockNumber> {
    /// The worker key that signs.
    pub key: WorkerKey,
    /// Best block at the time of signing.
    pub signed_at: BlockNumber,
    /// The items.
    pub items: Items,
}

/// A bundle of commits.
pub type CommitBundle<BlockNumber> = Bundle<BoundedVec<CommitItem, ConstU32<MAX_COMMITS>>, BlockNumber>;

/// A bundle of reveals.
pub type RevealBundle<BlockNumber> = Bundle<BoundedVec<RevealItem, ConstU32<MAX_REVEALS>>, BlockNumber>;

impl<Items: Encode, BlockNumber: Encode> Bundle<Items, BlockNumber> {
    /// What the worker key signs.
    pub fn message(&self, genesis: &H256) -> [u8; 32] {
        votive_digest::bundle_hash(&genesis.0, self)
    }
}

impl<BlockNumber> RevealBundle<BlockNumber> {
    /// Bytes of all outputs that the bundle carries.
    pub fn output_bytes(&self) -> u32 {
        let outputs = self.items.iter().filter_map(|item| item.answer.as_ref());
        outputs.fold(0, |sum, answer| sum.saturating_add(answer.output.len() as u32))
    }
}
