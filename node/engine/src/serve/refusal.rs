//! Why the engine's process has no answer.

use crate::package::PackageError;
use crate::{EngineError, RunError, Stopped};
use codec::{Decode, Encode};
use std::error::Error;
use std::fmt;

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
