//! What the calls do. Each checks first and writes last.

use crate::{
    BalanceOf, Config, Deposit, Error, Event, MetadataOf, Model, ModelOf, Models, NextModelId, Pallet, Version,
    VersionOf, Versions,
};
use frame_support::{
    ensure,
    traits::{Consideration, Defensive, Footprint},
};
use sp_runtime::{DispatchError, DispatchResult, Permill};
use votive_primitives::{
    ids::{ModelId, VersionId},
    model::{Metadata, Price, VersionSpec},
    traits::VersionUse,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_register_model(owner: T::AccountId, metadata: Metadata, royalty: Permill) -> DispatchResult {
        Self::check_metadata(&metadata)?;
        Self::check_royalty(royalty)?;
        let ticket = T::ModelConsideration::new(&owner, Self::model_footprint(&metadata))?;
        let deposit = Some(Deposit { depositor: owner.clone(), ticket });
        let model = Self::insert_model(owner.clone(), metadata, royalty, deposit)?;
        Self::deposit_event(Event::ModelRegistered { model, owner, royalty });
        Ok(())
    }

    pub(crate) fn do_publish_version(
        owner: T::AccountId,
        model: ModelId,
        spec: VersionSpec,
        price: Price<BalanceOf<T>>,
    ) -> DispatchResult {
        Self::ensure_owner(&owner, model)?;
        Self::check_spec(&spec)?;
        Self::check_price(&price)?;
        let package_root = spec.package_root;
        let ticket = T::VersionConsideration::new(&owner, Self::version_footprint(&spec))?;
        let deposit = Some(Deposit { depositor: owner, ticket });
        let version = Self::insert_version(model, Version { spec, price, deprecated: false, deposit })?;
        Self::deposit_event(Event::VersionPublished { version, package_root, price });
        Ok(())
    }

    pub(crate) fn do_set_price(owner: T::AccountId, version: VersionId, price: Price<BalanceOf<T>>) -> DispatchResult {
        Self::ensure_owner(&owner, version.model)?;
        let mut stored = Self::version(version)?;
        ensure!(!stored.deprecated, Error::<T>::VersionDeprecated);
        Self::check_price(&price)?;
        stored.price = price;
        Versions::<T>::insert(version.model, version.number, stored);
        Self::deposit_event(Event::PriceSet { version, price });
        Ok(())
    }

    pub(crate) fn do_deprecate_version(owner: T::AccountId, version: VersionId) -> DispatchResult {
        Self::ensure_owner(&owner, version.model)?;
        let mut stored = Self::version(version)?;
        ensure!(!stored.deprecated, Error::<T>::VersionDeprecated);
        stored.deprecated = true;
        Versions::<T>::insert(version.model, version.number, stored);
        Self::deposit_event(Event::VersionDeprecated { version });
        Ok(())
    }

    pub(crate) fn do_transfer_model(owner: T::AccountId, id: ModelId, to: T::AccountId) -> DispatchResult {
        let mut model = Self::ensure_owner(&owner, id)?;
        ensure!(to != owner, Error::<T>::AlreadyOwner);
        model.owner = to.clone();
        Models::<T>::insert(id, model);
        Self::deposit_event(Event::ModelTransferred { model: id, from: owner, to });
        Ok(())
    }

    pub(crate) fn do_remove_version(owner: T::AccountId, version: VersionId) -> DispatchResult {
        let mut model = Self::ensure_owner(&owner, version.model)?;
        let stored = Self::version(version)?;
        ensure!(stored.deprecated, Error::<T>::VersionNotDeprecated);
        ensure!(!T::VersionUse::in_use(version), Error::<T>::VersionInUse);
        Self::return_deposit(stored.deposit);
        model.versions.retain(|number| *number != version.number);
        Models::<T>::insert(version.model, model);
        Versions::<T>::remove(version.model, version.number);
        Self::deposit_event(Event::VersionRemoved { version });
        Ok(())
    }

    pub(crate) fn do_remove_model(owner: T::AccountId, id: ModelId) -> DispatchResult {
        let model = Self::ensure_owner(&owner, id)?;
        ensure!(model.versions.is_empty(), Error::<T>::ModelHasVersions);
        Self::return_deposit(model.deposit);
        Models::<T>::remove(id);
        MetadataOf::<T>::remove(id);
        Self::deposit_event(Event::ModelRemoved { model: id });
        Ok(())
    }

    /// Adds a model under the next id.
    pub(crate) fn insert_model(
        owner: T::AccountId,
        metadata: Metadata,
        royalty: Permill,
        deposit: Option<Deposit<T::AccountId, T::ModelConsideration>>,
    ) -> Result<ModelId, DispatchError> {
        let id = NextModelId::<T>::get();
        let next = id.checked_add(1).ok_or(Error::<T>::IdsExhausted)?;
        let model = Model { owner, royalty, next_version: 1, versions: Default::default(), deposit };
        NextModelId::<T>::put(next);
        Models::<T>::insert(id, model);
        MetadataOf::<T>::insert(id, metadata);
        Ok(id)
    }

    /// Adds a version under the model's next number.
    pub(crate) fn insert_version(id: ModelId, version: VersionOf<T>) -> Result<VersionId, DispatchError> {
        let mut model = Models::<T>::get(id).ok_or(Error::<T>::UnknownModel)?;
        let number = model.next_version;
        model.next_version = number.checked_add(1).ok_or(Error::<T>::IdsExhausted)?;
        model.versions.try_push(number).map_err(|_| Error::<T>::TooManyVersions)?;
        Models::<T>::insert(id, model);
        Versions::<T>::insert(id, number, version);
        Ok(VersionId { model: id, number })
    }

    /// What a model's deposit is for: its metadata, the one part whose length varies.
    pub fn model_footprint(metadata: &Metadata) -> Footprint {
        Footprint::from_encodable(metadata)
    }

    /// What a version's deposit is for: its spec.
    pub fn version_footprint(spec: &VersionSpec) -> Footprint {
        Footprint::from_encodable(spec)
    }

    /// The model, if `who` owns it.
    fn ensure_owner(who: &T::AccountId, id: ModelId) -> Result<ModelOf<T>, DispatchError> {
        let model = Models::<T>::get(id).ok_or(Error::<T>::UnknownModel)?;
        ensure!(model.owner == *who, Error::<T>::NotOwner);
        Ok(model)
    }

    /// Gives a deposit back to who left it. A failure cannot keep an owner from removing what is theirs.
    fn return_deposit<Ticket: Consideration<T::AccountId, Footprint>>(deposit: Option<Deposit<T::AccountId, Ticket>>) {
        if let Some(Deposit { depositor, ticket }) = deposit {
            let _ = ticket.drop(&depositor).defensive_proof("a ticket stands for a hold of its depositor");
        }
    }
}
