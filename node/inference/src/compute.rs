//! From an order to its answer.

use parking_lot::Mutex;
use std::{collections::HashSet, error::Error, fmt};
use votive_engine::{Completion, Engine, EngineError, PackageError};
use votive_primitives::{
    mailbox::{Computed, MachineFailure, WorkOrder},
    request::{Answer, Output},
};

const LOG_TARGET: &str = "votive-inference";

/// Something that answers orders.
pub trait Compute: Send + Sync + 'static {
    /// Answers an order. Takes as long as it takes: never call it on the async executor.
    fn compute(&self, order: &WorkOrder) -> Result<Computed, Fault>;
}

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

impl From<EngineError> for Fault {
    fn from(error: EngineError) -> Self {
        Self { failure: failure(&error), cause: error.cause(), source: Box::new(error) }
    }
}

fn failure(error: &EngineError) -> MachineFailure {
    match error {
        EngineError::Busy { .. } => MachineFailure::OverLimits,
        EngineError::Package(
            PackageError::TooLarge { .. } | PackageError::Memory { .. } | PackageError::Allocation { .. },
        ) => MachineFailure::OverLimits,
        EngineError::Store(_) | EngineError::Package(_) => MachineFailure::PackageUnavailable,
        _ => MachineFailure::EngineFailed,
    }
}

/// An answer that no request could carry; the version's limits keep honest packages below it.
#[derive(Debug, thiserror::Error)]
#[error("the package's output has {0} bytes, more than an answer may have; report it to the model's owner")]
struct OutputTooLong(usize);

/// An engine that lets a package answer only once its golden vectors held on this machine.
#[derive(Debug)]
pub struct CheckedEngine {
    engine: Engine,
    checked: Mutex<HashSet<[u8; 32]>>,
}

impl CheckedEngine {
    /// Wraps `engine`, for which no package is checked yet.
    pub fn new(engine: Engine) -> Self {
        Self { engine, checked: Mutex::default() }
    }

    /// Two threads may check the same package at the same time; that costs a little and spares a lock over the check.
    fn check(&self, root: &[u8; 32]) -> Result<(), EngineError> {
        if self.checked.lock().contains(root) {
            return Ok(());
        }
        let vectors = self.engine.check_golden(root)?;
        let package = sp_core::hexdisplay::HexDisplay::from(root);
        log::info!(target: LOG_TARGET, "🧮 Package 0x{package} ready, {vectors} golden vectors hold");
        self.checked.lock().insert(*root);
        Ok(())
    }
}

impl Compute for CheckedEngine {
    fn compute(&self, order: &WorkOrder) -> Result<Computed, Fault> {
        let root = order.package_root.as_fixed_bytes();
        self.check(root)?;
        let Completion { code, output, units, trace } = self.engine.run(root, &order.input, &order.parameters)?;
        let output = Output::try_from(output).map_err(|output| Fault {
            failure: MachineFailure::EngineFailed,
            cause: "output_too_long",
            source: Box::new(OutputTooLong(output.len())),
        })?;
        Ok(Computed { answer: Answer { code, output }, units, trace: trace.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::order;
    use votive_engine::{EngineLimits, PackageStore};

    #[test]
    fn a_package_that_is_not_in_the_store_is_unavailable() {
        let folder = tempfile::tempdir().unwrap();
        let store = PackageStore::open(folder.path()).unwrap();
        let engine = CheckedEngine::new(Engine::new(store, EngineLimits::default()));
        let fault = engine.compute(&order(1, 10)).unwrap_err();
        assert_eq!(fault.failure, MachineFailure::PackageUnavailable);
        assert!(fault.to_string().contains(&"aa".repeat(32)), "{fault}");
    }
}
