//! What the reference knows of a request: who asked what, its seats, and what those claim.

use sp_core::H256;
use votive_primitives::{
    ids::{RequestId, VersionId},
    model::Price,
    request::Seats,
    AnswerCode, Parameters,
};
use votive_runtime::{AccountId, Balance};

/// What a seat claims to have computed, told by numbers. Two claims have the same digest if they are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    pub answer: u8,
    pub trace: u8,
    pub units: u32,
}

/// The claim of who computes honestly.
pub const HONEST: Claim = Claim { answer: 0, trace: 0, units: 1 };

/// The answer that is longer than a version allows.
pub const TOO_LONG: u8 = 9;

impl Claim {
    /// Code and output bytes of an answer.
    pub fn answer(answer: u8) -> (AnswerCode, Vec<u8>) {
        match answer {
            2 => (AnswerCode::NotFinite, Vec::new()),
            TOO_LONG => (AnswerCode::Complete, vec![answer; 41]),
            _ => (AnswerCode::Complete, vec![answer; 40]),
        }
    }
}

/// What opens a commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    pub claim: Claim,
    pub salt: H256,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    Drawn,
    /// Nothing opens a commitment that is garbage or another seat's.
    Committed(Option<Opening>),
    Revealed(Claim),
}

pub struct Seat {
    pub operator: AccountId,
    pub key: usize,
    pub weight: u128,
    pub progress: Progress,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    Waiting { since: u32, until: u32, look: u32 },
    Committing { until: u32 },
    Revealing { until: u32 },
    Settled { at: u32, reveals_until: u32, final_from: u32 },
    Disagreed,
}

pub struct Request {
    pub requester: AccountId,
    pub version: VersionId,
    pub seats: u32,
    pub max_units: u32,
    pub price: Price<Balance>,
    pub royalty: u128,
    pub floor: Balance,
    pub max_output: u32,
    pub units_per_block: u32,
    pub escrow: Balance,
    pub lock: Balance,
    pub submitted: u32,
    pub attempt: u8,
    pub stand: Stand,
    pub committee: Vec<Seat>,
}

/// An answer in state, and when it is forgotten.
pub struct Kept {
    pub answer: u8,
    pub until: Option<u32>,
}

/// What a requester asks.
pub struct Asked {
    pub version: VersionId,
    pub input: Vec<u8>,
    pub parameters: Parameters,
    pub seats: Seats,
    pub is_audit_supported: bool,
    pub max_fee: Balance,
}

/// A commit as the reference sees it.
#[derive(Clone, Debug)]
pub struct Commit {
    pub request: RequestId,
    pub attempt: u8,
    pub opening: Option<Opening>,
}

/// What a reveal brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brings {
    /// The answer that it claims.
    Claimed,
    /// Another one.
    Other,
    Nothing,
}

/// A reveal as the reference sees it.
#[derive(Clone, Debug)]
pub struct Revelation {
    pub request: RequestId,
    pub attempt: u8,
    pub opening: Opening,
    pub brings: Brings,
}

impl Request {
    /// What the seats that revealed claim, in the order of the draw.
    pub fn revealed(&self) -> impl Iterator<Item = (&AccountId, Claim)> {
        self.committee.iter().filter_map(|seat| match seat.progress {
            Progress::Revealed(claim) => Some((&seat.operator, claim)),
            _ => None,
        })
    }

    /// The operators that committed and did not reveal.
    pub fn owing(&self) -> impl Iterator<Item = &AccountId> {
        let owes = |seat: &&Seat| matches!(seat.progress, Progress::Committed(_));
        self.committee.iter().filter(owes).map(|seat| &seat.operator)
    }

    /// Whether some seats carry two thirds of the seats and two thirds of the weight.
    pub fn carries(&self, counts: impl Fn(&Seat) -> bool) -> bool {
        let weight: u128 = self.committee.iter().map(|seat| seat.weight).sum();
        let counted: Vec<u128> = self.committee.iter().filter(|seat| counts(seat)).map(|seat| seat.weight).collect();
        counted.len() * 3 >= self.committee.len() * 2 && counted.iter().sum::<u128>() * 3 >= weight * 2
    }
}
