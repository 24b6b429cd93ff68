//! A flood of authorised transactions of which none is valid, at an even pace.

mod forgery;

pub use forgery::Kind;

use crate::{acts, chain::Chain, rpc::RpcError};
use color_eyre::eyre::Result;
use forgery::{Forger, Scene};
use serde_json::{json, Value};
use sp_core::H256;
use std::{
    collections::BTreeMap,
    sync::{
        atomic::{AtomicBool, AtomicU64, Ordering},
        Mutex, PoisonError, RwLock,
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use votive_primitives::worker_key::WorkerPair;

/// How many transactions may be on their way at once.
const SENDERS: usize = 8;

/// How often the chain is looked at for the block of signing and for open seats.
const LOOK: Duration = Duration::from_millis(500);

/// How much is sent, of what, and how fast.
#[derive(Clone, Copy, Debug)]
pub struct Spam {
    /// How many transactions.
    pub count: u64,
    /// In how many seconds.
    pub seconds: u64,
    /// Of which kind.
    pub kind: Kind,
    /// Items of each bundle of unknown requests.
    pub items: u32,
}

impl Spam {
    /// Sends everything and prints what became of it.
    pub fn run(self, chain: &Chain, pair: &WorkerPair) -> Result<()> {
        let nonce = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
        let forger = Forger { pair, genesis: chain.genesis(), nonce, items: self.items };
        let keys = chain.worker_keys(chain.best()?)?;
        let scene = RwLock::new(Scene::of(chain, &keys)?);
        let (next, is_over, tally) = (AtomicU64::new(0), AtomicBool::new(false), Mutex::new(Tally::default()));
        let began = Instant::now();
        let send_in_turn = || loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= self.count {
                break;
            }
            thread::sleep(self.due(index).saturating_sub(began.elapsed()));
            let seen = scene.read().unwrap_or_else(PoisonError::into_inner).clone();
            let result = chain.submit(&forger.transaction(self.kind, index, &seen));
            tally.lock().unwrap_or_else(PoisonError::into_inner).count(result);
        };
        thread::scope(|scope| {
            let looker = scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    thread::sleep(LOOK);
                    if let Ok(seen) = Scene::of(chain, &keys) {
                        *scene.write().unwrap_or_else(PoisonError::into_inner) = seen;
                    }
                }
            });
            let senders: Vec<_> = (0..SENDERS).map(|_| scope.spawn(send_in_turn)).collect();
            // A thread that panicked has printed why; the scope itself panics then.
            senders.into_iter().for_each(|sender| drop(sender.join()));
            is_over.store(true, Ordering::Relaxed);
            drop(looker.join());
        });
        let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
        acts::print(&tally.line(began.elapsed()));
        Ok(())
    }

    /// When the transaction at a place in the row is sent.
    fn due(&self, index: u64) -> Duration {
        Duration::from_secs_f64(self.seconds as f64 * index as f64 / self.count as f64)
    }
}

/// What became of the transactions.
#[derive(Default)]
struct Tally {
    accepted: u64,
    unanswered: u64,
    refused: BTreeMap<String, u64>,
}

impl Tally {
    fn count(&mut self, result: Result<H256, RpcError>) {
        let counter = match result {
            Ok(_) => &mut self.accepted,
            Err(error @ RpcError::Refused { .. }) => self.refused.entry(error.to_string()).or_default(),
            Err(_) => &mut self.unanswered,
        };
        *counter = counter.saturating_add(1);
    }

    fn line(&self, took: Duration) -> Value {
        json!({ "act": "spam", "detail": {
            "accepted": self.accepted,
            "refused": self.refused.values().sum::<u64>(),
            "unanswered": self.unanswered,
            "seconds": took.as_secs_f64(),
            "reasons": self.refused,
        } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transactions_are_due_evenly() {
        let spam = Spam { count: 10_000, seconds: 60, kind: Kind::Mixed, items: 1 };
        assert_eq!(spam.due(0), Duration::ZERO);
        assert_eq!(spam.due(5_000), Duration::from_secs(30));
        assert!(spam.due(9_999) < Duration::from_secs(60));
    }

    #[test]
    fn refusals_are_counted_by_their_reason() {
        let mut tally = Tally::default();
        let refused = |detail: &str| RpcError::Refused { code: 1010, message: "Invalid".into(), detail: detail.into() };
        for detail in ["a", "b", "a"] {
            tally.count(Err(refused(detail)));
        }
        tally.count(Ok(H256::zero()));
        tally.count(Err(RpcError::Unreadable("x")));
        let line = tally.line(Duration::from_secs(1));
        assert_eq!(line["detail"]["reasons"], json!({ "1010 Invalid: a": 2, "1010 Invalid: b": 1 }));
        assert_eq!([&line["detail"]["accepted"], &line["detail"]["refused"]], [&json!(1), &json!(3)]);
        assert_eq!(line["detail"]["unanswered"], 1);
    }
}
