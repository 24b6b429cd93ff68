#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(any(test, feature = "runtime-benchmarks")),
    deny(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
pub mod genesis;
mod invariants;
#[cfg(test)]
mod mock;
mod pool;
mod registration;
mod serving;
#[cfg(test)]
mod tests;
pub mod types;
mod unbonding;
pub mod weights;

pub use genesis::GenesisWorker;
pub use pallet::*;
pub use pool::BondWeight;
pub use types::{ChillCause, Worker, DEFAULT_CAPACITY, MAX_SERVED};
pub use unbonding::{MAX_SWEEP, POSTPONE_BLOCKS};
pub use weights::WeightInfo;

use frame_support::traits::fungible::Inspect;
use frame_system::pallet_prelude::BlockNumberFor;

/// The chain's balance.
pub type BalanceOf<T> = <<T as Config>::Currency as Inspect<<T as frame_system::Config>::AccountId>>::Balance;

/// A worker as it lies in storage.
pub type WorkerOf<T> = Worker<BalanceOf<T>, BlockNumberFor<T>>;

#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use alloc::vec::Vec;
    use frame_support::{pallet_prelude::*, traits::fungible::MutateHold};
    use frame_system::pallet_prelude::*;
    use sp_core::H256;
    use votive_primitives::{
        ids::VersionId,
        model::MAX_WORKERS_PER_VERSION,
        traits::{ModelCatalogue, WorkerWeight},
        views::WorkerView,
        worker_key::{WorkerKey, WorkerSignature},
    };

    /// The storage's layout.
    pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config<Hash = H256> {
        /// The runtime's hold reasons.
        type RuntimeHoldReason: From<HoldReason>;

        /// The chain's currency.
        #[cfg(not(feature = "runtime-benchmarks"))]
        type Currency: MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// The chain's currency, which benchmarks mint.
        #[cfg(feature = "runtime-benchmarks")]
        type Currency: MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
            + frame_support::traits::fungible::Mutate<Self::AccountId>;

        /// The versions that can be served.
        type Catalogue: ModelCatalogue<Self::AccountId>;

        /// The stake that counts for a worker. [`BondWeight`] counts its bond.
        type Weight: WorkerWeight<Self::AccountId>;

        /// The least bond of a worker that gets seats.
        type MinBond: Get<BalanceOf<Self>>;

        /// Blocks from `unbond` to the return of the bond, at least 1.
        type UnbondingDelay: Get<BlockNumberFor<Self>>;

        /// Whether this block takes no transactions, because a migration of several blocks runs. Nothing is swept then.
        type TransactionsBarred: Get<bool>;

        /// The most seats that a worker can take at a time, at least [`DEFAULT_CAPACITY`].
        #[pallet::constant]
        type MaxCapacity: Get<u32>;

        /// Weights of the calls and of the sweep.
        type WeightInfo: WeightInfo;

        /// What benchmarks need of the rest of the runtime.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkSetup: benchmarking::BenchmarkSetup;
    }

    /// What the pallet holds from accounts.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// A worker's bond.
        #[codec(index = 0)]
        Bond,
    }

    /// The workers, by operator.
    #[pallet::storage]
    pub type Workers<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, WorkerOf<T>>;

    /// The operator whose current worker key this is. A key serves one operator at a time.
    #[pallet::storage]
    pub type KeyOwner<T: Config> = StorageMap<_, Blake2_128Concat, WorkerKey, T::AccountId>;

    /// The versions that each worker serves.
    #[pallet::storage]
    pub type Served<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, BoundedVec<VersionId, ConstU32<MAX_SERVED>>, ValueQuery>;

    /// The operators that serve each version, in the order in which they came.
    #[pallet::storage]
    pub type Servers<T: Config> =
        StorageMap<_, Twox64Concat, VersionId, BoundedVec<T::AccountId, ConstU32<MAX_WORKERS_PER_VERSION>>, ValueQuery>;

    /// The workers whose bonds are due, by block.
    #[pallet::storage]
    pub type Agenda<T: Config> =
        StorageDoubleMap<_, Twox64Concat, BlockNumberFor<T>, Blake2_128Concat, T::AccountId, ()>;

    /// The first block of the agenda that the sweep has not finished. None while it is not behind.
    #[pallet::storage]
    pub type SweptTo<T: Config> = StorageValue<_, BlockNumberFor<T>>;

    /// Workers that exist from the first block on.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// The workers.
        pub workers: Vec<GenesisWorker<T::AccountId, BalanceOf<T>>>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            genesis::build::<T>(&self.workers);
        }
    }

    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A worker was registered.
        WorkerRegistered {
            /// Its operator.
            operator: T::AccountId,
            /// Its worker key.
            key: WorkerKey,
            /// Its bond.
            bond: BalanceOf<T>,
        },
        /// A worker's bond was raised.
        BondRaised {
            /// The operator.
            operator: T::AccountId,
            /// What was added.
            amount: BalanceOf<T>,
            /// The bond from now on.
            bond: BalanceOf<T>,
        },
        /// A worker's key was replaced. Open seats keep the key with which they were drawn.
        KeyRotated {
            /// The operator.
            operator: T::AccountId,
            /// The key until now.
            old: WorkerKey,
            /// The key from now on.
            new: WorkerKey,
        },
        /// A worker began to serve a version.
        VersionServed {
            /// The operator.
            operator: T::AccountId,
            /// The version.
            version: VersionId,
        },
        /// A worker ceased to serve a version. Its open seats stay.
        VersionUnserved {
            /// The operator.
            operator: T::AccountId,
            /// The version.
            version: VersionId,
        },
        /// A worker's capacity was set.
        CapacitySet {
            /// The operator.
            operator: T::AccountId,
            /// How many seats it takes at a time from now on.
            capacity: u32,
        },
        /// A worker was chilled: it gets no new seats.
        WorkerChilled {
            /// The operator.
            operator: T::AccountId,
            /// Why.
            cause: ChillCause,
        },
        /// A worker gets seats again.
        WorkerActivated {
            /// The operator.
            operator: T::AccountId,
        },
        /// A worker began to unbond: it gets no new seats and serves no version.
        UnbondingStarted {
            /// The operator.
            operator: T::AccountId,
            /// The block in which its bond returns.
            until: BlockNumberFor<T>,
        },
        /// A worker's bond was due while its seats or locks were open. It is looked at again later.
        UnbondingPostponed {
            /// The operator.
            operator: T::AccountId,
            /// The block in which it is looked at again.
            until: BlockNumberFor<T>,
        },
        /// A worker stays, with its bond. It serves no version until its operator calls `serve`.
        UnbondingCancelled {
            /// The operator.
            operator: T::AccountId,
        },
        /// A worker was removed and its bond returned.
        WorkerRemoved {
            /// Its operator.
            operator: T::AccountId,
            /// The worker key, which is free again.
            key: WorkerKey,
            /// What returned to the operator.
            bond: BalanceOf<T>,
        },
        /// A part of a worker's locked bond was paid to another account.
        LockPaid {
            /// The operator who lost it.
            operator: T::AccountId,
            /// Who got it.
            beneficiary: T::AccountId,
            /// How much.
            amount: BalanceOf<T>,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// The account operates no worker. Register one first.
        UnknownWorker,
        /// The account operates a worker already. An operator has one; raise its bond or its capacity instead.
        AlreadyRegistered,
        /// The bond is below the chain's `MinBond`. Bond more.
        BondTooLow,
        /// Nothing would be added to the bond. Name an amount above zero.
        NothingToBond,
        /// Too little of the bond is unlocked. Raise the bond, or wait for open requests to end.
        BondLocked,
        /// The worker key belongs to an operator already. Generate another.
        KeyInUse,
        /// The signature does not prove that the key's holder wants to serve this operator on this chain. Sign the
        /// message of `possession_message` with the worker key.
        InvalidProof,
        /// The worker serves this version already. Nothing is left to do.
        AlreadyServed,
        /// The worker does not serve this version. `InferenceApi.workers` shows who does.
        NotServed,
        /// The version takes requests, so only the operator itself can leave it, by `unserve`.
        VersionOpen,
        /// The worker serves as many versions as it can. Unserve one first.
        TooManyVersions,
        /// As many workers as can serve this version. Serve another, or wait for one of them to leave.
        VersionFull,
        /// The capacity is zero. To get no seats, call `chill`.
        CapacityZero,
        /// The capacity is above the chain's `MaxCapacity`. Lower it.
        CapacityTooHigh,
        /// The worker is chilled already. Call `activate` to take seats again.
        AlreadyChilled,
        /// The worker is not chilled. It takes seats already.
        NotChilled,
        /// The worker is unbonding. Call `cancel_unbond` first.
        Unbonding,
        /// The worker is not unbonding. Call `unbond` first.
        NotUnbonding,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(now: BlockNumberFor<T>) -> Weight {
            // While a migration runs the state may be of two versions at once: no worker may be touched.
            if T::TransactionsBarred::get() {
                return Self::leave_behind(now);
            }
            Self::sweep(now)
        }

        fn integrity_test() {
            assert!(T::UnbondingDelay::get() > 0u32.into(), "a bond cannot be due in a block that has begun");
            assert!(T::MaxCapacity::get() >= DEFAULT_CAPACITY, "a new worker's capacity must be allowed");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call(weight = T::WeightInfo)]
    impl<T: Config> Pallet<T> {
        /// Registers the caller's worker: holds its bond and binds its worker key.
        ///
        /// Origin: signed, the operator to be. `proof` is the worker key's signature of
        /// [`votive_primitives::worker_key::possession_message`] for the operator and this chain's genesis. The worker
        /// starts active, with a capacity of [`DEFAULT_CAPACITY`], and serves nothing until [`Pallet::serve`].
        ///
        /// Emits [`Event::WorkerRegistered`]. Fails with [`Error::AlreadyRegistered`], [`Error::BondTooLow`],
        /// [`Error::KeyInUse`], [`Error::InvalidProof`] or the hold's own error.
        #[pallet::call_index(0)]
        pub fn register_worker(
            origin: OriginFor<T>,
            bond: BalanceOf<T>,
            key: WorkerKey,
            proof: WorkerSignature,
        ) -> DispatchResult {
            let operator = ensure_signed(origin)?;
            Self::do_register_worker(operator, bond, key, proof)
        }

        /// Adds to the bond of the caller's worker.
        ///
        /// Origin: signed, the operator. A worker that was chilled for its bond stays so until [`Pallet::activate`].
        ///
        /// Emits [`Event::BondRaised`]. Fails with [`Error::UnknownWorker`], [`Error::Unbonding`],
        /// [`Error::NothingToBond`] or the hold's own error.
        #[pallet::call_index(1)]
        pub fn bond_extra(origin: OriginFor<T>, amount: BalanceOf<T>) -> DispatchResult {
            let operator = ensure_signed(origin)?;
            Self::do_bond_extra(operator, amount)
        }

        /// Replaces the worker key of the caller's worker.
        ///
        /// Origin: signed, the operator. Seats keep the key with which they were drawn, so the old key is needed until
        /// they end. It belongs to nobody from now on: whoever holds it may register it again.
        ///
        /// Emits [`Event::KeyRotated`]. Fails with [`Error::UnknownWorker`], [`Error::KeyInUse`] or
        /// [`Error::InvalidProof`].
        #[pallet::call_index(2)]
        pub fn rotate_key(origin: OriginFor<T>, key: WorkerKey, proof: WorkerSignature) -> DispatchResult {
            let operator = ensure_signed(origin)?;
            Self::do_rotate_key(operator, key, proof)
        }

        /// Makes the caller's worker serve a version: from now on it may be drawn for it.
        ///
        /// Origin: signed, the operator.
        ///
        /// Emits [`Event::VersionServed`]. Fails with [`Error::UnknownWorker`], [`Error::Unbonding`],
        /// [`Error::AlreadyServed`], [`Error::TooManyVersions`], [`Error::VersionFull`], or the catalogue's error when
        /// the version takes no requests.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::serve().saturating_add(T::DbWeight::get().reads(MAX_WORKERS_PER_VERSION.into())))]
        pub fn serve(origin: OriginFor<T>, version: VersionId) -> DispatchResult {
            let operator = ensure_signed(origin)?;
            Self::do_serve(operator, version)
        }

        /// Makes the caller's worker get no new seats for a version. Its open seats stay.
        ///
        /// Origin: signed, the operator.
        ///
        /// Emits [`Event::VersionUnserved`]. Fails with [`Error::UnknownWorker`] or [`Error::NotServed`].
        #[pallet::call_index(4)]
        pub fn unserve(origin: OriginFor<T>, version: VersionId) -> DispatchResult {
            let operator = ensure_signed(origin)?;
            Self::do_unserve(operator, version)
        }

        /// Sets how many seats the caller's worker takes at a time. Open seats stay.
        ///
        /// Origin: signed, the operator.
        ///
        /// Emits [`Event::CapacitySet`]. Fails with [`Error::UnknownWorker`], [`Error::CapacityZero`] or
        /// [`Error::CapacityTooHigh`].
        #[pallet::call_index(5)]
        pub fn set_capacity(origin: OriginFor<T>, capacity: u32) -> DispatchResult {
            let operator = ensure_signed(origin)?;
            Self::do_set_capacity(operator, capacity)
        }

        /// Makes the caller's worker get no new seats at all. Its open seats stay.
        ///
        /// Origin: signed, the operator.
        ///
        /// Emits [`Event::WorkerChilled`]. Fails with [`Error::UnknownWorker`] or [`Error::AlreadyChilled`].
        #[pallet::call_index(6)]
        pub fn chill(origin: OriginFor<T>) -> DispatchResult {
            let operator = ensure_signed(origin)?;
            Self::do_chill(operator)
        }

        /// Makes a chilled worker get seats again.
        ///
        /// Origin: signed, the operator.
        ///
        /// Emits [`Event::WorkerActivated`]. Fails with [`Error::UnknownWorker`], [`Error::NotChilled`],
        /// [`Error::Unbonding`] or [`Error::BondTooLow`].
        #[pallet::call_index(7)]
        pub fn activate(origin: OriginFor<T>) -> DispatchResult {
            let operator = ensure_signed(origin)?;
            Self::do_activate(operator)
        }

        /// Gives the caller's worker up: it serves nothing any more, and after `UnbondingDelay` blocks its bond returns.
        ///
        /// Origin: signed, the operator. The bond returns by itself, and the worker is removed with it. Should seats or
        /// locks be open in that block, both wait until none is.
        ///
        /// Emits [`Event::VersionUnserved`] for each version and [`Event::UnbondingStarted`]. Fails with
        /// [`Error::UnknownWorker`] or [`Error::Unbonding`].
        #[pallet::call_index(8)]
        pub fn unbond(origin: OriginFor<T>) -> DispatchResult {
            let operator = ensure_signed(origin)?;
            Self::do_unbond(operator)
        }

        /// Keeps an unbonding worker, with its bond. It serves nothing until [`Pallet::serve`].
        ///
        /// Origin: signed, the operator.
        ///
        /// Emits [`Event::UnbondingCancelled`]. Fails with [`Error::UnknownWorker`] or [`Error::NotUnbonding`].
        #[pallet::call_index(9)]
        pub fn cancel_unbond(origin: OriginFor<T>) -> DispatchResult {
            let operator = ensure_signed(origin)?;
            Self::do_cancel_unbond(operator)
        }

        /// Takes a worker off a version that takes no requests any more, so that nobody can keep it, and its deposit, in
        /// state.
        ///
        /// Origin: signed, anyone.
        ///
        /// Emits [`Event::VersionUnserved`]. Fails with [`Error::VersionOpen`], [`Error::UnknownWorker`] or
        /// [`Error::NotServed`].
        #[pallet::call_index(10)]
        pub fn unserve_closed(origin: OriginFor<T>, operator: T::AccountId, version: VersionId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_unserve_closed(operator, version)
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// The worker of an operator.
        pub fn worker(operator: T::AccountId) -> Option<WorkerView<T::AccountId, BalanceOf<T>>> {
            Self::worker_view(&operator)
        }

        /// The workers that serve a version, active or not.
        pub fn workers(version: VersionId) -> Vec<WorkerView<T::AccountId, BalanceOf<T>>> {
            Self::worker_views(version)
        }
    }
}
