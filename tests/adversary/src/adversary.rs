//! The adversary at work: on each new block it looks at the open seats of its key, and does its misdeed on them.

use crate::{
    acts::{self, Step},
    block_log::BlockLog,
    bundles::{transaction, Items, Signer},
    chain::{Block, Chain, OpenSeat},
    misdeed::{Misdeed, Sight},
    opening::{Opening, Place},
    rpc::RpcError,
};
use color_eyre::eyre::Result;
use sp_core::{Pair, H256};
use std::{collections::HashMap, thread, time::Duration};
use votive_engine::Engine;
use votive_primitives::{
    ids::{Attempt, RequestId},
    payload::CommitItem,
    request::{Progress, State},
    worker_key::WorkerPair,
};
use votive_runtime::BlockNumber;

/// How long it sleeps between two looks at the head of the chain.
const POLL: Duration = Duration::from_millis(250);

/// How many times it tries each of its reveals, in as many blocks.
const REVEAL_TRIES: u32 = 4;

/// After how many blocks it signs a commit again that it does not see in state.
const COMMIT_AGAIN_BLOCKS: BlockNumber = 3;

/// What it has sent for a seat.
#[derive(Default)]
struct Sent {
    commit_at: Option<BlockNumber>,
    /// Tries of each reveal, by its place in the list.
    reveal_tries: Vec<u32>,
}

/// A worker that does one misdeed on all its seats.
pub struct Adversary {
    chain: Chain,
    pair: WorkerPair,
    engine: Engine,
    misdeed: Misdeed,
    log: BlockLog,
    sent: HashMap<(RequestId, Attempt), Sent>,
    /// The first commit that the pool took, to be sent again as it was.
    first_commit: Option<(RequestId, Vec<u8>)>,
}

impl Adversary {
    /// An adversary that has seen nothing yet.
    pub fn new(chain: Chain, pair: WorkerPair, engine: Engine, misdeed: Misdeed) -> Self {
        let (log, sent) = (BlockLog::default(), HashMap::new());
        Self { chain, pair, engine, misdeed, log, sent, first_commit: None }
    }

    /// Goes on until the chain is gone.
    pub fn run(mut self) -> Result<()> {
        let mut known = self.chain.best()?;
        loop {
            thread::sleep(POLL);
            let best = self.chain.best()?;
            if best == known {
                continue;
            }
            for number in known.number.saturating_add(1)..=best.number {
                self.log.push(self.chain.transactions(number)?);
            }
            for seat in self.chain.open_seats(&self.pair.public(), best)? {
                self.play(&seat, best)?;
            }
            known = best;
        }
    }

    fn play(&mut self, seat: &OpenSeat, best: Block) -> Result<()> {
        let request = &seat.request;
        let Some(own) = request.committee.iter().find(|other| other.key == seat.key) else { return Ok(()) };
        let truth: Opening =
            self.engine.run(request.package_root.as_fixed_bytes(), &request.input, &request.parameters)?.into();
        let place = Place {
            genesis: self.chain.genesis(),
            request: seat.id,
            attempt: seat.attempt,
            operator: seat.operator.clone(),
        };
        let sight = Sight {
            pair: &self.pair,
            place: &place,
            truth: &truth,
            max_units: request.parameters.max_units,
            other_request: self.other_request(&seat.id, best)?,
            committee: &request.committee,
            log: &self.log,
        };
        match (&request.state, &own.progress) {
            (State::Committing { .. }, Progress::Drawn) => {
                if let Some(commitment) = self.misdeed.commitment(&sight) {
                    self.commit(seat, commitment, best)?;
                }
            }
            (State::Revealing { .. } | State::Settled { .. }, Progress::Committed(_)) => {
                let reveals = self.misdeed.reveals(&sight);
                for (index, item) in reveals.into_iter().enumerate() {
                    self.reveal(seat, index, Items::Reveals(vec![item]), best)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn commit(&mut self, seat: &OpenSeat, commitment: H256, best: Block) -> Result<(), RpcError> {
        let sent = self.sent.entry((seat.id, seat.attempt)).or_default();
        let is_first = sent.commit_at.is_none();
        if sent.commit_at.is_some_and(|at| best.number < at.saturating_add(COMMIT_AGAIN_BLOCKS)) {
            return Ok(());
        }
        sent.commit_at = Some(best.number);
        if let (true, Misdeed::ReplayedCommitment(_), Some((_, bytes))) = (is_first, self.misdeed, &self.first_commit) {
            acts::print(&acts::line(Step::Resend, &seat.id, self.chain.submit(bytes))?);
        }
        let item = CommitItem { request: seat.id, attempt: seat.attempt, commitment };
        let bytes = self.signed(Items::Commits(vec![item]), best);
        let result = self.chain.submit(&bytes);
        if result.is_ok() && self.first_commit.is_none() {
            self.first_commit = Some((seat.id, bytes));
        }
        acts::print(&acts::line(Step::Commit, &seat.id, result)?);
        Ok(())
    }

    fn reveal(&mut self, seat: &OpenSeat, index: usize, items: Items, best: Block) -> Result<(), RpcError> {
        let tries = &mut self.sent.entry((seat.id, seat.attempt)).or_default().reveal_tries;
        if tries.len() <= index {
            tries.resize(index.saturating_add(1), 0);
        }
        if tries[index] >= REVEAL_TRIES {
            return Ok(());
        }
        tries[index] = tries[index].saturating_add(1);
        let result = self.chain.submit(&self.signed(items, best));
        acts::print(&acts::line(Step::Reveal, &seat.id, result)?);
        Ok(())
    }

    fn signed(&self, items: Items, best: Block) -> Vec<u8> {
        transaction(&Signer::Pair(&self.pair), &self.chain.genesis(), best.number, items)
    }

    /// Another request in which some worker has a seat now, or else one that never was.
    fn other_request(&self, id: &RequestId, best: Block) -> Result<RequestId, RpcError> {
        if self.misdeed == Misdeed::OtherRequest {
            for key in self.chain.worker_keys(best)? {
                let open = self.chain.open_seats(&key, best)?;
                if let Some(other) = open.iter().find(|seat| seat.id != *id) {
                    return Ok(other.id);
                }
            }
        }
        Ok(RequestId::from(sp_crypto_hashing::blake2_256(id.as_bytes())))
    }
}
