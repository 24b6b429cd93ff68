//! Benchmarks of the calls, each at its worst: the longest metadata, the fullest spec, a model with all its versions.

use super::*;
use alloc::vec;
use frame_benchmarking::v2::*;
use frame_support::{
    traits::{Consideration, ConstU32, Contains, Get},
    BoundedVec,
};
use frame_system::RawOrigin;
use sp_core::H256;
use votive_primitives::{
    ids::{ModelId, VersionId},
    model::{Architecture, GoldenVector, Limits, Metadata, Price, VersionSpec, MAX_GOLDEN_VECTORS, MAX_ROYALTY},
    MAX_INPUT_BYTES, MAX_OUTPUT_BYTES,
};

fn longest<Item: Clone, const N: u32>(item: Item) -> BoundedVec<Item, ConstU32<N>> {
    BoundedVec::truncate_from(vec![item; N as usize])
}

fn metadata() -> Metadata {
    Metadata {
        name: longest(b'n'),
        description: longest(b'd'),
        task: longest(b't'),
        licence: longest(b'l'),
        tags: longest(longest(b'g')),
    }
}

fn spec<T: Config>() -> VersionSpec {
    let vector = GoldenVector { input_hash: H256::repeat_byte(1), digest: H256::repeat_byte(2) };
    VersionSpec {
        package_root: H256::repeat_byte(3),
        package_size: u64::MAX,
        architecture: Architecture::Mlp,
        kernel_spec: (0..=u16::MAX).find(T::KernelSpecs::contains).expect("the chain knows a kernel spec"),
        limits: Limits { max_input: MAX_INPUT_BYTES, max_output: MAX_OUTPUT_BYTES, max_units: 1 },
        units_per_block: u32::MAX,
        golden_vectors: longest::<_, MAX_GOLDEN_VECTORS>(vector),
    }
}

fn price<T: Config>() -> Price<BalanceOf<T>> {
    Price { per_call: T::MaxPrice::get(), per_unit: T::MaxPrice::get() }
}

fn ensure_version_deposit<T: Config>(owner: &T::AccountId) {
    T::VersionConsideration::ensure_successful(owner, Pallet::<T>::version_footprint(&spec::<T>()));
}

/// Registers a model of `owner`'s with `versions` versions.
fn model_with<T: Config>(owner: &T::AccountId, versions: u32) -> ModelId {
    let id = NextModelId::<T>::get();
    T::ModelConsideration::ensure_successful(owner, Pallet::<T>::model_footprint(&metadata()));
    Pallet::<T>::do_register_model(owner.clone(), metadata(), MAX_ROYALTY).expect("the metadata is valid");
    for _ in 0..versions {
        ensure_version_deposit::<T>(owner);
        Pallet::<T>::do_publish_version(owner.clone(), id, spec::<T>(), price::<T>()).expect("the spec is valid");
    }
    id
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn register_model() {
        let owner: T::AccountId = whitelisted_caller();
        let id = NextModelId::<T>::get();
        T::ModelConsideration::ensure_successful(&owner, Pallet::<T>::model_footprint(&metadata()));

        #[extrinsic_call]
        _(RawOrigin::Signed(owner.clone()), metadata(), MAX_ROYALTY);

        assert_eq!(Models::<T>::get(id).map(|model| model.owner), Some(owner));
    }

    #[benchmark]
    fn publish_version() {
        let owner: T::AccountId = whitelisted_caller();
        let model = model_with::<T>(&owner, MAX_VERSIONS - 1);
        ensure_version_deposit::<T>(&owner);

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), model, spec::<T>(), price::<T>());

        assert!(Versions::<T>::contains_key(model, MAX_VERSIONS));
    }

    #[benchmark]
    fn set_price() {
        let owner: T::AccountId = whitelisted_caller();
        let model = model_with::<T>(&owner, MAX_VERSIONS);
        let version = VersionId { model, number: MAX_VERSIONS };
        let free = Price { per_call: Default::default(), per_unit: Default::default() };

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), version, free);

        assert_eq!(Versions::<T>::get(model, MAX_VERSIONS).map(|version| version.price), Some(free));
    }

    #[benchmark]
    fn deprecate_version() {
        let owner: T::AccountId = whitelisted_caller();
        let model = model_with::<T>(&owner, MAX_VERSIONS);

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), VersionId { model, number: MAX_VERSIONS });

        assert!(Versions::<T>::get(model, MAX_VERSIONS).is_some_and(|version| version.deprecated));
    }

    #[benchmark]
    fn transfer_model() {
        let owner: T::AccountId = whitelisted_caller();
        let new_owner: T::AccountId = account("new_owner", 0, 0);
        let model = model_with::<T>(&owner, MAX_VERSIONS);

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), model, T::Lookup::unlookup(new_owner.clone()));

        assert_eq!(Models::<T>::get(model).map(|model| model.owner), Some(new_owner));
    }

    #[benchmark]
    fn remove_version() {
        let owner: T::AccountId = whitelisted_caller();
        let model = model_with::<T>(&owner, MAX_VERSIONS);
        let version = VersionId { model, number: MAX_VERSIONS };
        Pallet::<T>::do_deprecate_version(owner.clone(), version).expect("the version is open");

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), version);

        assert!(!Versions::<T>::contains_key(model, MAX_VERSIONS));
    }

    #[benchmark]
    fn remove_model() {
        let owner: T::AccountId = whitelisted_caller();
        let model = model_with::<T>(&owner, 0);

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), model);

        assert!(!Models::<T>::contains_key(model));
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(vec![]), crate::mock::Test);
}
