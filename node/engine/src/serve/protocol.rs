//! What the engine's process is asked, and what it says.

use super::Refusal;
use crate::{Completion, Verdict};
use codec::{Decode, Encode};
use votive_digest::{Hash, Parameters};

/// What a client sends.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Request {
    /// Asks, and is answered by one [`Reply`].
    #[codec(index = 0)]
    Ask(Query),
    /// Ends the query before it, if that is not answered yet. Has no reply of its own.
    #[codec(index = 1)]
    Cancel,
}

/// What a client asks.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Query {
    /// Run a package, of which the golden vectors are checked before if this process has not done so.
    #[codec(index = 0)]
    Run(Call),
    /// Check the golden vectors of a package.
    #[codec(index = 1)]
    CheckGolden {
        /// The package.
        root: Hash,
        /// Milliseconds that it may take.
        time_limit_ms: u64,
    },
    /// How the process does.
    #[codec(index = 2)]
    Status,
    /// Check an answer that was given to a call.
    #[codec(index = 3)]
    Verify {
        /// What was called.
        call: Call,
        /// The answer's output.
        output: Vec<u8>,
    },
}

/// One call of a model.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Call {
    /// The package.
    pub root: Hash,
    /// The input.
    pub input: Vec<u8>,
    /// How the model is run.
    pub parameters: Parameters,
    /// Milliseconds that it may take, waiting and loading included.
    pub time_limit_ms: u64,
}

/// What the engine says.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Reply {
    /// The call's end.
    #[codec(index = 0)]
    Completed(Completion),
    /// So many golden vectors hold.
    #[codec(index = 1)]
    GoldenHold(u32),
    /// There is no answer.
    #[codec(index = 2)]
    Refused(Refusal),
    /// How the process does.
    #[codec(index = 3)]
    Status(Status),
    /// What came of checking an answer.
    #[codec(index = 4)]
    Verified(Verification),
}

/// What comes of checking an answer.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Verification {
    /// The output is the model's, and this is all of its completion.
    #[codec(index = 0)]
    Right(Completion),
    /// It is another. For people: where it parts from the model's.
    #[codec(index = 1)]
    Wrong(String),
}

impl From<Verdict> for Verification {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Right(completion) => Self::Right(completion),
            Verdict::Wrong(difference) => Self::Wrong(difference.to_string()),
        }
    }
}

/// How the engine's process does. Counts are since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Status {
    /// Bytes that the loaded packages need, with the calls that run, or else one call each.
    pub package_bytes: u64,
    /// Bytes of the process that are in memory.
    pub resident_bytes: u64,
    /// Calls whose package was loaded already.
    pub cache_hits: u64,
    /// Calls whose package was not.
    pub cache_misses: u64,
    /// Milliseconds spent in loading packages.
    pub load_ms: u64,
    /// Calls that run.
    pub running: u32,
    /// Calls that wait for others to end.
    pub waiting: u32,
    /// Calls that ran together with others.
    pub batched: u64,
}
