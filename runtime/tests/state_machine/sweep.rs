//! What a block's hooks do, told again. Two things are taken from the chain's events: whom a draw chose, which is random,
//! and in which order requests ended. Both are checked against the rules.

use super::{
    ledger::{Ending, Ledger},
    money::Reason,
    requests::{Kept, Progress, Request, Stand},
};
use std::collections::BTreeMap;
use votive_primitives::{ids::RequestId, receipt::RefundCause};
use votive_runtime::{AccountId, Balance};

/// What the chain's events tell of a sweep.
#[derive(Clone, Debug)]
pub enum Seen {
    Drawn { request: RequestId, seats: Vec<(AccountId, u128)> },
    Ended(RequestId),
}

/// What was paid out of the locks of a request, by operator.
type Spent = BTreeMap<AccountId, Balance>;

impl Ledger {
    /// The hooks of the next block.
    pub fn open_block(&mut self, has_vrf: bool, is_barred: bool, seen: &[Seen]) {
        self.height += 1;
        self.safe_until = self.safe_until.filter(|until| self.height <= *until);
        if is_barred {
            return self.leave_bonds();
        }
        self.return_bonds();
        self.now += 1;
        let can_draw = has_vrf && self.last_vrf.is_some_and(|last| last + 1 == self.height);
        self.last_vrf = has_vrf.then_some(self.height);
        self.end_what_is_due(seen);
        for drawn in seen {
            if let Seen::Drawn { request, seats } = drawn {
                assert!(can_draw, "a draw needs the VRF outputs of two blocks");
                self.seat(*request, seats);
            }
        }
        self.wait_on(can_draw);
        let now = self.now;
        self.answers.retain(|_, kept| kept.until.is_none_or(|until| until > now));
    }

    fn end_what_is_due(&mut self, seen: &[Seen]) {
        let now = self.now;
        let mut due: Vec<RequestId> =
            self.requests.iter().filter(|(_, request)| request.is_due(now)).map(|(id, _)| *id).collect();
        let order: BTreeMap<RequestId, usize> = seen
            .iter()
            .enumerate()
            .filter_map(|(place, seen)| match seen {
                Seen::Ended(id) => Some((*id, place)),
                Seen::Drawn { .. } => None,
            })
            .collect();
        due.sort_by_key(|id| order.get(id).copied().unwrap_or(usize::MAX));
        for id in due {
            self.move_on(id);
        }
    }

    fn move_on(&mut self, id: RequestId) {
        let request = self.requests.remove(&id).expect("it is due");
        match request.stand {
            Stand::Waiting { .. } => unreachable!("who waits is drawn for"),
            Stand::Committing { .. } => self.close_commits(id, request),
            Stand::Revealing { .. } => {
                let spent = self.pay_from_withholders(&request);
                self.refund(id, request, RefundCause::TooFewReveals, &spent);
            }
            Stand::Settled { .. } => self.finalise(id, request),
            Stand::Disagreed => self.refund(id, request, RefundCause::DigestsDiffer, &Spent::new()),
        }
    }

    fn close_commits(&mut self, id: RequestId, mut request: Request) {
        if request.carries(|seat| seat.progress != Progress::Drawn) {
            request.stand = Stand::Revealing { until: self.now + self.rules.reveal_blocks };
        } else if request.attempt == 1 {
            return self.refund(id, request, RefundCause::TooFewCommits, &Spent::new());
        } else {
            self.free_seats(&request, &Spent::new());
            request.attempt = 1;
            let until = self.now + self.rules.waiting_blocks;
            request.stand = Stand::Waiting { since: self.now, until, look: self.now };
        }
        self.requests.insert(id, request);
    }

    /// Each seat that revealed gets its fee from the locks of those that did not, as far as they go.
    fn pay_from_withholders(&mut self, request: &Request) -> Spent {
        let mut spent = Spent::new();
        for (operator, claim) in request.revealed() {
            let mut owed = request.price.per_call + request.price.per_unit * Balance::from(claim.units);
            for withholder in request.owing() {
                let of_lock = spent.entry(withholder.clone()).or_default();
                let amount = owed.min(request.lock - *of_lock);
                if amount == 0 || !self.money.pay_held(withholder, Reason::Bond, operator, amount) {
                    continue;
                }
                *of_lock += amount;
                owed -= amount;
                let worker = self.workers.get_mut(withholder).expect("a worker with a lock stays");
                worker.bond -= amount;
                worker.locked -= amount;
                worker.chilled |= worker.bond < self.rules.min_bond;
            }
        }
        spent
    }

    fn refund(&mut self, id: RequestId, request: Request, cause: RefundCause, spent: &Spent) {
        if !matches!(request.stand, Stand::Waiting { .. }) {
            self.free_seats(&request, spent);
        }
        self.money.release(&request.requester, Reason::Escrow, request.escrow);
        self.answers.remove(&id);
        self.ended.insert(id, Ending::Refunded(cause));
    }

    fn finalise(&mut self, id: RequestId, request: Request) {
        let paid: Vec<(AccountId, u32)> =
            request.revealed().map(|(operator, claim)| (operator.clone(), claim.units)).collect();
        let seats = paid.len() as Balance;
        let seat_fee = request.price.per_call + request.price.per_unit * Balance::from(paid[0].1);
        let fee = request.floor.max(seat_fee * seats);
        let owner = self.models.get(&request.version.model).map(|model| model.owner.clone());
        let to_owner = if owner.is_some() { fee * request.royalty / 1_000_000 } else { 0 };
        let (to_treasury, burnt) = (fee * 2 / 100, fee * 3 / 100);
        let to_seats = fee - to_treasury - burnt - to_owner;
        for (place, (operator, _)) in paid.iter().enumerate() {
            let rest = if place == 0 { to_seats % seats } else { 0 };
            self.pay(&request.requester, operator, to_seats / seats + rest);
        }
        if let Some(owner) = owner {
            self.pay(&request.requester, &owner, to_owner);
        }
        let treasury = self.treasury.clone();
        self.pay(&request.requester, &treasury, to_treasury);
        self.money.burn_held(&request.requester, Reason::Escrow, burnt);
        self.money.release(&request.requester, Reason::Escrow, request.escrow - fee);
        self.free_seats(&request, &Spent::new());
        let until = Some(self.now + self.rules.answer_blocks);
        let kept = self.answers.get_mut(&id).expect("a settled request has its answer");
        *kept = Kept { answer: kept.answer, until };
        self.ended.insert(id, Ending::Final { fee });
    }

    /// Pays out of an escrow. What cannot be received goes to the treasury.
    fn pay(&mut self, requester: &AccountId, to: &AccountId, amount: Balance) {
        let treasury = self.treasury.clone();
        if amount > 0 && !self.money.pay_held(requester, Reason::Escrow, to, amount) {
            assert!(self.money.pay_held(requester, Reason::Escrow, &treasury, amount), "the treasury exists");
        }
    }
}
