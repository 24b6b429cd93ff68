//! What the engine's process is asked, and what it says.

use crate::package::PackageError;
use crate::{Completion, EngineError, RunError, Stopped, Verdict};
use codec::{Decode, Encode};
use std::error::Error;
use std::fmt;
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

/// Which sort of refusal it is: what its remedy depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum RefusalKind {
    /// The package is not in the store, or not whole.
    #[codec(index = 0)]
    PackageUnavailable,
    /// The call or its package asks for more than the limits.
    #[codec(index = 1)]
    OverLimits,
    /// The engine failed in another way.
    #[codec(index = 2)]
    EngineFailed,
}

/// Why the engine's process has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Refusal {
    /// Which sort it is.
    pub kind: RefusalKind,
    /// Place of the label in [`CAUSES`]: a process that a model has taken over names no labels of its own.
    cause: u8,
    /// For people: the error with its sources.
    pub message: String,
}

/// What [`Refusal::cause`] may be. The first stands for all that is not here.
const CAUSES: [&str; 17] = [
    "engine",
    "cancelled",
    "candle",
    "golden",
    "graph",
    "io",
    "kernel",
    "manifest",
    "memory",
    "output_too_long",
    "package",
    "panic",
    "time_limit",
    "tokenizer",
    "unknown_package",
    "weights",
    "wrong_root",
];

/// The longest message, in bytes.
const MAX_MESSAGE_BYTES: usize = 2048;

impl Refusal {
    /// A refusal for `error`, with the label `cause` for metrics.
    pub fn new(kind: RefusalKind, cause: &str, error: &dyn Error) -> Self {
        let place = CAUSES.iter().position(|known| *known == cause).unwrap_or(0);
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            message.push_str(": ");
            message.push_str(&error.to_string());
            source = error.source();
        }
        message.truncate(message.floor_char_boundary(MAX_MESSAGE_BYTES));
        Self { kind, cause: u8::try_from(place).unwrap_or(0), message }
    }

    /// A short label of the cause, for metrics.
    pub fn cause(&self) -> &'static str {
        CAUSES.get(usize::from(self.cause)).copied().unwrap_or(CAUSES[0])
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Refusal {}

impl From<&EngineError> for Refusal {
    fn from(error: &EngineError) -> Self {
        Self::new(kind(error), error.cause(), error)
    }
}

fn kind(error: &EngineError) -> RefusalKind {
    match error {
        EngineError::Busy { .. }
        | EngineError::Package(
            PackageError::TooLarge { .. } | PackageError::Memory { .. } | PackageError::Allocation { .. },
        )
        | EngineError::Run(RunError::Stopped(Stopped::TimeLimit)) => RefusalKind::OverLimits,
        EngineError::Store(_) | EngineError::Package(_) => RefusalKind::PackageUnavailable,
        _ => RefusalKind::EngineFailed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StoreError;
    use std::path::PathBuf;

    #[test]
    fn an_unknown_package_is_unavailable_and_says_which() {
        let error = StoreError::Unknown { root: [0xaa; 32], folder: PathBuf::from("store"), refused: 0 };
        let refusal = Refusal::from(&EngineError::Store(error));
        assert_eq!((refusal.kind, refusal.cause()), (RefusalKind::PackageUnavailable, "unknown_package"));
        assert!(refusal.message.contains(&"aa".repeat(32)), "{refusal}");
    }

    #[test]
    fn a_call_whose_time_is_over_is_over_its_limits() {
        let refusal = Refusal::from(&EngineError::Run(RunError::Stopped(Stopped::TimeLimit)));
        assert_eq!((refusal.kind, refusal.cause()), (RefusalKind::OverLimits, "time_limit"));
    }

    #[test]
    fn a_cause_that_is_not_known_has_the_label_of_all_others() {
        let refusal = Refusal { kind: RefusalKind::EngineFailed, cause: 200, message: String::new() };
        assert_eq!(refusal.cause(), "engine");
        assert_eq!(Refusal::new(RefusalKind::EngineFailed, "new", &Stopped::Cancelled).cause(), "engine");
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        #[derive(Debug, thiserror::Error)]
        #[error("{}", "ä".repeat(MAX_MESSAGE_BYTES))]
        struct Long;
        let refusal = Refusal::new(RefusalKind::EngineFailed, "engine", &Long);
        assert!(refusal.message.len() <= MAX_MESSAGE_BYTES);
    }
}
