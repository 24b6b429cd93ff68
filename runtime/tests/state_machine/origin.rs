//! Where the reference begins: with what the genesis has written.

use super::{
    ledger::Ledger,
    models::{Model, Version},
    money::{Money, Purse, Reason},
    people::People,
    workers::Worker,
};
use votive_runtime::*;

pub fn money_of_the_chain() -> Money {
    let purses = frame_system::Account::<Runtime>::iter().map(|(account, stored)| {
        let mut purse = Purse { free: stored.data.free, ..Default::default() };
        if stored.data.reserved > 0 {
            purse.held.insert(Reason::Bond, stored.data.reserved);
        }
        (account, purse)
    });
    Money { purses: purses.collect(), issuance: pallet_balances::TotalIssuance::<Runtime>::get() }
}

pub fn copy_models(ledger: &mut Ledger) {
    for (id, stored) in pallet_models::Models::<Runtime>::iter() {
        let versions = stored.versions.iter().map(|number| {
            let version = pallet_models::Versions::<Runtime>::get(id, number).expect("its model lists it");
            let (limits, units_per_block) = (version.spec.limits, version.spec.units_per_block);
            let price = version.price;
            (*number, Version { price, limits, units_per_block, deprecated: false, deposit: None })
        });
        let model = Model {
            owner: stored.owner,
            royalty: stored.royalty.deconstruct().into(),
            next_number: stored.next_version,
            versions: versions.collect(),
            deposit: None,
        };
        ledger.models.insert(id, model);
    }
    ledger.next_model = pallet_models::NextModelId::<Runtime>::get();
}

pub fn copy_workers(ledger: &mut Ledger, people: &People) {
    for (operator, stored) in pallet_workers::Workers::<Runtime>::iter() {
        let mut worker = Worker::new(people.number_of(&stored.key), stored.bond, stored.capacity);
        worker.serves = pallet_workers::Served::<Runtime>::get(&operator).into_iter().collect();
        ledger.workers.insert(operator, worker);
    }
}
