//! From an order to its answer.

use crate::watch::{SettledAnswer, Verify};
use sp_core::H256;
use std::{error::Error, fmt, time::Duration};
use votive_engine::{
    remote::{RemoteEngine, RemoteError},
    serve::{Call, RefusalKind, Verification},
    Completion,
};
use votive_primitives::{
    mailbox::{Computed, MachineFailure, WorkOrder},
    request::{Answer, Output},
    Parameters,
};

/// Something that answers orders.
pub trait Compute: Send + Sync + 'static {
    /// Answers an order within `time`. Blocks: never call it on the async executor.
    fn compute(&self, order: &WorkOrder, time: Duration) -> Result<Computed, Fault>;
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

/// An answer that no request could carry; the version's limits keep honest packages below it.
#[derive(Debug, thiserror::Error)]
#[error("the package's output has {0} bytes, more than an answer may have; report it to the model's owner")]
struct OutputTooLong(usize);

impl Compute for RemoteEngine {
    fn compute(&self, order: &WorkOrder, time: Duration) -> Result<Computed, Fault> {
        let Completion { code, output, units, trace } =
            self.run(&call(&order.package_root, &order.input, &order.parameters, time))?;
        let output = Output::try_from(output).map_err(|output| Fault {
            failure: MachineFailure::EngineFailed,
            cause: "output_too_long",
            source: Box::new(OutputTooLong(output.len())),
        })?;
        Ok(Computed { answer: Answer { code, output }, units, trace: trace.into() })
    }
}

impl Verify for RemoteEngine {
    fn verify(&self, settled: &SettledAnswer, time: Duration) -> Result<Verification, Fault> {
        let SettledAnswer { package_root, input, parameters, .. } = settled;
        Ok(self.verify(&call(package_root, input, parameters, time), &settled.answer.output)?)
    }
}

fn call(package_root: &H256, input: &[u8], parameters: &Parameters, time: Duration) -> Call {
    Call {
        root: package_root.to_fixed_bytes(),
        input: input.to_vec(),
        parameters: *parameters,
        time_limit_ms: u64::try_from(time.as_millis()).unwrap_or(u64::MAX),
    }
}

/// The time until the end of block `deadline`, seen from block `now`. Blocks come at least `block_time` after one another.
pub fn time_until(deadline: u32, now: u32, block_time: Duration) -> Duration {
    block_time.saturating_mul(deadline.saturating_sub(now).saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::order;
    use votive_engine::serve::Refusal;

    fn fault(kind: RefusalKind, cause: &str) -> Fault {
        Fault::from(RemoteError::Refused(Refusal::new(kind, cause, &OutputTooLong(1))))
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

    #[test]
    fn an_order_may_take_until_its_last_block_is_over() {
        let block = Duration::from_secs(3);
        assert_eq!(time_until(16, 10, block), Duration::from_secs(21));
        assert_eq!(time_until(9, 10, block), block);
        assert!(time_until(u32::MAX, 0, block) > Duration::from_secs(1 << 32));
        let order = order(1, 10);
        let call = call(&order.package_root, &order.input, &order.parameters, Duration::from_secs(21));
        assert_eq!(call.time_limit_ms, 21_000);
    }
}
