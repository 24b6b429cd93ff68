//! The queries that a thread has taken, until each has its reply.

use super::protocol::{Call, Query, Reply};
use super::query_queue::{QueryQueue, Waiting, MAX_BATCH};
use super::server::refused;
use crate::{Batch, Completion, EngineError, ModelCall};
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};

/// One query, or calls of one package, which others may join.
pub(super) struct Taken<'a> {
    queries: &'a QueryQueue,
    /// Counts calls that ran together with others.
    batched: &'a AtomicU64,
    /// Those that do not run yet.
    ahead: VecDeque<Waiting>,
    running: BTreeMap<usize, Running>,
    /// How many have begun.
    begun: usize,
}

struct Running {
    call: Waiting,
    /// Whether another call ran at the same time.
    is_shared: bool,
}

impl<'a> Taken<'a> {
    /// Waits for queries, and takes those that run together.
    pub fn from(queries: &'a QueryQueue, batched: &'a AtomicU64) -> Self {
        Self { queries, batched, ahead: queries.take().into(), running: BTreeMap::new(), begun: 0 }
    }

    /// The queries that do not run yet: at first all, at least one.
    pub fn ahead(&self) -> &VecDeque<Waiting> {
        &self.ahead
    }

    /// Gives all that have none yet the same reply.
    pub fn reply_all(&mut self, reply: &Reply) {
        let running = std::mem::take(&mut self.running).into_values().map(|running| running.call);
        for query in self.ahead.drain(..).chain(running) {
            self.queries.replied();
            query.reply(reply.clone());
        }
    }

    /// The call that comes next, of those that were taken or that have come meanwhile for the same package.
    fn next_call(&mut self) -> Option<Waiting> {
        if let Some(call) = self.ahead.pop_front() {
            return Some(call);
        }
        // All that were taken are of one package; one that runs tells of which.
        let (_, Running { call, .. }) = self.running.first_key_value()?;
        self.queries.join(&call_of(call).root)
    }
}

impl Batch<ModelCall, Result<Completion, EngineError>> for Taken<'_> {
    fn next(&mut self) -> Option<(usize, ModelCall)> {
        if self.running.len() >= MAX_BATCH {
            return None;
        }
        let call = self.next_call()?;
        let Call { input, parameters, .. } = call_of(&call);
        let model_call = ModelCall { input: input.clone(), parameters: *parameters, budget: call.budget.clone() };
        let is_shared = !self.running.is_empty();
        self.running.values_mut().for_each(|running| running.is_shared = true);
        let number = self.begun;
        self.begun += 1;
        self.running.insert(number, Running { call, is_shared });
        Some((number, model_call))
    }

    fn ended(&mut self, number: usize, end: Result<Completion, EngineError>) {
        let Some(Running { call, is_shared }) = self.running.remove(&number) else { return };
        self.batched.fetch_add(is_shared.into(), Ordering::Relaxed);
        // Before the reply, so that whoever has it finds the call counted as ended.
        self.queries.replied();
        call.reply(end.map_or_else(|error| refused(&error), Reply::Completed));
    }
}

fn call_of(waiting: &Waiting) -> &Call {
    match &waiting.query {
        Query::Run(call) => call,
        _ => unreachable!("only calls run together; qed"),
    }
}
