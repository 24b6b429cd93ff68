//! Requests, their seats and their states.

use crate::{
    ids::{Attempt, Units, VersionId},
    model::{Limits, Price},
    worker_key::WorkerKey,
    AnswerCode, Parameters, MAX_INPUT_BYTES, MAX_OUTPUT_BYTES,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::Permill;

/// The most seats of a committee.
pub const MAX_SEATS: u32 = 7;

/// Attempts of a request: the first draw and one redraw.
pub const MAX_ATTEMPTS: Attempt = 2;

/// Input of a request.
pub type Input = BoundedVec<u8, ConstU32<MAX_INPUT_BYTES>>;

/// Output of an answer.
pub type Output = BoundedVec<u8, ConstU32<MAX_OUTPUT_BYTES>>;

/// How many workers answer a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Seats {
    /// A single worker.
    #[codec(index = 0)]
    One,
    /// A committee of three.
    #[codec(index = 1)]
    Three,
    /// A committee of five.
    #[codec(index = 2)]
    Five,
    /// A committee of seven.
    #[codec(index = 3)]
    Seven,
}

impl Seats {
    /// The number of seats.
    pub const fn count(self) -> u32 {
        match self {
            Seats::One => 1,
            Seats::Three => 3,
            Seats::Five => 5,
            Seats::Seven => 7,
        }
    }
}

/// Where a request stands. docs/settlement.md tells what moves it on and who is paid.
///
/// Deadlines are times of the settlement's clock, which counts the blocks that take transactions; `at` is a block's height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum State<BlockNumber> {
    /// Waits for the draw of its seats, at the latest until `until`.
    #[codec(index = 0)]
    Waiting {
        /// When it began to wait.
        since: BlockNumber,
        /// Last time at which it may be drawn.
        until: BlockNumber,
    },
    /// Its seats compute and commit.
    #[codec(index = 1)]
    Committing {
        /// Last time at which a commit counts.
        until: BlockNumber,
    },
    /// Its seats reveal.
    #[codec(index = 2)]
    Revealing {
        /// Last time at which a reveal counts.
        until: BlockNumber,
    },
    /// The quorums agree on a digest; the answer is there. Seats that have not revealed still may.
    #[codec(index = 3)]
    Settled {
        /// The block in which it settled.
        at: BlockNumber,
        /// Last time at which a reveal still counts.
        reveals_until: BlockNumber,
        /// The time from which on it may be final.
        final_from: BlockNumber,
    },
    /// Seats revealed different digests: it ends in the next block, and takes nothing more.
    #[codec(index = 4)]
    Disagreed,
}

/// An open request. Everything that decides money or time was copied into it when it was submitted.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Request<AccountId, Balance, BlockNumber> {
    /// Who asked, and whose fee is in escrow.
    pub requester: AccountId,
    /// The version asked.
    pub version: VersionId,
    /// The version's package, so that a worker needs nothing but the request.
    pub package_root: H256,
    /// The input.
    pub input: Input,
    /// Its hash.
    pub input_hash: H256,
    /// How the model is run.
    pub parameters: Parameters,
    /// How many workers answer.
    pub seats: Seats,
    /// Probability of an audit after settlement.
    pub audit: Permill,
    /// Price of one seat.
    pub price: Price<Balance>,
    /// Share of the fee that goes to the model's owner.
    pub royalty: Permill,
    /// The least fee.
    pub fee_floor: Balance,
    /// The version's limits.
    pub limits: Limits,
    /// The version's declared speed.
    pub units_per_block: u32,
    /// Held from the requester until the request ends.
    pub escrow: Balance,
    /// Locked of each operator's bond from its commit to the end.
    pub lock: Balance,
    /// Block of the submission.
    pub submitted_at: BlockNumber,
    /// Which drawing of seats it is at.
    pub attempt: Attempt,
    /// Operators that served the version at the last draw; 0 before the first.
    pub operators: u32,
    /// Where it stands.
    pub state: State<BlockNumber>,
    /// When it is looked at next; the agenda of that time has an entry of it.
    pub due: BlockNumber,
    /// The seats of its present attempt; of the one before, while it waits for a redraw.
    pub committee: Committee<AccountId>,
}

/// What a seat revealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Reveal {
    /// Hash of the answer, see [`votive_digest::answer_hash`].
    pub answer_hash: H256,
    /// Units of the answer.
    pub units: Units,
    /// H(trace), see [`votive_digest::trace_hash`].
    pub trace_hash: H256,
    /// Digest of the three for this request.
    pub digest: H256,
}

/// How far a seat has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Progress {
    /// Nothing has come from it yet.
    #[codec(index = 0)]
    Drawn,
    /// It has committed.
    #[codec(index = 1)]
    Committed(H256),
    /// It has revealed what it had committed to.
    #[codec(index = 2)]
    Revealed(Reveal),
}

/// A worker drawn for an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Seat<AccountId> {
    /// The worker's operator.
    pub operator: AccountId,
    /// The worker key at the draw; a later rotation does not change it.
    pub key: WorkerKey,
    /// Weight at the draw.
    pub weight: u128,
    /// How far it has come.
    pub progress: Progress,
}

impl<AccountId> Seat<AccountId> {
    /// What it revealed, if it did.
    pub fn revealed(&self) -> Option<&Reveal> {
        match &self.progress {
            Progress::Revealed(reveal) => Some(reveal),
            _ => None,
        }
    }

    /// Whether it has committed and not revealed.
    pub fn owes_reveal(&self) -> bool {
        matches!(self.progress, Progress::Committed(_))
    }
}

/// The seats of one attempt.
pub type Committee<AccountId> = BoundedVec<Seat<AccountId>, ConstU32<MAX_SEATS>>;

/// An answer whose digest settled.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Answer {
    /// How the computation ended.
    pub code: AnswerCode,
    /// The output bytes.
    pub output: Output,
}
