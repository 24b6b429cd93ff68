//! The rules of workers, told again.

use super::{
    ledger::Ledger,
    money::{Reason, Ruling},
};
use std::collections::BTreeSet;
use votive_primitives::ids::VersionId;
use votive_runtime::{AccountId, Balance, Runtime};

const DEFAULT_CAPACITY: u32 = 4;
const MAX_CAPACITY: u32 = 256;
const MAX_SERVED: usize = 32;

/// Blocks until a worker whose seats were open when its bond was due is looked at again.
const POSTPONED_BY: u32 = 10;

/// Steps that a block takes to return bonds.
const BOND_STEPS: u32 = 8;

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

    /// A block that touches no worker: what is due in it returns later.
    pub fn leave_bonds(&mut self) {
        self.bonds_behind.get_or_insert(self.height);
    }

    /// The bonds that are due return, in so many steps a block: one for each bond, and one for each height that has no more.
    pub fn return_bonds(&mut self) {
        let mut due = self.bonds_behind.take().unwrap_or(self.height);
        for _ in 0..BOND_STEPS {
            if due > self.height {
                return;
            }
            match self.first_bond_due(due) {
                Some(who) => self.return_bond(&who),
                None => due += 1,
            }
        }
        self.bonds_behind = (due <= self.height).then_some(due);
    }

    /// Of the operators whose bonds are due at a height, the one that the chain's storage has first.
    fn first_bond_due(&self, height: u32) -> Option<AccountId> {
        let due = self.workers.iter().filter(|(_, worker)| worker.unbonding_until == Some(height));
        due.map(|(who, _)| who.clone()).min_by_key(|who| pallet_workers::Agenda::<Runtime>::hashed_key_for(height, who))
    }

    /// Returns a bond. Where seats or locks are open, it is looked at again later.
    fn return_bond(&mut self, who: &AccountId) {
        let height = self.height;
        let worker = self.own(who).expect("it was found");
        if worker.open_seats > 0 || worker.locked > 0 {
            worker.unbonding_until = Some(height + POSTPONED_BY);
        } else {
            let bond = worker.bond;
            self.workers.remove(who);
            self.money.release(who, Reason::Bond, bond);
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
