//! The threads that hand orders to the engine and wait for its answers.

use crate::{
    chain::Chain,
    compute::{time_until, Compute},
    fault::Fault,
    handover::Handover,
    mailbox::Mailbox,
    metrics::Metrics,
};
use sp_core::offchain::OffchainStorage;
use sp_panic_handler::AbortGuard;
use std::{
    io,
    panic::{catch_unwind, AssertUnwindSafe},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use tokio::sync::mpsc::Sender;
use votive_engine::serve::EnginePanicked;
use votive_primitives::{
    ids::RequestId,
    mailbox::{Computed, MachineFailure, MailboxAnswer, WorkOrder},
};

const LOG_TARGET: &str = "votive-inference";

/// Threads that take orders until the last handle to them is dropped.
#[derive(Debug)]
pub struct Threads {
    handover: Arc<Handover>,
}

impl Threads {
    /// Starts `count` threads that work as `worker` does.
    pub fn start<Storage, C, E>(count: u32, worker: Worker<Storage, C, E>) -> io::Result<Self>
    where
        Storage: OffchainStorage + 'static,
        C: Chain,
        E: Compute,
    {
        let threads = Self { handover: worker.handover.clone() };
        for number in 0..count {
            let worker = worker.clone();
            thread::Builder::new().name(format!("inference-{number}")).spawn(move || worker.run())?;
        }
        Ok(threads)
    }
}

impl Drop for Threads {
    /// Does not wait for orders that run: an answer that nobody writes any more is computed again after the restart.
    fn drop(&mut self) {
        self.handover.close();
    }
}

/// What a thread works with.
#[derive(Debug)]
pub struct Worker<Storage, C, E> {
    /// Where orders wait.
    pub handover: Arc<Handover>,
    /// Where orders lie and answers go.
    pub mailbox: Mailbox<Storage>,
    /// The chain, for the block's number.
    pub chain: Arc<C>,
    /// What computes.
    pub engine: Arc<E>,
    /// Pinged after each answer.
    pub answered: Sender<()>,
    /// How long a block takes at least.
    pub block_time: Duration,
    /// What the operator watches.
    pub metrics: Metrics,
}

impl<Storage: Clone, C, E> Clone for Worker<Storage, C, E> {
    fn clone(&self) -> Self {
        Self {
            handover: self.handover.clone(),
            mailbox: self.mailbox.clone(),
            chain: self.chain.clone(),
            engine: self.engine.clone(),
            answered: self.answered.clone(),
            block_time: self.block_time,
            metrics: self.metrics.clone(),
        }
    }
}

impl<Storage: OffchainStorage, C: Chain, E: Compute> Worker<Storage, C, E> {
    fn run(mut self) {
        // The client's panic hook ends the whole process unless a guard asks for unwinding.
        let _unwind = AbortGuard::force_unwind();
        while let Some(request) = self.handover.start_next() {
            self.work_on(&request);
            self.handover.change(|queue| queue.finish(&request));
        }
    }

    fn work_on(&mut self, request: &RequestId) {
        // An order that ended while it waited has left the mailbox.
        let Some(order) = self.mailbox.order(request) else { return };
        // The off-chain worker clears a failure before it orders again. It leaves an order beside an answer only if
        // that was written while it ran.
        if matches!(self.mailbox.answer(request), Some(Ok(_))) {
            self.mailbox.end_order(request);
        } else {
            let answer = self.answer(request, &order);
            self.mailbox.put_answer(request, &answer, self.chain.best_number());
        }
        // Full: a ping is waiting already, and the off-chain worker will find this answer too.
        let _ = self.answered.try_send(());
    }

    /// Computes, counts and logs.
    fn answer(&self, request: &RequestId, order: &WorkOrder) -> MailboxAnswer {
        let start = Instant::now();
        let time = time_until(order.deadline, self.chain.best_number(), self.block_time);
        log::debug!(target: LOG_TARGET, "Request {request:?}: taken, {time:?} left");
        match self.compute(order, time) {
            Ok(computed) => {
                self.metrics.units.inc_by(computed.units.into());
                self.metrics.answers.inc();
                self.metrics.seconds.observe(start.elapsed().as_secs_f64());
                log::debug!(target: LOG_TARGET, "Request {request:?}: computed in {:?}", start.elapsed());
                Ok(computed)
            }
            Err(fault) => {
                self.metrics.failures.with_label_values(&[fault.cause]).inc();
                log::warn!(target: LOG_TARGET, "Request {request:?}: no answer, {fault}");
                Err(fault.failure)
            }
        }
    }

    fn compute(&self, order: &WorkOrder, time: Duration) -> Result<Computed, Fault> {
        // Unwind safety: the engine keeps no half-made state behind a panic, its locks recover from poison.
        catch_unwind(AssertUnwindSafe(|| self.engine.compute(order, time))).unwrap_or_else(|panic| {
            Err(Fault {
                failure: MachineFailure::EngineFailed,
                cause: "panic",
                source: Box::new(EnginePanicked::new(&*panic)),
            })
        })
    }
}
