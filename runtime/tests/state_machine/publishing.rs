//! Steps of models' owners.

use super::{machine::Machine, people::People};
use sp_core::H256;
use sp_runtime::Permill;
use votive_primitives::{
    ids::{ModelId, VersionId},
    model::{Architecture, GoldenVector, Limits, Metadata, Price, VersionSpec},
};
use votive_runtime::*;

type Call = pallet_models::Call<Runtime>;

const MAX_MODELS: usize = 6;

impl Machine {
    /// One random call of an owner.
    pub fn publish(&mut self) {
        let ids: Vec<ModelId> = self.ledger.models.keys().copied().collect();
        if ids.len() < 2 || ids.len() < MAX_MODELS && self.random.one_in(8) {
            return self.register_model();
        }
        let model = if self.random.one_in(20) { 99 } else { *self.random.pick(&ids) };
        let who = self.owner_of(model);
        let versions = self.ledger.models.get(&model).map_or(0, |model| model.versions.len());
        let number = match versions {
            0 => 1,
            _ => *self.random.pick(&self.ledger.models[&model].versions.keys().copied().collect::<Vec<_>>()),
        };
        let version = VersionId { model, number };
        match self.random.below(24) {
            0..=5 if versions < 3 => self.publish_version(who, model),
            0..=11 => {
                let price = self.price();
                self.tell(format!("{who} sets the price of {version:?} to {price:?}"));
                self.signed(who, Call::set_price { version, price }, |ledger, who| {
                    ledger.set_price(who, version, price)
                });
            }
            12..=13 => {
                self.tell(format!("{who} deprecates {version:?}"));
                let call = Call::deprecate_version { version };
                self.signed(who, call, |ledger, who| ledger.deprecate_version(who, version));
            }
            14..=16 => {
                let to = self.random.below(self.people.all.len());
                let account = self.people.account(to).clone();
                self.tell(format!("{who} gives model {model} to {to}"));
                let call = Call::transfer_model { model, new_owner: account.clone().into() };
                self.signed(who, call, |ledger, who| ledger.transfer_model(who, model, &account));
            }
            17..=21 => {
                self.tell(format!("{who} removes {version:?}"));
                let call = Call::remove_version { version };
                self.signed(who, call, |ledger, who| ledger.remove_version(who, version));
            }
            _ => {
                self.tell(format!("{who} removes model {model}"));
                self.signed(who, Call::remove_model { model }, |ledger, who| ledger.remove_model(who, model));
            }
        }
    }

    fn register_model(&mut self) {
        let owners: Vec<usize> = People::owners().collect();
        let who = *self.random.pick(&owners);
        let royalty = *self.random.pick(&[0, 1, 33_333, 50_000, 150_000, 150_001]);
        let name = vec![b'm'; 1 + self.random.below(64)].try_into().unwrap();
        let metadata = Metadata { name, ..Default::default() };
        self.tell(format!("{who} registers a model with a royalty of {royalty} millionths"));
        let call = Call::register_model { metadata: metadata.clone(), royalty: Permill::from_parts(royalty) };
        let registered = self.ledger.next_model;
        if self.signed(who, call, |ledger, who| ledger.register_model(who, &metadata, royalty.into())) {
            self.publish_version(who, registered);
        }
    }

    fn publish_version(&mut self, who: usize, model: ModelId) {
        let price = self.price();
        let spec = VersionSpec {
            package_root: H256(self.random.bytes()),
            package_size: 1,
            architecture: Architecture::Llama,
            kernel_spec: 1,
            limits: Limits { max_input: 64, max_output: 40, max_units: *self.random.pick(&[1, 3, 10, 11]) },
            units_per_block: if self.random.one_in(20) { 0 } else { 1 },
            golden_vectors: vec![GoldenVector { input_hash: H256::zero(), digest: H256::zero() }].try_into().unwrap(),
        };
        self.tell(format!("{who} publishes a version of {model} for {price:?}"));
        let call = Call::publish_version { model, spec: spec.clone(), price };
        self.signed(who, call, |ledger, who| ledger.publish_version(who, model, &spec, price));
    }

    fn owner_of(&mut self, model: ModelId) -> usize {
        let owner = self.ledger.models.get(&model).map(|model| model.owner.clone());
        let owner = owner.and_then(|owner| self.people.all.iter().position(|person| person.account == owner));
        match owner {
            Some(owner) if !self.random.one_in(8) => owner,
            _ => self.random.below(self.people.all.len()),
        }
    }

    /// Prices whose shares do not divide, prices below the least fee, and one that is too high.
    fn price(&mut self) -> Price<Balance> {
        let per_call = *self.random.pick(&[0, 1, 3 * MILLI_VOT + 7, VOT, VOT + 1, 30 * VOT]);
        let per_unit = *self.random.pick(&[0, 0, 1, 333_333_333_333, 1_000_000 * VOT + 1]);
        Price { per_call, per_unit }
    }
}
