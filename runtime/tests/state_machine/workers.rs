//! The rules of workers, told again.

use super::{
    ledger::Ledger,
    money::{Reason, Ruling},
};
use std::collections::BTreeSet;
use votive_primitives::ids::VersionId;
use votive_runtime::{AccountId, Balance};

const DEFAULT_CAPACITY: u32 = 4;
const MAX_CAPACITY: u32 = 256;
const MAX_SERVED: usize = 32;

/// Blocks until a worker whose seats were open when its bond was due is looked at again.
const POSTPONED_BY: u32 = 10;

/// A worker, with its key by number.
pub struct Worker {
    pub key: usize,
    pub bond: Balance,
    pub locked: Balance,
    pub promised: Balance,
    pub capacity: u32,
    pub open_seats: u32,
    pub chilled: bool,
    pub unbonding_until: Option<u32>,
    pub serves: BTreeSet<VersionId>,
}

impl Worker {
    pub fn new(key: usize, bond: Balance, capacity: u32) -> Self {
        let (locked, promised, open_seats, chilled, unbonding_until) = (0, 0, 0, false, None);
        let serves = BTreeSet::new();
        Self { key, bond, locked, promised, capacity, open_seats, chilled, unbonding_until, serves }
    }

    pub fn gets_seats(&self, min_bond: Balance) -> bool {
        !self.chilled && self.unbonding_until.is_none() && self.bond >= min_bond
    }

    /// Whether it can take one more seat whose commit locks so much.
    pub fn has_room(&self, lock: Balance) -> bool {
        self.open_seats < self.capacity && self.locked + self.promised + lock <= self.bond
    }
}

impl Ledger {
    pub fn register_worker(&mut self, who: &AccountId, bond: Balance, key: usize, proven: bool) -> Ruling {
        if self.workers.contains_key(who) {
            return Err("AlreadyRegistered");
        }
        if bond < self.rules.min_bond {
            return Err("BondTooLow");
        }
        self.usable(key, proven)?;
        self.money.hold(who, Reason::Bond, bond)?;
        self.workers.insert(who.clone(), Worker::new(key, bond, DEFAULT_CAPACITY));
        Ok(())
    }

    pub fn bond_extra(&mut self, who: &AccountId, amount: Balance) -> Ruling {
        let worker = self.workers.get(who).ok_or("UnknownWorker")?;
        if worker.unbonding_until.is_some() {
            return Err("Unbonding");
        }
        if amount == 0 {
            return Err("NothingToBond");
        }
        self.money.hold(who, Reason::Bond, amount)?;
        self.own(who)?.bond += amount;
        Ok(())
    }

    pub fn rotate_key(&mut self, who: &AccountId, key: usize, proven: bool) -> Ruling {
        self.own(who)?;
        self.usable(key, proven)?;
        self.own(who)?.key = key;
        Ok(())
    }

    pub fn serve(&mut self, who: &AccountId, version: VersionId) -> Ruling {
        let open = self.takes_requests(version).map(|_| ());
        let worker = self.own(who)?;
        if worker.unbonding_until.is_some() {
            return Err("Unbonding");
        }
        open?;
        if worker.serves.contains(&version) {
            return Err("AlreadyServed");
        }
        if worker.serves.len() == MAX_SERVED {
            return Err("TooManyVersions");
        }
        worker.serves.insert(version);
        Ok(())
    }

    pub fn unserve(&mut self, who: &AccountId, version: VersionId) -> Ruling {
        self.own(who)?.serves.remove(&version).then_some(()).ok_or("NotServed")
    }

    pub fn unserve_closed(&mut self, operator: &AccountId, version: VersionId) -> Ruling {
        if self.takes_requests(version).is_ok() {
            return Err("VersionOpen");
        }
        self.unserve(operator, version)
    }

    pub fn set_capacity(&mut self, who: &AccountId, capacity: u32) -> Ruling {
        let worker = self.own(who)?;
        match capacity {
            0 => return Err("CapacityZero"),
            1..=MAX_CAPACITY => worker.capacity = capacity,
            _ => return Err("CapacityTooHigh"),
        }
        Ok(())
    }

    pub fn chill(&mut self, who: &AccountId) -> Ruling {
        let worker = self.own(who)?;
        if worker.chilled {
            return Err("AlreadyChilled");
        }
        worker.chilled = true;
        Ok(())
    }

    pub fn activate(&mut self, who: &AccountId) -> Ruling {
        let min_bond = self.rules.min_bond;
        let worker = self.own(who)?;
        if !worker.chilled {
            return Err("NotChilled");
        }
        if worker.unbonding_until.is_some() {
            return Err("Unbonding");
        }
        if worker.bond < min_bond {
            return Err("BondTooLow");
        }
        worker.chilled = false;
        Ok(())
    }

    pub fn unbond(&mut self, who: &AccountId) -> Ruling {
        let until = self.height + self.rules.unbonding_delay;
        let worker = self.own(who)?;
        if worker.unbonding_until.is_some() {
            return Err("Unbonding");
        }
        worker.unbonding_until = Some(until);
        worker.serves.clear();
        Ok(())
    }

    pub fn cancel_unbond(&mut self, who: &AccountId) -> Ruling {
        self.own(who)?.unbonding_until.take().map(|_| ()).ok_or("NotUnbonding")
    }

    /// The bonds that are due return. Where seats or locks are open, they are looked at again later.
    pub fn return_bonds(&mut self) {
        let height = self.height;
        let is_due = |worker: &Worker| worker.unbonding_until.is_some_and(|until| until <= height);
        let due: Vec<_> =
            self.workers.iter().filter(|(_, worker)| is_due(worker)).map(|(who, _)| who.clone()).collect();
        for who in due {
            let worker = self.workers.get_mut(&who).expect("it was found");
            if worker.open_seats > 0 || worker.locked > 0 {
                worker.unbonding_until = Some(height + POSTPONED_BY);
            } else {
                let bond = worker.bond;
                self.workers.remove(&who);
                self.money.release(&who, Reason::Bond, bond);
            }
        }
    }

    fn usable(&self, key: usize, proven: bool) -> Ruling {
        if self.workers.values().any(|worker| worker.key == key) {
            return Err("KeyInUse");
        }
        proven.then_some(()).ok_or("InvalidProof")
    }

    pub fn own(&mut self, who: &AccountId) -> Result<&mut Worker, &'static str> {
        self.workers.get_mut(who).ok_or("UnknownWorker")
    }
}
