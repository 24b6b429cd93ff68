//! The service itself: keeps the queue in step with the mailbox and the chain.

use crate::{
    chain::Chain,
    handover::Handover,
    mailbox::Mailbox,
    metrics::Metrics,
    queue::{Admission, Queue},
    threads::Threads,
};
use futures::{
    future::{select, Either},
    Stream, StreamExt,
};
use sp_core::offchain::OffchainStorage;
use std::{collections::HashSet, pin::pin, sync::Arc};
use tokio::sync::mpsc::Receiver;
use votive_primitives::ids::RequestId;

const LOG_TARGET: &str = "votive-inference";

/// Reads the mailbox, fills the queue, and ends the orders that nobody needs any more.
#[derive(Debug)]
pub struct Service<Storage, C> {
    mailbox: Mailbox<Storage>,
    chain: Arc<C>,
    handover: Arc<Handover>,
    metrics: Metrics,
    /// Requests that the index named last time without there being an order.
    orphans: HashSet<RequestId>,
}

impl<Storage: OffchainStorage, C: Chain> Service<Storage, C> {
    /// A service over the orders in `mailbox`.
    pub fn new(mailbox: Mailbox<Storage>, chain: Arc<C>, handover: Arc<Handover>, metrics: Metrics) -> Self {
        Self { mailbox, chain, handover, metrics, orphans: HashSet::new() }
    }

    /// Runs until a channel closes; `threads` end with it.
    ///
    /// Goes on at once with what an earlier run of the node has left open. It reads the database and the chain's
    /// state, so it wants a thread that may block.
    pub async fn run(mut self, threads: Threads, mut pings: Receiver<()>, best_blocks: impl Stream<Item = ()>) {
        let mut best_blocks = pin!(best_blocks);
        loop {
            self.look();
            match select(pin!(pings.recv()), best_blocks.next()).await {
                Either::Left((Some(()), _)) => {}
                Either::Right((Some(()), _)) => self.mailbox.forget_old_answers(self.chain.best_number()),
                _ => break,
            }
        }
        drop(threads);
    }

    /// Looks at everything once.
    fn look(&mut self) {
        // Before the chain, which may only be ahead of what the off-chain worker saw when it left the orders.
        let listed = self.mailbox.open_orders();
        let now = self.chain.best_number();
        for request in self.handover.change(|queue| queue.remove_late(now)) {
            self.end_late(&request);
        }
        if listed.is_empty() {
            return;
        }
        let open = match self.chain.open_requests() {
            Ok(open) => Some(open),
            Err(error) => {
                log::debug!(target: LOG_TARGET, "Open seats not known, all orders kept: {error}");
                None
            }
        };
        let mut orphans = HashSet::new();
        for request in listed {
            if open.as_ref().is_some_and(|open| !open.contains(&request)) {
                log::debug!(target: LOG_TARGET, "Request {request:?}: no open seat, order ended");
                self.handover.change(|queue| queue.remove(&request));
                self.mailbox.end_order(&request);
            } else if !self.handover.change(|queue| queue.contains(&request)) && !self.enqueue(&request, now) {
                orphans.insert(request);
            }
        }
        self.orphans = orphans;
    }

    /// Queues an order. `false` if there is none, for the first time.
    ///
    /// Storage has no transactions: the index may be seen before the order is. What is missing twice stays missing.
    fn enqueue(&mut self, request: &RequestId, now: u32) -> bool {
        match self.mailbox.order(request) {
            Some(order) => {
                let push = |queue: &mut Queue| queue.push(*request, order.deadline, now);
                match self.handover.change(push) {
                    Admission::Queued | Admission::Known => {}
                    Admission::Late => self.end_late(request),
                    Admission::Full => log::debug!(target: LOG_TARGET, "Request {request:?}: no room, waits outside"),
                }
                true
            }
            None if self.orphans.contains(request) => {
                self.mailbox.end_order(request);
                true
            }
            None => false,
        }
    }

    /// Ends an order without an answer: a redraw of its seats may leave it again with a new deadline.
    fn end_late(&mut self, request: &RequestId) {
        log::debug!(target: LOG_TARGET, "Request {request:?}: deadline passed, order ended");
        self.metrics.failures.with_label_values(&["deadline_passed"]).inc();
        self.mailbox.end_order(request);
    }
}

#[cfg(test)]
mod tests;
