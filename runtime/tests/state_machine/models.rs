//! The rules of models, told again.

use super::{
    ledger::Ledger,
    money::{Reason, Ruling},
};
use codec::Encode;
use std::collections::BTreeMap;
use votive_primitives::{
    ids::{ModelId, VersionId},
    model::{Limits, Metadata, Price, VersionSpec},
};
use votive_runtime::{AccountId, Balance, MILLI_VOT, VOT};

const MAX_PRICE: Balance = 1_000_000 * VOT;
const MAX_VERSIONS: usize = 64;

/// A deposit: who left it, and how much.
type Deposit = Option<(AccountId, Balance)>;

pub struct Model {
    pub owner: AccountId,
    /// In millionths.
    pub royalty: u128,
    pub next_number: u32,
    pub versions: BTreeMap<u32, Version>,
    pub deposit: Deposit,
}

pub struct Version {
    pub price: Price<Balance>,
    pub limits: Limits,
    pub units_per_block: u32,
    pub deprecated: bool,
    pub deposit: Deposit,
}

/// One VOT, and a thousandth for each byte.
fn price_of(stored: &impl Encode) -> Balance {
    VOT + MILLI_VOT * stored.encoded_size() as Balance
}

fn affordable(price: &Price<Balance>) -> Ruling {
    (price.per_call <= MAX_PRICE && price.per_unit <= MAX_PRICE).then_some(()).ok_or("PriceTooHigh")
}

impl Ledger {
    pub fn version(&self, id: VersionId) -> Option<&Version> {
        self.models.get(&id.model)?.versions.get(&id.number)
    }

    /// Whether a version takes requests, and why not.
    pub fn takes_requests(&self, id: VersionId) -> Result<&Version, &'static str> {
        let version = self.version(id).ok_or("UnknownVersion")?;
        (!version.deprecated).then_some(version).ok_or("VersionDeprecated")
    }

    pub fn register_model(&mut self, who: &AccountId, metadata: &Metadata, royalty: u128) -> Ruling {
        if royalty > 150_000 {
            return Err("RoyaltyTooHigh");
        }
        let deposit = price_of(metadata);
        self.money.hold(who, Reason::Model, deposit)?;
        let deposit = Some((who.clone(), deposit));
        let model = Model { owner: who.clone(), royalty, next_number: 1, versions: BTreeMap::new(), deposit };
        self.models.insert(self.next_model, model);
        self.next_model += 1;
        Ok(())
    }

    pub fn publish_version(
        &mut self,
        who: &AccountId,
        id: ModelId,
        spec: &VersionSpec,
        price: Price<Balance>,
    ) -> Ruling {
        self.owned(who, id)?;
        if spec.units_per_block == 0 {
            return Err("SpeedZero");
        }
        if spec.limits.max_units * 4 > spec.limits.max_output {
            return Err("UnitLimitAboveOutput");
        }
        affordable(&price)?;
        let deposit = price_of(spec);
        if self.money.free(who) < deposit + MILLI_VOT {
            return Err("FundsUnavailable");
        }
        let model = self.owned(who, id)?;
        if model.versions.len() == MAX_VERSIONS {
            return Err("TooManyVersions");
        }
        let version = Version {
            price,
            limits: spec.limits,
            units_per_block: spec.units_per_block,
            deprecated: false,
            deposit: Some((who.clone(), deposit)),
        };
        model.versions.insert(model.next_number, version);
        model.next_number += 1;
        self.money.hold(who, Reason::Version, deposit)
    }

    pub fn set_price(&mut self, who: &AccountId, id: VersionId, price: Price<Balance>) -> Ruling {
        let version = self.open_version(who, id)?;
        affordable(&price)?;
        version.price = price;
        Ok(())
    }

    pub fn deprecate_version(&mut self, who: &AccountId, id: VersionId) -> Ruling {
        self.open_version(who, id)?.deprecated = true;
        Ok(())
    }

    pub fn transfer_model(&mut self, who: &AccountId, id: ModelId, to: &AccountId) -> Ruling {
        let model = self.owned(who, id)?;
        if who == to {
            return Err("AlreadyOwner");
        }
        model.owner = to.clone();
        Ok(())
    }

    pub fn remove_version(&mut self, who: &AccountId, id: VersionId) -> Ruling {
        let served = self.workers.values().any(|worker| worker.serves.contains(&id));
        let model = self.owned(who, id.model)?;
        let version = model.versions.get(&id.number).ok_or("UnknownVersion")?;
        if !version.deprecated {
            return Err("VersionNotDeprecated");
        }
        if served {
            return Err("VersionInUse");
        }
        let deposit = version.deposit.clone();
        model.versions.remove(&id.number);
        self.give_back(deposit, Reason::Version);
        Ok(())
    }

    pub fn remove_model(&mut self, who: &AccountId, id: ModelId) -> Ruling {
        let model = self.owned(who, id)?;
        if !model.versions.is_empty() {
            return Err("ModelHasVersions");
        }
        let deposit = model.deposit.clone();
        self.models.remove(&id);
        self.give_back(deposit, Reason::Model);
        Ok(())
    }

    fn give_back(&mut self, deposit: Deposit, reason: Reason) {
        if let Some((who, amount)) = deposit {
            self.money.release(&who, reason, amount);
        }
    }

    fn owned(&mut self, who: &AccountId, id: ModelId) -> Result<&mut Model, &'static str> {
        let model = self.models.get_mut(&id).ok_or("UnknownModel")?;
        if model.owner == *who {
            Ok(model)
        } else {
            Err("NotOwner")
        }
    }

    fn open_version(&mut self, who: &AccountId, id: VersionId) -> Result<&mut Version, &'static str> {
        let version = self.owned(who, id.model)?.versions.get_mut(&id.number).ok_or("UnknownVersion")?;
        if version.deprecated {
            Err("VersionDeprecated")
        } else {
            Ok(version)
        }
    }
}
