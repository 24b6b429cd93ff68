//! Weights of the calls.
//!
//! These figures are estimates by hand: the reads and writes of each call are counted, its computation and its proof are
//! taken from calls of the same size in pallet-recovery. Benchmarked figures replace them.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// Weights of the calls.
pub trait WeightInfo {
    /// Weight of `register_model`.
    fn register_model() -> Weight;
    /// Weight of `publish_version`.
    fn publish_version() -> Weight;
    /// Weight of `set_price`.
    fn set_price() -> Weight;
    /// Weight of `deprecate_version`.
    fn deprecate_version() -> Weight;
    /// Weight of `transfer_model`.
    fn transfer_model() -> Weight;
    /// Weight of `remove_version`.
    fn remove_version() -> Weight;
    /// Weight of `remove_model`.
    fn remove_model() -> Weight;
}

/// Picoseconds of a call that moves no money.
const PLAIN: u64 = 20_000_000;

/// Picoseconds of a call that takes or returns a deposit.
const DEPOSIT: u64 = 80_000_000;

/// Bytes of proof for each entry that a call reads.
const PROOF_PER_READ: u64 = 4_096;

fn estimate<DbWeight: Get<RuntimeDbWeight>>(picoseconds: u64, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(picoseconds, PROOF_PER_READ.saturating_mul(reads))
        .saturating_add(DbWeight::get().reads_writes(reads, writes))
}

/// The estimates with the runtime's database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    /// `NextModelId` (r w), `Models` (w), `MetadataOf` (w), the owner's account and holds (r w).
    fn register_model() -> Weight {
        estimate::<T::DbWeight>(DEPOSIT, 3, 5)
    }
    /// `Models` (r w), `Versions` (w), the owner's account and holds (r w).
    fn publish_version() -> Weight {
        estimate::<T::DbWeight>(DEPOSIT, 3, 4)
    }
    /// `Models` (r), `Versions` (r w).
    fn set_price() -> Weight {
        estimate::<T::DbWeight>(PLAIN, 2, 1)
    }
    /// `Models` (r), `Versions` (r w).
    fn deprecate_version() -> Weight {
        estimate::<T::DbWeight>(PLAIN, 2, 1)
    }
    /// `Models` (r w).
    fn transfer_model() -> Weight {
        estimate::<T::DbWeight>(PLAIN, 1, 1)
    }
    /// `Models`, `Versions` (r w), two uses (r), the depositor's account and holds (r w).
    fn remove_version() -> Weight {
        estimate::<T::DbWeight>(DEPOSIT, 6, 4)
    }
    /// `Models` (r w), `MetadataOf` (w), the depositor's account and holds (r w).
    fn remove_model() -> Weight {
        estimate::<T::DbWeight>(DEPOSIT, 3, 4)
    }
}

/// The estimates with ParityDB's weights, for tests.
impl WeightInfo for () {
    fn register_model() -> Weight {
        estimate::<ParityDbWeight>(DEPOSIT, 3, 5)
    }
    fn publish_version() -> Weight {
        estimate::<ParityDbWeight>(DEPOSIT, 3, 4)
    }
    fn set_price() -> Weight {
        estimate::<ParityDbWeight>(PLAIN, 2, 1)
    }
    fn deprecate_version() -> Weight {
        estimate::<ParityDbWeight>(PLAIN, 2, 1)
    }
    fn transfer_model() -> Weight {
        estimate::<ParityDbWeight>(PLAIN, 1, 1)
    }
    fn remove_version() -> Weight {
        estimate::<ParityDbWeight>(DEPOSIT, 6, 4)
    }
    fn remove_model() -> Weight {
        estimate::<ParityDbWeight>(DEPOSIT, 3, 4)
    }
}
