//! What metadata, specs and prices must satisfy. Nothing here touches storage.

use crate::{BalanceOf, Config, Error, Pallet};
use frame_support::{
    ensure,
    traits::{Contains, Get},
};
use sp_runtime::{DispatchResult, Permill};
use votive_primitives::{
    ids::Units,
    model::{Limits, Metadata, Price, VersionSpec, MAX_ROYALTY},
    pricing,
    request::MAX_SEATS,
    MAX_INPUT_BYTES, MAX_OUTPUT_BYTES,
};

impl<T: Config> Pallet<T> {
    /// All texts are UTF-8 and the name is not blank.
    pub(crate) fn check_metadata(metadata: &Metadata) -> DispatchResult {
        let texts = [metadata.description.as_slice(), &metadata.task, &metadata.licence];
        let tags = metadata.tags.iter().map(|tag| tag.as_slice());
        for text in texts.into_iter().chain(tags) {
            core::str::from_utf8(text).map_err(|_| Error::<T>::TextNotUtf8)?;
        }
        let name = core::str::from_utf8(&metadata.name).map_err(|_| Error::<T>::TextNotUtf8)?;
        ensure!(!name.trim().is_empty(), Error::<T>::NameEmpty);
        Ok(())
    }

    /// The royalty is at most [`MAX_ROYALTY`].
    pub(crate) fn check_royalty(royalty: Permill) -> DispatchResult {
        ensure!(royalty <= MAX_ROYALTY, Error::<T>::RoyaltyTooHigh);
        Ok(())
    }

    /// Workers can run the version and deadlines can be set for it.
    pub(crate) fn check_spec(spec: &VersionSpec) -> DispatchResult {
        ensure!(!spec.package_root.is_zero(), Error::<T>::PackageRootZero);
        ensure!(spec.package_size > 0, Error::<T>::PackageEmpty);
        ensure!(T::KernelSpecs::contains(&spec.kernel_spec), Error::<T>::UnknownKernelSpec);
        ensure!(spec.units_per_block > 0, Error::<T>::SpeedZero);
        ensure!(!spec.golden_vectors.is_empty(), Error::<T>::GoldenVectorsMissing);
        let units_fit = !spec.architecture.is_per_call() || spec.limits.max_units <= 1;
        ensure!(units_fit, Error::<T>::UnitLimitAboveOne);
        Self::check_limits(&spec.limits)?;
        let output = spec.architecture.bytes_per_unit().saturating_mul(spec.limits.max_units);
        ensure!(output <= spec.limits.max_output, Error::<T>::UnitLimitAboveOutput);
        Ok(())
    }

    fn check_limits(limits: &Limits) -> DispatchResult {
        ensure!(limits.max_input > 0, Error::<T>::InputLimitZero);
        ensure!(limits.max_input <= MAX_INPUT_BYTES, Error::<T>::InputLimitTooHigh);
        ensure!(limits.max_output > 0, Error::<T>::OutputLimitZero);
        ensure!(limits.max_output <= MAX_OUTPUT_BYTES, Error::<T>::OutputLimitTooHigh);
        ensure!(limits.max_units > 0, Error::<T>::UnitLimitZero);
        Ok(())
    }

    /// Both parts are at most `MaxPrice`. A price of zero is allowed: every fee has a floor.
    pub(crate) fn check_price(price: &Price<BalanceOf<T>>) -> DispatchResult {
        let max = T::MaxPrice::get();
        ensure!(price.per_call <= max && price.per_unit <= max, Error::<T>::PriceTooHigh);
        Ok(())
    }

    /// The dearest request that `MaxPrice` allows has a fee that fits the balance.
    pub(crate) fn check_configuration() {
        let dearest = Price { per_call: T::MaxPrice::get(), per_unit: T::MaxPrice::get() };
        let fee = pricing::fee(&dearest, MAX_SEATS, Units::MAX, Default::default());
        assert!(fee.is_some(), "MaxPrice is so high that the fee of a request overflows");
    }
}
