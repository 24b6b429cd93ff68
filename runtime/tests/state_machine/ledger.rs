//! The reference: a second, naive telling of the chain's rules, over plain maps. It looks nothing up in the pallets; of the
//! primitives it takes the types, and the hashes that give things their names.

use super::{
    models::Model,
    money::Money,
    requests::{Kept, Request},
    workers::Worker,
};
use std::collections::BTreeMap;
use votive_primitives::{ids::RequestId, receipt::RefundCause};
use votive_runtime::{AccountId, Balance, HOURS, MILLI_VOT, VOT};

/// What governance can change.
#[derive(Clone)]
pub struct Rules {
    pub waiting_blocks: u32,
    pub commit_min_blocks: u32,
    pub commit_max_blocks: u32,
    pub reveal_blocks: u32,
    pub final_blocks: u32,
    pub answer_blocks: u32,
    pub fee_floor: Balance,
    pub min_lock: Balance,
    pub min_bond: Balance,
    pub unbonding_delay: u32,
}

impl Rules {
    pub fn new() -> Self {
        Self {
            waiting_blocks: 20,
            commit_min_blocks: 5,
            commit_max_blocks: 200,
            reveal_blocks: 20,
            final_blocks: 0,
            answer_blocks: 28_800,
            fee_floor: VOT / 100,
            min_lock: 100 * VOT,
            min_bond: 5_000 * VOT,
            unbonding_delay: 7 * 24 * HOURS,
        }
    }

    /// Each moved to the nearest of its bounds.
    pub fn bounded(self) -> Self {
        let commit_min_blocks = self.commit_min_blocks.clamp(2, 1_000);
        Self {
            waiting_blocks: self.waiting_blocks.clamp(1, 1_000),
            commit_min_blocks,
            commit_max_blocks: self.commit_max_blocks.clamp(commit_min_blocks, 1_000),
            reveal_blocks: self.reveal_blocks.clamp(2, 1_000),
            final_blocks: self.final_blocks.min(100_000),
            answer_blocks: self.answer_blocks.clamp(1, 10_000_000),
            fee_floor: self.fee_floor.clamp(MILLI_VOT, 100 * VOT),
            min_lock: self.min_lock.clamp(VOT, 100_000 * VOT),
            min_bond: self.min_bond.clamp(100 * VOT, 1_000_000 * VOT),
            unbonding_delay: self.unbonding_delay.clamp(HOURS, 90 * 24 * HOURS),
        }
    }
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Final { fee: Balance },
    Refunded(RefundCause),
}

/// The reference.
pub struct Ledger {
    pub money: Money,
    pub models: BTreeMap<u32, Model>,
    pub next_model: u32,
    pub workers: BTreeMap<AccountId, Worker>,
    pub requests: BTreeMap<RequestId, Request>,
    pub answers: BTreeMap<RequestId, Kept>,
    pub counters: BTreeMap<AccountId, u64>,
    /// What ended since this was looked at last.
    pub ended: BTreeMap<RequestId, Ending>,
    pub rules: Rules,
    pub treasury: AccountId,
    pub height: u32,
    /// The settlement's clock.
    pub now: u32,
    /// The last block that had a VRF output, of those that moved the clock.
    pub last_vrf: Option<u32>,
    /// Until when safe mode lasts.
    pub safe_until: Option<u32>,
    /// The first height whose bonds have not all returned, where blocks left some behind.
    pub bonds_behind: Option<u32>,
}

impl Ledger {
    pub fn new(money: Money, treasury: AccountId) -> Self {
        Self {
            money,
            models: BTreeMap::new(),
            next_model: 0,
            workers: BTreeMap::new(),
            requests: BTreeMap::new(),
            answers: BTreeMap::new(),
            counters: BTreeMap::new(),
            ended: BTreeMap::new(),
            rules: Rules::new(),
            treasury,
            height: 0,
            now: 0,
            last_vrf: None,
            safe_until: None,
            bonds_behind: None,
        }
    }
}
