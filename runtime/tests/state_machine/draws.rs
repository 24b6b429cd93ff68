//! Draws and seats, told again. Whom a draw chooses is random; whom it may choose, and when it must choose, is not.

use super::{
    ledger::{Ending, Ledger},
    money::Reason,
    requests::{Progress, Request, Seat, Stand},
};
use std::collections::{BTreeMap, BTreeSet};
use votive_primitives::{ids::RequestId, receipt::RefundCause};
use votive_runtime::{AccountId, Balance};

impl Ledger {
    /// A draw has chosen these seats.
    pub fn seat(&mut self, id: RequestId, seats: &[(AccountId, u128)]) {
        let mut request = self.requests.remove(&id).expect("an open request is drawn for");
        let now = self.now;
        let is_looked_at = matches!(request.stand, Stand::Waiting { look, .. } if look <= now);
        assert!(is_looked_at, "{id:?} was drawn for while it was {:?} at {now}", request.stand);
        let free = self.choices(&request).expect("too few workers are free to draw from");
        let distinct: BTreeSet<_> = seats.iter().map(|(operator, _)| operator).collect();
        assert_eq!(distinct.len(), request.seats as usize, "a committee never shrinks");
        request.committee.clear();
        for (operator, weight) in seats {
            assert!(free.contains(operator), "{operator:?} was drawn for {id:?} without being free");
            let worker = self.workers.get_mut(operator).expect("it is free");
            assert_eq!(*weight, worker.bond);
            worker.open_seats += 1;
            worker.promised += request.lock;
            let (operator, key, weight, progress) = (operator.clone(), worker.key, *weight, Progress::Drawn);
            request.committee.push(Seat { operator, key, weight, progress });
        }
        let needed = request.max_units.div_ceil(request.units_per_block) * 2 + 4;
        let window = needed.clamp(self.rules.commit_min_blocks, self.rules.commit_max_blocks);
        request.stand = Stand::Committing { until: now + window };
        self.requests.insert(id, request);
    }

    /// Who could be drawn, if the draw can be held at all: at least half of the weight is free, and enough operators are.
    fn choices(&self, request: &Request) -> Option<BTreeSet<AccountId>> {
        let was_silent = |operator: &AccountId| {
            request.committee.iter().any(|seat| seat.operator == *operator && seat.progress == Progress::Drawn)
        };
        let (mut weight, mut free_weight, mut free) = (0, 0, BTreeSet::new());
        for (operator, worker) in &self.workers {
            let serves = worker.serves.contains(&request.version) && worker.gets_seats(self.rules.min_bond);
            if !serves || was_silent(operator) {
                continue;
            }
            weight += worker.bond;
            if worker.has_room(request.lock) {
                free_weight += worker.bond;
                free.insert(operator.clone());
            }
        }
        (free.len() >= request.seats as usize && free_weight * 2 >= weight).then_some(free)
    }

    /// Those that were looked at and not drawn for wait on, or their waiting is over. Seats only become fewer while draws
    /// are held: so a draw that is possible after all of them was possible when its turn was.
    pub fn wait_on(&mut self, can_draw: bool) {
        let now = self.now;
        let looked_at = |request: &Request| matches!(request.stand, Stand::Waiting { look, .. } if look <= now);
        let left: Vec<RequestId> =
            self.requests.iter().filter(|(_, request)| looked_at(request)).map(|(id, _)| *id).collect();
        for id in left {
            let mut request = self.requests.remove(&id).expect("it was found");
            assert!(!can_draw || self.choices(&request).is_none(), "{id:?} could have been drawn for at {now}");
            let Stand::Waiting { since, until, .. } = request.stand else { unreachable!("it waits") };
            if now >= until {
                self.money.release(&request.requester, Reason::Escrow, request.escrow);
                let cause = if request.attempt == 0 { RefundCause::NoFreeWorkers } else { RefundCause::TooFewCommits };
                self.ended.insert(id, Ending::Refunded(cause));
            } else {
                let look = (now + ((now - since) / 2).max(1)).min(until);
                request.stand = Stand::Waiting { since, until, look };
                self.requests.insert(id, request);
            }
        }
    }

    /// The seats of an attempt are free again, with what is left of their locks.
    pub fn free_seats(&mut self, request: &Request, spent: &BTreeMap<AccountId, Balance>) {
        for seat in &request.committee {
            let worker = self.workers.get_mut(&seat.operator).expect("a worker with a seat stays");
            worker.open_seats -= 1;
            match seat.progress {
                Progress::Drawn => worker.promised -= request.lock,
                _ => worker.locked -= request.lock - spent.get(&seat.operator).copied().unwrap_or(0),
            }
        }
    }
}

impl Request {
    /// Whether something happens to it by itself now, other than a draw.
    pub fn is_due(&self, now: u32) -> bool {
        match self.stand {
            Stand::Waiting { .. } => false,
            Stand::Committing { until } | Stand::Revealing { until } => now > until,
            Stand::Settled { reveals_until, final_from, .. } => {
                now >= final_from && (now > reveals_until || self.owing().next().is_none())
            }
            Stand::Disagreed => true,
        }
    }
}
