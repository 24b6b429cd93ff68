//! From an order to its answer.

use crate::{
    fault::Fault,
    watch::{SettledAnswer, Verify},
};
use sp_core::H256;
use std::time::Duration;
use votive_engine::{
    remote::RemoteEngine,
    serve::{Call, OutputTooLong, Verification},
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

impl Compute for RemoteEngine {
    fn compute(&self, order: &WorkOrder, time: Duration) -> Result<Computed, Fault> {
        let Completion { code, output, units, trace } =
            self.run(&call(&order.package_root, &order.input, &order.parameters, time))?;
        let output = Output::try_from(output).map_err(|_| Fault {
            failure: MachineFailure::EngineFailed,
            cause: "output_too_long",
            source: Box::new(OutputTooLong),
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
