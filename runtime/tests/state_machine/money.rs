//! The reference's money: what each account has free and what is held from it, and how both move.

use std::collections::BTreeMap;
use votive_runtime::{AccountId, Balance, MILLI_VOT};

/// How a call ends by the rules: the name of its error, where it is refused.
pub type Ruling = Result<(), &'static str>;

/// The least that an account holds.
const LEAST: Balance = MILLI_VOT;

/// Why funds are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    Escrow,
    Bond,
    Model,
    Version,
}

pub const REASONS: [Reason; 4] = [Reason::Escrow, Reason::Bond, Reason::Model, Reason::Version];

/// What an account has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purse {
    pub free: Balance,
    pub held: BTreeMap<Reason, Balance>,
}

impl Purse {
    pub fn held_in_all(&self) -> Balance {
        self.held.values().sum()
    }
}

/// All money.
#[derive(Default)]
pub struct Money {
    pub purses: BTreeMap<AccountId, Purse>,
    pub issuance: Balance,
}

impl Money {
    pub fn free(&self, who: &AccountId) -> Balance {
        self.purses.get(who).map_or(0, |purse| purse.free)
    }

    pub fn held(&self, who: &AccountId, reason: Reason) -> Balance {
        self.purses.get(who).and_then(|purse| purse.held.get(&reason).copied()).unwrap_or(0)
    }

    /// Holds an amount. What an account must have at least stays free.
    pub fn hold(&mut self, who: &AccountId, reason: Reason, amount: Balance) -> Ruling {
        if self.free(who) < amount + LEAST {
            return Err("FundsUnavailable");
        }
        let purse = self.purses.get_mut(who).expect("it has money");
        purse.free -= amount;
        *purse.held.entry(reason).or_default() += amount;
        Ok(())
    }

    pub fn release(&mut self, who: &AccountId, reason: Reason, amount: Balance) {
        self.unhold(who, reason, amount);
        self.purses.get_mut(who).expect("something is held from it").free += amount;
    }

    /// Pays out of what is held. An account that does not exist cannot receive less than it must hold.
    pub fn pay_held(&mut self, from: &AccountId, reason: Reason, to: &AccountId, amount: Balance) -> bool {
        if !self.purses.contains_key(to) && amount < LEAST {
            return false;
        }
        self.unhold(from, reason, amount);
        self.purses.entry(to.clone()).or_default().free += amount;
        true
    }

    pub fn burn_held(&mut self, from: &AccountId, reason: Reason, amount: Balance) {
        self.unhold(from, reason, amount);
        self.issuance -= amount;
    }

    /// A transfer that may end the sender's account, whose rest is lost then.
    pub fn transfer(&mut self, from: &AccountId, to: &AccountId, amount: Balance) -> Ruling {
        let purse = self.purses.get(from).cloned().unwrap_or_default();
        if purse.free < amount {
            return Err("FundsUnavailable");
        }
        if purse.held_in_all() > 0 && purse.free - amount < LEAST {
            return Err("Frozen");
        }
        if !self.purses.contains_key(to) && amount < LEAST {
            return Err("BelowMinimum");
        }
        self.purses.entry(to.clone()).or_default().free += amount;
        let rest = purse.free - amount;
        if rest < LEAST {
            self.purses.remove(from);
            self.issuance -= rest;
        } else {
            self.purses.get_mut(from).expect("it has money").free = rest;
        }
        Ok(())
    }

    /// A transaction's fee: half to the author, the rest is burnt.
    pub fn charge(&mut self, who: &AccountId, author: &AccountId, fee: Balance) {
        self.purses.get_mut(who).expect("it pays a fee").free -= fee;
        self.purses.get_mut(author).expect("the author is a validator").free += fee / 2;
        self.issuance -= fee - fee / 2;
    }

    fn unhold(&mut self, who: &AccountId, reason: Reason, amount: Balance) {
        let held = self.purses.get_mut(who).and_then(|purse| purse.held.get_mut(&reason));
        let held = held.expect("something is held from it");
        *held = held.checked_sub(amount).expect("no more is paid than is held");
    }
}
