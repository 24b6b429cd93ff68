//! The rules of requests, told again: submission, cancellation, commits and reveals.

use super::{
    ledger::{Ending, Ledger},
    money::{Reason, Ruling},
    requests::{Asked, Brings, Claim, Commit, Kept, Progress, Request, Revelation, Seat, Stand},
};
use sp_core::H256;
use std::collections::BTreeSet;
use votive_primitives::{digest, ids::RequestId, receipt::RefundCause};
use votive_runtime::{AccountId, Balance};

impl Ledger {
    pub fn submit(&mut self, genesis: H256, who: &AccountId, asked: &Asked) -> Ruling {
        let version = self.takes_requests(asked.version)?;
        let (price, limits, units_per_block) = (version.price, version.limits, version.units_per_block);
        if asked.input.is_empty() {
            return Err("InputEmpty");
        }
        if asked.input.len() > limits.max_input as usize {
            return Err("InputTooLong");
        }
        let max_units = asked.parameters.max_units;
        if max_units == 0 || max_units > limits.max_units {
            return Err("UnitsOutOfRange");
        }
        if !asked.is_audit_supported {
            return Err("AuditProbabilityNotSupported");
        }
        let seats = asked.seats.count();
        let seat_fee = price.per_call + price.per_unit * Balance::from(max_units);
        let escrow = self.rules.fee_floor.max(seat_fee * Balance::from(seats));
        if escrow > asked.max_fee {
            return Err("FeeTooLow");
        }
        self.money.hold(who, Reason::Escrow, escrow).map_err(|_| "CannotHoldFee")?;
        let counter = self.counters.entry(who.clone()).or_default();
        let input = digest::input_hash(&asked.input);
        let id = digest::request_id(&genesis.0, who, *counter, &asked.version, &input, &asked.parameters);
        *counter += 1;
        let until = self.now + self.rules.waiting_blocks;
        let request = Request {
            requester: who.clone(),
            version: asked.version,
            seats,
            max_units,
            price,
            royalty: self.models[&asked.version.model].royalty,
            floor: self.rules.fee_floor,
            max_output: limits.max_output,
            units_per_block,
            escrow,
            lock: self.rules.min_lock.max(seat_fee * 64),
            submitted: self.now,
            attempt: 0,
            stand: Stand::Waiting { since: self.now, until, look: self.now + 1 },
            committee: Vec::new(),
        };
        assert!(self.requests.insert(H256(id), request).is_none(), "no two requests have one id");
        Ok(())
    }

    pub fn cancel(&mut self, who: &AccountId, id: RequestId) -> Ruling {
        let request = self.requests.get(&id).ok_or("UnknownRequest")?;
        if request.requester != *who {
            return Err("NotRequester");
        }
        if !matches!(request.stand, Stand::Waiting { .. }) || request.attempt > 0 {
            return Err("AlreadyDrawn");
        }
        let request = self.requests.remove(&id).expect("it was found");
        self.money.release(who, Reason::Escrow, request.escrow);
        self.ended.insert(id, Ending::Refunded(RefundCause::Cancelled));
        Ok(())
    }

    /// The seat that a commit counts for.
    pub fn commits_for(&self, key: usize, commit: &Commit) -> Option<usize> {
        let request = self.requests.get(&commit.request)?;
        let is_open = matches!(request.stand, Stand::Committing { until } if self.now <= until);
        let is_due = |seat: &Seat| seat.key == key && seat.progress == Progress::Drawn;
        (is_open && request.attempt == commit.attempt).then(|| request.committee.iter().position(is_due)).flatten()
    }

    pub fn take_commit(&mut self, key: usize, commit: &Commit) -> bool {
        let Some(index) = self.commits_for(key, commit) else { return false };
        let reveals_until = self.now + self.rules.reveal_blocks;
        let request = self.requests.get_mut(&commit.request).expect("it was found");
        let seat = &mut request.committee[index];
        let worker = self.workers.get_mut(&seat.operator).expect("a worker with a seat stays");
        worker.promised -= request.lock;
        worker.locked += request.lock;
        assert!(worker.locked + worker.promised <= worker.bond, "the bond carries each lock that was promised");
        seat.progress = Progress::Committed(commit.opening);
        if request.committee.iter().all(|seat| seat.progress != Progress::Drawn) {
            request.stand = Stand::Revealing { until: reveals_until };
        }
        true
    }

    /// The seat that a reveal counts for.
    pub fn reveals_for(&self, key: usize, reveal: &Revelation) -> Option<usize> {
        let request = self.requests.get(&reveal.request)?;
        let is_open = match request.stand {
            Stand::Revealing { until } => self.now <= until,
            Stand::Settled { reveals_until, .. } => self.now <= reveals_until,
            _ => false,
        };
        if !is_open || request.attempt != reveal.attempt {
            return None;
        }
        let claim = reveal.opening.claim;
        let committed = Progress::Committed(Some(reveal.opening));
        let seat = request.committee.iter().position(|seat| seat.key == key && seat.progress == committed)?;
        let fits = Claim::answer(claim.answer).1.len() <= request.max_output as usize;
        let is_brought = match reveal.brings {
            Brings::Claimed => true,
            Brings::Other => false,
            Brings::Nothing => self.answers.get(&reveal.request).is_some_and(|kept| kept.answer == claim.answer),
        };
        (fits && is_brought && claim.units >= 1 && claim.units <= request.max_units).then_some(seat)
    }

    pub fn take_reveal(&mut self, key: usize, reveal: &Revelation) -> bool {
        let Some(index) = self.reveals_for(key, reveal) else { return false };
        let (now, height, final_blocks) = (self.now, self.height, self.rules.final_blocks);
        let claim = reveal.opening.claim;
        if reveal.brings == Brings::Claimed {
            self.answers.entry(reveal.request).or_insert(Kept { answer: claim.answer, until: None });
        }
        let request = self.requests.get_mut(&reveal.request).expect("it was found");
        request.committee[index].progress = Progress::Revealed(claim);
        let claims: Vec<Claim> = request.revealed().map(|(_, claim)| claim).collect();
        let differ = claims.iter().any(|other| *other != claims[0]);
        let agree = request.carries(|seat| matches!(seat.progress, Progress::Revealed(_)));
        match request.stand {
            _ if differ => request.stand = Stand::Disagreed,
            Stand::Revealing { until } if agree => {
                request.stand = Stand::Settled { at: height, reveals_until: until, final_from: now + final_blocks };
            }
            _ => (),
        }
        true
    }

    /// Whether a bundle is let into a block: `seats` are those that its items count for.
    pub fn admits(
        &self,
        signed_at: u32,
        subjects: &[(RequestId, u8)],
        seats: &[Option<usize>],
        is_signed: bool,
    ) -> Result<(), &'static str> {
        let distinct: BTreeSet<_> = subjects.iter().collect();
        if subjects.is_empty() || distinct.len() < subjects.len() {
            return Err("Invalid(Custom(1))");
        }
        if signed_at > self.height || self.height - signed_at > 32 {
            return Err("Invalid(Custom(2))");
        }
        if seats.iter().flatten().count() * 2 <= seats.len() {
            return Err("Invalid(Stale)");
        }
        is_signed.then_some(()).ok_or("Invalid(BadProof)")
    }
}
