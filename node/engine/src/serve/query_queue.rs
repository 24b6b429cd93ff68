//! The queries that wait for a thread, and which of them run together.

use super::protocol::{Query, Reply};
use crate::{Budget, Stopped};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use votive_digest::Hash;

/// The most calls of one package that run together: with these, a product of few rows has read its weights often enough to be
/// bound by arithmetic.
pub const MAX_BATCH: usize = 8;

/// A query, what it may take, and who waits for its reply.
#[derive(Debug)]
pub(super) struct Waiting {
    pub query: Query,
    pub budget: Budget,
    number: u64,
    reply: Sender<Reply>,
}

impl Waiting {
    /// Gives the reply to whoever waits for it.
    pub fn reply(&self, reply: Reply) {
        // Nobody waits any more once the connection is closed.
        let _ = self.reply.send(reply);
    }

    /// The less the sooner: what all calls of a package wait for, then calls by their deadlines.
    fn urgency(&self) -> (bool, Option<Instant>, u64) {
        match self.query {
            Query::CheckGolden { .. } => (false, None, self.number),
            _ => (self.budget.deadline().is_none(), self.budget.deadline(), self.number),
        }
    }

    fn runs_with(&self, other: &Self) -> bool {
        matches!((&self.query, &other.query), (Query::Run(one), Query::Run(another)) if one.root == another.root)
    }
}

/// The queries of all connections. A bounded number of threads takes them.
#[derive(Debug)]
pub(super) struct QueryQueue {
    threads: usize,
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The number of the query that comes next.
    next: u64,
    waiting: Vec<Waiting>,
    running: usize,
    /// Threads that are at work.
    busy: usize,
}

/// How many queries run and wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub running: usize,
    pub waiting: usize,
}

impl QueryQueue {
    /// No queries, for so many threads.
    pub fn new(threads: usize) -> Self {
        Self { threads, state: Mutex::default(), arrived: Condvar::new() }
    }

    /// Has `query` answered by one of the threads. Its budget ends it while it waits for one, and later at the latest when
    /// it is over: what a thread computes then is lost.
    pub fn ask(&self, query: Query, budget: Budget) -> Result<Reply, Stopped> {
        let (sender, reply) = mpsc::channel();
        let number = self.push(query, budget.clone(), sender);
        loop {
            match reply.recv_timeout(budget.wait()) {
                Ok(reply) => return Ok(reply),
                Err(RecvTimeoutError::Disconnected) => unreachable!("a query is replied to before it is dropped; qed"),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if let Err(stopped) = budget.check() {
                self.withdraw(number);
                return reply.try_recv().map_err(|_| stopped);
            }
        }
    }

    /// Waits for queries, and takes the most urgent one with those that run with it, as far as no other thread is free for them.
    pub fn take(&self) -> Vec<Waiting> {
        let mut state = self.lock();
        loop {
            if let Some(first) = state.most_urgent() {
                let queries = state.take(first, self.threads);
                state.running += queries.len();
                state.busy += 1;
                return queries;
            }
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes the call that is to run beside those of the package that `root` names, if it is the most urgent query and no other
    /// thread is free for it.
    pub fn join(&self, root: &Hash) -> Option<Waiting> {
        let mut state = self.lock();
        let first = state.most_urgent()?;
        let joins = matches!(&state.waiting[first].query, Query::Run(call) if call.root == *root);
        if !joins || state.busy < self.threads {
            return None;
        }
        state.running += 1;
        Some(state.waiting.swap_remove(first))
    }

    /// One of the queries that were taken gets its reply.
    pub fn replied(&self) {
        self.lock().running -= 1;
    }

    /// A thread whose queries all have their replies is free again.
    pub fn rest(&self) {
        self.lock().busy -= 1;
    }

    /// How many run and wait.
    pub fn counts(&self) -> Counts {
        let state = self.lock();
        Counts { running: state.running, waiting: state.waiting.len() }
    }

    fn push(&self, query: Query, budget: Budget, reply: Sender<Reply>) -> u64 {
        let mut state = self.lock();
        let number = state.next;
        state.next += 1;
        state.waiting.push(Waiting { query, budget, number, reply });
        self.arrived.notify_one();
        number
    }

    /// Takes a query back, unless a thread has it.
    fn withdraw(&self, number: u64) {
        self.lock().waiting.retain(|query| query.number != number);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The place of the most urgent query.
    fn most_urgent(&self) -> Option<usize> {
        (0..self.waiting.len()).min_by_key(|index| self.waiting[*index].urgency())
    }

    /// Takes the query at `first`, and a fair share of those that run with it, the most urgent first.
    fn take(&mut self, first: usize, threads: usize) -> Vec<Waiting> {
        let mut queries = vec![self.waiting.swap_remove(first)];
        let mut alike: Vec<u64> = {
            let mut alike: Vec<&Waiting> = self.waiting.iter().filter(|query| query.runs_with(&queries[0])).collect();
            alike.sort_by_key(|query| query.urgency());
            alike.iter().map(|query| query.number).collect()
        };
        let free = threads.saturating_sub(self.busy).max(1);
        let share = (alike.len() + 1).div_ceil(free).min(MAX_BATCH);
        alike.truncate(share - 1);
        for number in alike {
            let place = self.waiting.iter().position(|query| query.number == number);
            queries.extend(place.map(|place| self.waiting.swap_remove(place)));
        }
        queries
    }
}

#[cfg(test)]
mod tests;
