//! Why this machine has no answer to an order.

use std::{error::Error, fmt};
use votive_engine::{remote::RemoteError, serve::RefusalKind};
use votive_primitives::mailbox::MachineFailure;

/// Why this machine has no answer.
#[derive(Debug)]
pub struct Fault {
    /// What the off-chain worker is told.
    pub failure: MachineFailure,
    /// Label in the metrics.
    pub cause: &'static str,
    /// What the operator is told.
    pub source: Box<dyn Error + Send + Sync>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source)?;
        let mut source = self.source.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

impl Error for Fault {}

impl From<RemoteError> for Fault {
    fn from(error: RemoteError) -> Self {
        Self { failure: failure(&error), cause: error.cause(), source: Box::new(error) }
    }
}

fn failure(error: &RemoteError) -> MachineFailure {
    match error {
        RemoteError::Refused(refusal) => match refusal.kind {
            RefusalKind::PackageUnavailable => MachineFailure::PackageUnavailable,
            RefusalKind::OverLimits => MachineFailure::OverLimits,
            RefusalKind::EngineFailed => MachineFailure::EngineFailed,
        },
        _ => MachineFailure::EngineFailed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use votive_engine::serve::{OutputTooLong, Refusal};

    fn fault(kind: RefusalKind, cause: &str) -> Fault {
        Fault::from(RemoteError::Refused(Refusal::new(kind, cause, &OutputTooLong)))
    }

    #[test]
    fn each_sort_of_refusal_is_told_to_the_off_chain_worker() {
        let unavailable = fault(RefusalKind::PackageUnavailable, "unknown_package");
        assert_eq!((unavailable.failure, unavailable.cause), (MachineFailure::PackageUnavailable, "unknown_package"));
        assert_eq!(fault(RefusalKind::OverLimits, "memory").failure, MachineFailure::OverLimits);
        assert_eq!(fault(RefusalKind::EngineFailed, "kernel").failure, MachineFailure::EngineFailed);
    }

    #[test]
    fn an_order_that_killed_its_engine_twice_has_a_code_and_a_label() {
        let fault = Fault::from(RemoteError::DiedTwice);
        assert_eq!((fault.failure, fault.cause), (MachineFailure::EngineFailed, "engine_died_twice"));
        assert!(fault.to_string().contains("died twice"));
    }
}
