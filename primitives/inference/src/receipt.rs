//! Receipts: what stays in state of a request that has ended.

use crate::{
    ids::{Units, VersionId},
    request::MAX_SEATS,
    AnswerCode, Parameters,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_core::H256;

/// Why a request ended without a settled answer. Its escrow went back whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum RefundCause {
    /// The requester cancelled it before its draw.
    #[codec(index = 0)]
    Cancelled,
    /// Too few workers were free for too long.
    #[codec(index = 1)]
    NoFreeWorkers,
    /// Neither attempt brought commits that carry the quorums.
    #[codec(index = 2)]
    TooFewCommits,
    /// The reveals did not carry the quorums.
    #[codec(index = 3)]
    TooFewReveals,
    /// Seats revealed different digests.
    #[codec(index = 4)]
    DigestsDiffer,
}

/// A seat, as the receipt keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct ReceiptSeat<AccountId> {
    /// The worker's operator.
    pub operator: AccountId,
    /// Weight at the draw.
    pub weight: u128,
    /// The digest it revealed, if it revealed one.
    pub digest: Option<H256>,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Outcome<Balance, BlockNumber> {
    /// Settled and paid.
    #[codec(index = 0)]
    Final {
        /// The settled digest.
        digest: H256,
        /// Hash of the answer.
        answer_hash: H256,
        /// How the computation ended.
        code: AnswerCode,
        /// Units of the answer.
        units: Units,
        /// H(trace).
        trace_hash: H256,
        /// What was paid, of the escrow.
        fee: Balance,
        /// The block in which it settled.
        settled_at: BlockNumber,
        /// Whether an auditor checked it.
        audited: bool,
    },
    /// Refunded to the last unit.
    #[codec(index = 1)]
    Refunded {
        /// Why.
        cause: RefundCause,
    },
}

/// What stays of a request. It lies in state, so a light client can prove it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Receipt<AccountId, Balance, BlockNumber> {
    /// Who asked.
    pub requester: AccountId,
    /// The version asked.
    pub version: VersionId,
    /// The version's package.
    pub package_root: H256,
    /// Hash of the input.
    pub input_hash: H256,
    /// How the model was run.
    pub parameters: Parameters,
    /// The seats of the last attempt; none if it was never drawn.
    pub seats: BoundedVec<ReceiptSeat<AccountId>, ConstU32<MAX_SEATS>>,
    /// Operators that served the version when the seats were drawn: below three, nobody could outvote a liar.
    pub operators: u32,
    /// Block of the submission.
    pub submitted_at: BlockNumber,
    /// Block of the end.
    pub ended_at: BlockNumber,
    /// How it ended.
    pub outcome: Outcome<Balance, BlockNumber>,
}
