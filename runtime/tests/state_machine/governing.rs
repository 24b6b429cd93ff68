//! Steps of governance, transfers, and migrations.

use super::{ledger::Rules, machine::Machine, transactions};
use pallet_inference::Windows;
use pallet_migrations::{Cursor, MigrationCursor};
use parameters::{
    dynamic::{settlement, workers},
    RuntimeParameters,
};
use votive_runtime::*;

impl Machine {
    /// Short windows, so that a run sees many ends.
    pub fn shorten_windows(&mut self) {
        let mut rules = self.ledger.rules.clone();
        (rules.answer_blocks, rules.unbonding_delay) = (40, 0);
        self.change(rules);
    }

    /// Changes one of the parameters, at times to a value out of its bounds.
    pub fn govern(&mut self) {
        let mut rules = self.ledger.rules.clone();
        let random = &mut self.random;
        match random.below(10) {
            0..=4 => {
                rules.waiting_blocks = *random.pick(&[0, 2, 10, 20, 40]);
                rules.commit_min_blocks = *random.pick(&[0, 3, 10, 30]);
                rules.commit_max_blocks = *random.pick(&[0, 5, 30]);
                rules.reveal_blocks = *random.pick(&[0, 4, 10, 20, 40]);
                rules.final_blocks = *random.pick(&[0, 0, 1, 10, 50]);
                rules.answer_blocks = *random.pick(&[0, 1, 20, 60]);
            }
            5 => rules.fee_floor = *random.pick(&[0, VOT / 100, VOT / 50, VOT, 101 * VOT]),
            6..=7 => rules.min_lock = *random.pick(&[0, 100 * VOT, 100 * VOT, 700 * VOT, 3_000 * VOT]),
            8 => rules.min_bond = *random.pick(&[0, 5_000 * VOT, 5_000 * VOT, 5_000 * VOT, 9_000 * VOT]),
            _ => rules.unbonding_delay = *random.pick(&[0, HOURS, HOURS + 100]),
        }
        self.change(rules);
    }

    fn change(&mut self, rules: Rules) {
        let windows = Windows {
            waiting_blocks: rules.waiting_blocks,
            commit_min_blocks: rules.commit_min_blocks,
            commit_max_blocks: rules.commit_max_blocks,
            reveal_blocks: rules.reveal_blocks,
            final_blocks: rules.final_blocks,
            answer_blocks: rules.answer_blocks,
        };
        self.tell(format!("governance: {windows:?}, floor {}, lock {}", rules.fee_floor, rules.min_lock));
        let changes = [
            RuntimeParameters::Settlement(settlement::Parameters::Windows(settlement::Windows, Some(windows))),
            RuntimeParameters::Settlement(settlement::Parameters::FeeFloor(
                settlement::FeeFloor,
                Some(rules.fee_floor),
            )),
            RuntimeParameters::Settlement(settlement::Parameters::MinLock(settlement::MinLock, Some(rules.min_lock))),
            RuntimeParameters::Workers(workers::Parameters::MinBond(workers::MinBond, Some(rules.min_bond))),
            RuntimeParameters::Workers(workers::Parameters::UnbondingDelay(
                workers::UnbondingDelay,
                Some(rules.unbonding_delay),
            )),
        ];
        self.state.execute_with(|| {
            for key_value in changes {
                transactions::dispatch_as_root(pallet_parameters::Call::set_parameter { key_value }.into());
            }
        });
        self.ledger.rules = rules.bounded();
        self.compare();
    }

    pub fn toggle_safe_mode(&mut self) {
        let call = if self.ledger.safe_until.is_some() {
            self.ledger.safe_until = None;
            pallet_safe_mode::Call::force_exit {}
        } else {
            self.ledger.safe_until = Some(self.ledger.height + DAYS);
            pallet_safe_mode::Call::force_enter {}
        };
        self.tell(format!("governance: {call:?}"));
        self.state.execute_with(|| transactions::dispatch_as_root(call.into()));
        self.compare();
    }

    /// A migration of several blocks begins and ends: the clock stands still, and nothing but time comes in.
    pub fn migrate(&mut self) {
        let blocks = 1 + self.random.below(40);
        self.tell(format!("a migration of {blocks} blocks"));
        self.state.execute_with(|| Cursor::<Runtime>::put(MigrationCursor::Stuck));
        for _ in 0..blocks {
            self.next_block(true);
        }
        self.state.execute_with(Cursor::<Runtime>::kill);
    }

    pub fn transfer(&mut self) {
        let (from, to) = (self.random.below(self.people.all.len()), self.random.below(self.people.all.len()));
        let free = self.ledger.money.free(self.people.account(from));
        let value = match self.random.below(12) {
            // The rich do not give all they have.
            0 if free < 100 * VOT => free,
            1 if free < 100 * VOT => free.saturating_sub(MILLI_VOT),
            2 if free < 100 * VOT => free.saturating_sub(1),
            3 => free + 1,
            4 => 1,
            5 => MILLI_VOT - 1,
            _ => self.random.within(MILLI_VOT..free / 100 + 2 * MILLI_VOT),
        };
        if from == to || value == 0 {
            return;
        }
        self.tell(format!("{from} sends {value} to {to}"));
        let dest = self.people.account(to).clone();
        let call = pallet_balances::Call::transfer_allow_death { dest: dest.clone().into(), value };
        self.signed(from, call, |ledger, from| ledger.money.transfer(from, &dest, value));
    }
}
