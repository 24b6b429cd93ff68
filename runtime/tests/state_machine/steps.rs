//! The steps of a run, and how often each is taken.

use super::{machine::Machine, people::OPERATORS};

/// Requests that are open at most; a run that has as many lets blocks pass.
const MAX_OPEN: usize = 40;

impl Machine {
    /// A chain with some workers, versions and short windows to begin with.
    pub fn settle_in(&mut self) {
        self.shorten_windows();
        for _ in 0..3 {
            self.publish();
        }
        for operator in 0..9 {
            (0..3).for_each(|_| self.tend(operator));
        }
        self.next_block(false);
    }

    /// One random step.
    pub fn step(&mut self) {
        if self.ledger.safe_until.is_some() && self.random.one_in(40) {
            return self.toggle_safe_mode();
        }
        match self.random.below(200) {
            0..=19 if self.ledger.requests.len() < MAX_OPEN => self.submit(),
            0..=21 => self.cancel(),
            22..=81 if self.owes_commits() || self.random.one_in(20) => self.commit(),
            82..=141 if self.owes_reveals() || self.random.one_in(20) => self.reveal(),
            22..=79 if self.ledger.requests.len() < MAX_OPEN => self.submit(),
            22..=159 => self.pass_blocks(1),
            160 => {
                let blocks = 1 + self.random.below(30);
                self.pass_blocks(blocks);
            }
            161 if self.random.one_in(6) => self.pass_blocks(300),
            161..=173 => self.operate(),
            174..=183 => {
                let operator = self.random.below(OPERATORS);
                self.tend(operator);
            }
            184..=190 => self.publish(),
            191..=192 => self.govern(),
            193..=197 => self.transfer(),
            198 if self.random.one_in(4) => self.toggle_safe_mode(),
            199 if self.random.one_in(2) => self.migrate(),
            _ => self.pass_blocks(1),
        }
    }

    fn pass_blocks(&mut self, count: usize) {
        self.tell(format!("{count} blocks, from {} on", self.ledger.height));
        for _ in 0..count {
            self.next_block(false);
        }
    }
}
