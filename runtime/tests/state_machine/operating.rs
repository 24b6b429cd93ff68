//! Steps of operators.

use super::{machine::Machine, people::OPERATORS};
use sp_core::Pair;
use votive_primitives::worker_key::{possession_message, WorkerSignature};
use votive_runtime::*;

type Call = pallet_workers::Call<Runtime>;

impl Machine {
    /// One random call of an operator, whether it makes sense or not.
    pub fn operate(&mut self) {
        let who = if self.random.one_in(10) {
            self.random.below(self.people.all.len())
        } else {
            self.random.below(OPERATORS)
        };
        let version = self.any_version();
        match self.random.below(40) {
            0..=2 => {
                let bond = *self.random.pick(&[0, VOT, 100 * VOT, 5_000 * VOT, 20_000 * VOT, 2_000_000 * VOT]);
                self.register(who, bond);
            }
            3..=6 => {
                let amount = *self.random.pick(&[0, 1, 50 * VOT, 3_000 * VOT, 2_000_000 * VOT]);
                self.tell(format!("{who} bonds {amount} more"));
                self.signed(who, Call::bond_extra { amount }, |ledger, who| ledger.bond_extra(who, amount));
            }
            7..=11 => {
                let (key, proven, proof) = self.proof(who);
                self.tell(format!("{who} rotates to key {key}, proven {proven}"));
                let call = Call::rotate_key { key: self.people.key(key), proof };
                self.signed(who, call, |ledger, who| ledger.rotate_key(who, key, proven));
            }
            12..=16 => {
                self.tell(format!("{who} serves {version:?}"));
                self.signed(who, Call::serve { version }, |ledger, who| ledger.serve(who, version));
            }
            17..=18 => {
                self.tell(format!("{who} unserves {version:?}"));
                self.signed(who, Call::unserve { version }, |ledger, who| ledger.unserve(who, version));
            }
            19..=24 => {
                let by = self.random.below(self.people.all.len());
                let operator = self.people.account(who).clone();
                self.tell(format!("{by} takes {who} off {version:?}"));
                let call = Call::unserve_closed { operator: operator.clone(), version };
                self.signed(by, call, |ledger, _| ledger.unserve_closed(&operator, version));
            }
            25..=29 => {
                let capacity = *self.random.pick(&[0, 1, 2, 8, 16, 256, 257]);
                self.tell(format!("{who} takes {capacity} seats"));
                self.signed(who, Call::set_capacity { capacity }, |ledger, who| ledger.set_capacity(who, capacity));
            }
            30..=31 => {
                self.tell(format!("{who} chills"));
                self.signed(who, Call::chill {}, |ledger, who| ledger.chill(who));
            }
            32..=35 => {
                self.tell(format!("{who} activates"));
                self.signed(who, Call::activate {}, |ledger, who| ledger.activate(who));
            }
            36 => {
                self.tell(format!("{who} unbonds"));
                self.signed(who, Call::unbond {}, |ledger, who| ledger.unbond(who));
            }
            _ => {
                self.tell(format!("{who} cancels its unbonding"));
                self.signed(who, Call::cancel_unbond {}, |ledger, who| ledger.cancel_unbond(who));
            }
        }
    }

    /// Makes an operator one that gets seats, so that a run does not run out of workers.
    pub fn tend(&mut self, who: usize) {
        self.tell(format!("{who} is tended"));
        let account = self.people.account(who).clone();
        let version = self.any_version();
        let capacity = 4 + self.random.below(12) as u32;
        let Some(worker) = self.ledger.workers.get(&account) else {
            let bond = self.ledger.rules.min_bond + 3_000 * VOT * (1 + who as Balance);
            self.register(who, bond);
            return;
        };
        let (is_chilled, serves, unbonds) =
            (worker.chilled, worker.serves.contains(&version), worker.unbonding_until.is_some());
        if unbonds && self.random.one_in(4) {
            self.signed(who, Call::cancel_unbond {}, |ledger, who| ledger.cancel_unbond(who));
        }
        if is_chilled {
            self.signed(who, Call::activate {}, |ledger, who| ledger.activate(who));
        }
        if !serves {
            self.signed(who, Call::serve { version }, |ledger, who| ledger.serve(who, version));
        }
        self.signed(who, Call::set_capacity { capacity }, |ledger, who| ledger.set_capacity(who, capacity));
    }

    fn register(&mut self, who: usize, bond: Balance) {
        let (key, proven, proof) = self.proof(who);
        self.tell(format!("{who} registers key {key}, proven {proven}, with {bond}"));
        let call = Call::register_worker { bond, key: self.people.key(key), proof };
        self.signed(who, call, |ledger, who| ledger.register_worker(who, bond, key, proven));
    }

    /// A key, whether its possession is proven, and the proof.
    fn proof(&mut self, who: usize) -> (usize, bool, WorkerSignature) {
        let key = self.random.below(self.people.keys.len());
        let is_proven = !self.random.one_in(8);
        let operator = if is_proven { who } else { (who + 1) % OPERATORS };
        let message = possession_message(&self.genesis, self.people.account(operator));
        (key, is_proven, self.people.keys[key].sign(&message))
    }
}
