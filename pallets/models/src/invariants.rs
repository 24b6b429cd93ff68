//! What is true between any two calls.

use crate::{Config, MetadataOf, Models, NextModelId, Pallet, Versions};
use frame_support::ensure;
use sp_runtime::{DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    /// Checks the storage as a whole. Tests end in it, and so does the `try_state` hook.
    pub fn do_try_state() -> DispatchResult {
        Self::check_models()?;
        Self::check_versions()?;
        ensure!(
            MetadataOf::<T>::iter_keys().all(Models::<T>::contains_key),
            DispatchError::Other("metadata without a model")
        );
        Ok(())
    }

    /// Each model has an id that was given out, metadata and a royalty that pass the checks, and its versions.
    fn check_models() -> DispatchResult {
        let next_id = NextModelId::<T>::get();
        for (id, model) in Models::<T>::iter() {
            ensure!(id < next_id, DispatchError::Other("a model has an id that was never given out"));
            Self::check_royalty(model.royalty)?;
            let metadata = MetadataOf::<T>::get(id).ok_or(DispatchError::Other("a model has no metadata"))?;
            Self::check_metadata(&metadata)?;
            ensure!(model.next_version >= 1, DispatchError::Other("version numbers start at 1"));
            let numbers = model.versions.as_slice();
            let ascending = numbers.iter().zip(numbers.iter().skip(1)).all(|(a, b)| a < b);
            ensure!(ascending, DispatchError::Other("a model's versions are not in order"));
            for number in numbers {
                ensure!(
                    (1..model.next_version).contains(number),
                    DispatchError::Other("a version has a number that was never given out")
                );
                ensure!(
                    Versions::<T>::contains_key(id, number),
                    DispatchError::Other("a model lists a version that does not exist")
                );
            }
        }
        Ok(())
    }

    /// Each version belongs to a model that lists it, and names a package.
    fn check_versions() -> DispatchResult {
        for (id, number, version) in Versions::<T>::iter() {
            let model = Models::<T>::get(id).ok_or(DispatchError::Other("a version has no model"))?;
            ensure!(model.versions.contains(&number), DispatchError::Other("a version is not listed by its model"));
            ensure!(!version.spec.package_root.is_zero(), DispatchError::Other("a version has no package"));
        }
        Ok(())
    }
}
