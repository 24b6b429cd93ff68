//! What others read: the catalogue for pallets, the views for dApps.

use crate::{BalanceOf, Config, Error, MetadataOf, Models, NextModelId, Pallet, VersionOf, Versions};
use alloc::vec::Vec;
use frame_support::ensure;
use sp_runtime::DispatchError;
use votive_primitives::{
    ids::{ModelId, VersionId, VersionNumber},
    traits::{ModelCatalogue, VersionTerms},
    views::{ModelView, VersionView, MAX_PAGE},
};

/// The most ids that one page looks at. Removed models leave gaps, and a page must end.
pub const MAX_IDS_PER_PAGE: u32 = 10 * MAX_PAGE;

impl<T: Config> ModelCatalogue<T::AccountId> for Pallet<T> {
    type Balance = BalanceOf<T>;

    /// Fails with [`Error::UnknownVersion`] or [`Error::VersionDeprecated`].
    fn terms(id: VersionId) -> Result<VersionTerms<Self::Balance>, DispatchError> {
        let version = Self::version(id)?;
        ensure!(!version.deprecated, Error::<T>::VersionDeprecated);
        let model = Models::<T>::get(id.model).ok_or(Error::<T>::UnknownVersion)?;
        Ok(VersionTerms {
            package_root: version.spec.package_root,
            price: version.price,
            royalty: model.royalty,
            limits: version.spec.limits,
            units_per_block: version.spec.units_per_block,
        })
    }

    fn owner(model: ModelId) -> Option<T::AccountId> {
        Models::<T>::get(model).map(|model| model.owner)
    }
}

impl<T: Config> Pallet<T> {
    /// A model with its versions, oldest first.
    pub fn model_view(id: ModelId) -> Option<ModelView<T::AccountId, BalanceOf<T>>> {
        let model = Models::<T>::get(id)?;
        let metadata = MetadataOf::<T>::get(id)?;
        let versions = model.versions.iter().filter_map(|number| Self::version_view(id, *number)).collect();
        Some(ModelView { id, owner: model.owner, royalty: model.royalty, metadata, versions })
    }

    /// Models from id `from` on in ascending order, at most `limit` and at most [`MAX_PAGE`].
    ///
    /// The page looks at [`MAX_IDS_PER_PAGE`] ids at most. A reader who wants all models goes on from the last id of a
    /// page plus one, or from `from` plus [`MAX_IDS_PER_PAGE`] where removed models left the page empty, until
    /// [`NextModelId`].
    pub fn model_views(from: ModelId, limit: u32) -> Vec<ModelView<T::AccountId, BalanceOf<T>>> {
        let end = NextModelId::<T>::get().min(from.saturating_add(MAX_IDS_PER_PAGE));
        let limit = limit.min(MAX_PAGE) as usize;
        (from..end).filter_map(Self::model_view).take(limit).collect()
    }

    fn version_view(model: ModelId, number: VersionNumber) -> Option<VersionView<BalanceOf<T>>> {
        let version = Versions::<T>::get(model, number)?;
        Some(VersionView {
            id: VersionId { model, number },
            spec: version.spec,
            price: version.price,
            deprecated: version.deprecated,
        })
    }

    /// A version as it lies in storage.
    pub(crate) fn version(id: VersionId) -> Result<VersionOf<T>, DispatchError> {
        Versions::<T>::get(id.model, id.number).ok_or_else(|| Error::<T>::UnknownVersion.into())
    }
}
