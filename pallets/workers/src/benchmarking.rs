//! Benchmarks of the calls and of the sweep, each at its worst: full lists, and a proof of possession to check.

use super::*;
use frame_benchmarking::v2::*;
use frame_support::traits::{fungible::Mutate, Get};
use frame_system::RawOrigin;
use sp_application_crypto::RuntimeAppPublic;
use sp_runtime::{traits::Zero, Saturating};
use votive_primitives::{
    ids::VersionId,
    model::MAX_WORKERS_PER_VERSION,
    worker_key::{possession_message, WorkerKey, WorkerSignature},
};

/// What the benchmarks need of the rest of the runtime.
pub trait BenchmarkSetup {
    /// The version of an index, one that takes requests. Created where it does not exist yet.
    fn open_version(index: u32) -> VersionId;

    /// Ends that a version takes requests.
    fn close_version(version: VersionId);
}

fn fund<T: Config>(operator: &T::AccountId) {
    let balance = T::MinBond::get().saturating_mul(10u32.into()).saturating_add(T::Currency::minimum_balance());
    T::Currency::mint_into(operator, balance).expect("the issuance is far from its limit");
}

/// A new worker key with its proof for an operator. The key lies in the keystore of the benchmark.
fn proven_key<T: Config>(operator: &T::AccountId) -> (WorkerKey, WorkerSignature) {
    let key = WorkerKey::generate_pair(None);
    let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
    let proof = key.sign(&possession_message(&genesis, operator)).expect("the key was just generated");
    (key, proof)
}

fn worker<T: Config>(operator: &T::AccountId) {
    fund::<T>(operator);
    let (key, proof) = proven_key::<T>(operator);
    Pallet::<T>::do_register_worker(operator.clone(), T::MinBond::get(), key, proof).expect("the worker is valid");
}

/// A worker that serves `versions` versions, the last of `servers` workers of each.
fn serving_worker<T: Config>(operator: &T::AccountId, versions: u32, servers: u32) {
    for index in 1..servers {
        let other: T::AccountId = account("operator", index, 0);
        worker::<T>(&other);
        serve_all::<T>(&other, versions);
    }
    worker::<T>(operator);
    serve_all::<T>(operator, versions);
}

fn serve_all<T: Config>(operator: &T::AccountId, versions: u32) {
    for index in 0..versions {
        Pallet::<T>::do_serve(operator.clone(), T::BenchmarkSetup::open_version(index)).expect("there is room");
    }
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn register_worker() {
        let operator: T::AccountId = whitelisted_caller();
        fund::<T>(&operator);
        let (key, proof) = proven_key::<T>(&operator);

        #[extrinsic_call]
        _(RawOrigin::Signed(operator.clone()), T::MinBond::get(), key, proof);

        assert!(Workers::<T>::contains_key(&operator));
    }

    #[benchmark]
    fn bond_extra() {
        let operator: T::AccountId = whitelisted_caller();
        worker::<T>(&operator);

        #[extrinsic_call]
        _(RawOrigin::Signed(operator.clone()), T::MinBond::get());

        let bond = T::MinBond::get().saturating_mul(2u32.into());
        assert_eq!(Workers::<T>::get(&operator).map(|worker| worker.bond), Some(bond));
    }

    #[benchmark]
    fn rotate_key() {
        let operator: T::AccountId = whitelisted_caller();
        worker::<T>(&operator);
        let (key, proof) = proven_key::<T>(&operator);

        #[extrinsic_call]
        _(RawOrigin::Signed(operator.clone()), key.clone(), proof);

        assert_eq!(KeyOwner::<T>::get(&key), Some(operator));
    }

    #[benchmark]
    fn serve() {
        let operator: T::AccountId = whitelisted_caller();
        serving_worker::<T>(&operator, MAX_SERVED - 1, 1);
        let version = T::BenchmarkSetup::open_version(MAX_SERVED);
        for index in 1..MAX_WORKERS_PER_VERSION {
            let other: T::AccountId = account("operator", index, 0);
            worker::<T>(&other);
            Pallet::<T>::do_serve(other, version).expect("there is room");
        }

        #[extrinsic_call]
        _(RawOrigin::Signed(operator), version);

        assert_eq!(Servers::<T>::get(version).len() as u32, MAX_WORKERS_PER_VERSION);
    }

    #[benchmark]
    fn unserve() {
        let operator: T::AccountId = whitelisted_caller();
        serving_worker::<T>(&operator, MAX_SERVED, MAX_WORKERS_PER_VERSION);
        let version = T::BenchmarkSetup::open_version(MAX_SERVED - 1);

        #[extrinsic_call]
        _(RawOrigin::Signed(operator), version);

        assert_eq!(Servers::<T>::get(version).len() as u32, MAX_WORKERS_PER_VERSION - 1);
    }

    #[benchmark]
    fn unserve_closed() {
        let operator: T::AccountId = account("operator", 0, 0);
        serving_worker::<T>(&operator, MAX_SERVED, MAX_WORKERS_PER_VERSION);
        let version = T::BenchmarkSetup::open_version(MAX_SERVED - 1);
        T::BenchmarkSetup::close_version(version);
        let caller: T::AccountId = whitelisted_caller();

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), operator, version);

        assert_eq!(Servers::<T>::get(version).len() as u32, MAX_WORKERS_PER_VERSION - 1);
    }

    #[benchmark]
    fn set_capacity() {
        let operator: T::AccountId = whitelisted_caller();
        worker::<T>(&operator);

        #[extrinsic_call]
        _(RawOrigin::Signed(operator.clone()), T::MaxCapacity::get());

        assert_eq!(Workers::<T>::get(&operator).map(|worker| worker.capacity), Some(T::MaxCapacity::get()));
    }

    #[benchmark]
    fn chill() {
        let operator: T::AccountId = whitelisted_caller();
        worker::<T>(&operator);

        #[extrinsic_call]
        _(RawOrigin::Signed(operator.clone()));

        assert!(Workers::<T>::get(&operator).is_some_and(|worker| worker.chilled));
    }

    #[benchmark]
    fn activate() {
        let operator: T::AccountId = whitelisted_caller();
        worker::<T>(&operator);
        Pallet::<T>::do_chill(operator.clone()).expect("the worker is active");

        #[extrinsic_call]
        _(RawOrigin::Signed(operator.clone()));

        assert!(Workers::<T>::get(&operator).is_some_and(|worker| !worker.chilled));
    }

    #[benchmark]
    fn unbond() {
        let operator: T::AccountId = whitelisted_caller();
        serving_worker::<T>(&operator, MAX_SERVED, MAX_WORKERS_PER_VERSION);

        #[extrinsic_call]
        _(RawOrigin::Signed(operator.clone()));

        assert!(!Served::<T>::contains_key(&operator));
    }

    #[benchmark]
    fn cancel_unbond() {
        let operator: T::AccountId = whitelisted_caller();
        worker::<T>(&operator);
        Pallet::<T>::do_unbond(operator.clone()).expect("the worker stays");

        #[extrinsic_call]
        _(RawOrigin::Signed(operator.clone()));

        assert!(Workers::<T>::get(&operator).is_some_and(|worker| worker.unbonding_until.is_none()));
    }

    #[benchmark]
    fn sweep(n: Linear<1, MAX_SWEEP>) {
        for index in 0..n {
            let operator: T::AccountId = account("operator", index, 0);
            worker::<T>(&operator);
            Pallet::<T>::do_unbond(operator).expect("the worker stays");
        }
        let due = frame_system::Pallet::<T>::block_number().saturating_add(T::UnbondingDelay::get());

        #[block]
        {
            Pallet::<T>::sweep(due);
        }

        assert!(!Workers::<T>::contains_key(account::<T::AccountId>("operator", n - 1, 0)));
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(alloc::vec![]), crate::mock::Test);
}
