#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(any(test, feature = "runtime-benchmarks")),
    deny(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod catalogue;
mod checks;
pub mod genesis;
mod invariants;
#[cfg(test)]
mod mock;
mod registry;
#[cfg(test)]
mod tests;
pub mod types;
pub mod weights;

pub use genesis::{GenesisModel, GenesisVersion};
pub use pallet::*;
pub use types::{Deposit, Model, Version, MAX_VERSIONS};
pub use weights::WeightInfo;

use frame_support::traits::fungible::Inspect;
use sp_runtime::traits::StaticLookup;

/// The chain's balance.
pub type BalanceOf<T> = <<T as Config>::Currency as Inspect<<T as frame_system::Config>::AccountId>>::Balance;

/// A model as it lies in storage.
pub type ModelOf<T> = Model<<T as frame_system::Config>::AccountId, <T as Config>::ModelConsideration>;

/// A version as it lies in storage.
pub type VersionOf<T> =
    Version<<T as frame_system::Config>::AccountId, BalanceOf<T>, <T as Config>::VersionConsideration>;

/// How a call names an account.
pub type AccountIdLookupOf<T> = <<T as frame_system::Config>::Lookup as StaticLookup>::Source;

#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use alloc::vec::Vec;
    use frame_support::{
        pallet_prelude::*,
        traits::{Consideration, Contains, Footprint},
    };
    use frame_system::pallet_prelude::*;
    use sp_core::H256;
    use sp_runtime::Permill;
    use votive_primitives::{
        ids::{ModelId, VersionId, VersionNumber},
        model::{Metadata, Price, VersionSpec},
        traits::VersionUse,
        views::ModelView,
    };

    /// The storage's layout.
    pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config {
        /// The chain's currency, for its balance type only: deposits move through the considerations.
        type Currency: Inspect<Self::AccountId>;

        /// Deposit for a model. The footprint is that of its metadata, the one part whose length varies.
        type ModelConsideration: Consideration<Self::AccountId, Footprint>;

        /// Deposit for a version. The footprint is that of its spec.
        type VersionConsideration: Consideration<Self::AccountId, Footprint>;

        /// What keeps a deprecated version from being removed. Votive's runtime names its workers alone. Open requests do
        /// not: they end by the terms that they copied, without the version and without the model.
        type VersionUse: VersionUse;

        /// The kernel specs that workers of this chain run.
        type KernelSpecs: Contains<u16>;

        /// Highest price per call and per unit. The dearest fee under it must fit the balance.
        #[pallet::constant]
        type MaxPrice: Get<BalanceOf<Self>>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// What the pallet holds from accounts.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// Deposit for a model.
        #[codec(index = 0)]
        ModelDeposit,
        /// Deposit for a version.
        #[codec(index = 1)]
        VersionDeposit,
    }

    /// Id of the next model. Ids ascend from 0 and are never used again.
    #[pallet::storage]
    pub type NextModelId<T: Config> = StorageValue<_, ModelId, ValueQuery>;

    /// The models.
    #[pallet::storage]
    pub type Models<T: Config> = StorageMap<_, Twox64Concat, ModelId, ModelOf<T>>;

    /// What people read about each model.
    #[pallet::storage]
    pub type MetadataOf<T: Config> = StorageMap<_, Twox64Concat, ModelId, Metadata>;

    /// The versions of each model.
    #[pallet::storage]
    pub type Versions<T: Config> =
        StorageDoubleMap<_, Twox64Concat, ModelId, Twox64Concat, VersionNumber, VersionOf<T>>;

    /// Models that exist from the first block on. They pay no deposit.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// The models, in the order of their ids.
        pub models: Vec<GenesisModel<T::AccountId, BalanceOf<T>>>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            genesis::build::<T>(&self.models);
        }
    }

    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A model was registered.
        ModelRegistered {
            /// The model.
            model: ModelId,
            /// Who owns it and left its deposit.
            owner: T::AccountId,
            /// Share of every fee that goes to the owner.
            royalty: Permill,
        },
        /// A version was published.
        VersionPublished {
            /// The version.
            version: VersionId,
            /// Root of its package.
            package_root: H256,
            /// Its first price.
            price: Price<BalanceOf<T>>,
        },
        /// The price of a version was set. Requests submitted before keep theirs.
        PriceSet {
            /// The version.
            version: VersionId,
            /// The price from now on.
            price: Price<BalanceOf<T>>,
        },
        /// A version was deprecated: it takes no new requests.
        VersionDeprecated {
            /// The version.
            version: VersionId,
        },
        /// A model went to another owner, with its royalty.
        ModelTransferred {
            /// The model.
            model: ModelId,
            /// Who owned it.
            from: T::AccountId,
            /// Who owns it now.
            to: T::AccountId,
        },
        /// A version was removed and its deposit returned.
        VersionRemoved {
            /// The version.
            version: VersionId,
        },
        /// A model was removed and its deposit returned.
        ModelRemoved {
            /// The model.
            model: ModelId,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// No such model. Look its id up with the view function `models`.
        UnknownModel,
        /// No such version. Look its number up with the view function `model`.
        UnknownVersion,
        /// Only the model's owner may do this. Sign with the owner's account.
        NotOwner,
        /// The new owner is the present one. Name another account.
        AlreadyOwner,
        /// The version is deprecated: it takes no requests and no price. Ask or publish a newer one.
        VersionDeprecated,
        /// Only a deprecated version can be removed. Deprecate it first.
        VersionNotDeprecated,
        /// Workers still serve the version. Anyone can take them off it by `workers.unserveClosed`.
        VersionInUse,
        /// The model still has versions. Remove them first.
        ModelHasVersions,
        /// The model has as many versions as it can. Remove a deprecated one first.
        TooManyVersions,
        /// All ids are used up: no model, or no version of this model, can be added.
        IdsExhausted,
        /// The model has no name. Give it one that is not blank.
        NameEmpty,
        /// A text of the metadata is not UTF-8. Encode it so.
        TextNotUtf8,
        /// The royalty is above 15 %. Lower it.
        RoyaltyTooHigh,
        /// The package's root is all zeros. Pack the files and take the root from there.
        PackageRootZero,
        /// The package's size is zero. State the length of its files.
        PackageEmpty,
        /// No worker of this chain runs this kernel spec. Pack the model for one that the chain knows.
        UnknownKernelSpec,
        /// The longest input is zero bytes. State at least 1.
        InputLimitZero,
        /// The longest input is above 4 KiB. Lower it.
        InputLimitTooHigh,
        /// The longest output is zero bytes. State at least 1.
        OutputLimitZero,
        /// The longest output is above 4 KiB. Lower it.
        OutputLimitTooHigh,
        /// The most units of an answer are zero. State at least 1.
        UnitLimitZero,
        /// The architecture is paid per call, so an answer has one unit. State 1.
        UnitLimitAboveOne,
        /// The longest output does not hold the tokens of the largest answer, 4 bytes each. Raise it, or lower the most units.
        UnitLimitAboveOutput,
        /// The declared speed is zero units per block. State at least 1.
        SpeedZero,
        /// The version carries no golden vector. Add at least one, so that workers can check themselves.
        GoldenVectorsMissing,
        /// A price is above the chain's `MaxPrice`. Lower it.
        PriceTooHigh,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            Self::check_configuration();
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call(weight = T::WeightInfo)]
    impl<T: Config> Pallet<T> {
        /// Registers a model of the caller's.
        ///
        /// Origin: signed, the model's owner to be. Takes a deposit for the metadata, which `remove_model` returns.
        /// `royalty` is at most 15 % and, like the metadata, never changes.
        ///
        /// Emits [`Event::ModelRegistered`]. Fails with [`Error::NameEmpty`], [`Error::TextNotUtf8`],
        /// [`Error::RoyaltyTooHigh`], [`Error::IdsExhausted`] or the deposit's own error.
        #[pallet::call_index(0)]
        pub fn register_model(origin: OriginFor<T>, metadata: Metadata, royalty: Permill) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_register_model(owner, metadata, royalty)
        }

        /// Publishes a version of a model. Its number is the next one of the model.
        ///
        /// Origin: signed, the model's owner. Takes a deposit for the spec, which `remove_version` returns. Nothing of
        /// the spec ever changes; the price may.
        ///
        /// Emits [`Event::VersionPublished`]. Fails with [`Error::UnknownModel`], [`Error::NotOwner`],
        /// [`Error::TooManyVersions`], [`Error::IdsExhausted`], [`Error::PriceTooHigh`], the error that names the wrong
        /// part of the spec, or the deposit's own error.
        #[pallet::call_index(1)]
        pub fn publish_version(
            origin: OriginFor<T>,
            model: ModelId,
            spec: VersionSpec,
            price: Price<BalanceOf<T>>,
        ) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_publish_version(owner, model, spec, price)
        }

        /// Sets the price of a version, for requests from now on.
        ///
        /// Origin: signed, the model's owner.
        ///
        /// Emits [`Event::PriceSet`]. Fails with [`Error::UnknownModel`], [`Error::NotOwner`],
        /// [`Error::UnknownVersion`], [`Error::VersionDeprecated`] or [`Error::PriceTooHigh`].
        #[pallet::call_index(2)]
        pub fn set_price(origin: OriginFor<T>, version: VersionId, price: Price<BalanceOf<T>>) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_set_price(owner, version, price)
        }

        /// Closes a version to new requests, for good. Open requests end as they would have.
        ///
        /// Origin: signed, the model's owner.
        ///
        /// Emits [`Event::VersionDeprecated`]. Fails with [`Error::UnknownModel`], [`Error::NotOwner`],
        /// [`Error::UnknownVersion`] or [`Error::VersionDeprecated`].
        #[pallet::call_index(3)]
        pub fn deprecate_version(origin: OriginFor<T>, version: VersionId) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_deprecate_version(owner, version)
        }

        /// Gives a model, its versions and its royalty to another account.
        ///
        /// Origin: signed, the model's owner. The new owner is not asked and pays nothing: deposits stay with the
        /// accounts that left them, and return to those when the new owner removes the model and its versions.
        ///
        /// Emits [`Event::ModelTransferred`]. Fails with [`Error::UnknownModel`], [`Error::NotOwner`] or
        /// [`Error::AlreadyOwner`].
        #[pallet::call_index(4)]
        pub fn transfer_model(origin: OriginFor<T>, model: ModelId, new_owner: AccountIdLookupOf<T>) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            let new_owner = T::Lookup::lookup(new_owner)?;
            Self::do_transfer_model(owner, model, new_owner)
        }

        /// Removes a deprecated version that nothing uses any more, see [`Config::VersionUse`]. Its deposit returns to who left it.
        ///
        /// Origin: signed, the model's owner. The number is never used again.
        ///
        /// Emits [`Event::VersionRemoved`]. Fails with [`Error::UnknownModel`], [`Error::NotOwner`],
        /// [`Error::UnknownVersion`], [`Error::VersionNotDeprecated`] or [`Error::VersionInUse`].
        #[pallet::call_index(5)]
        pub fn remove_version(origin: OriginFor<T>, version: VersionId) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_remove_version(owner, version)
        }

        /// Removes a model without versions. Its deposit returns to who left it.
        ///
        /// Origin: signed, the model's owner. The id is never used again.
        ///
        /// Emits [`Event::ModelRemoved`]. Fails with [`Error::UnknownModel`], [`Error::NotOwner`] or
        /// [`Error::ModelHasVersions`].
        #[pallet::call_index(6)]
        pub fn remove_model(origin: OriginFor<T>, model: ModelId) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_remove_model(owner, model)
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// A model with its versions.
        pub fn model(id: ModelId) -> Option<ModelView<T::AccountId, BalanceOf<T>>> {
            Self::model_view(id)
        }

        /// Models from id `from` on, see [`Pallet::model_views`].
        pub fn models(from: ModelId, limit: u32) -> Vec<ModelView<T::AccountId, BalanceOf<T>>> {
            Self::model_views(from, limit)
        }
    }
}
