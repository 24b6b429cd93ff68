//! Weights of the calls and of the sweep.
//!
//! These figures are estimates by hand: the reads and writes of each call are counted, its computation and its proof are
//! taken from calls of the same size in pallet-recovery. Benchmarked figures replace them.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// Weights of the calls and of the sweep.
pub trait WeightInfo {
    /// Weight of `register_worker`.
    fn register_worker() -> Weight;
    /// Weight of `bond_extra`.
    fn bond_extra() -> Weight;
    /// Weight of `rotate_key`.
    fn rotate_key() -> Weight;
    /// Weight of `serve`.
    fn serve() -> Weight;
    /// Weight of `unserve`.
    fn unserve() -> Weight;
    /// Weight of `set_capacity`.
    fn set_capacity() -> Weight;
    /// Weight of `chill`.
    fn chill() -> Weight;
    /// Weight of `activate`.
    fn activate() -> Weight;
    /// Weight of `unbond`.
    fn unbond() -> Weight;
    /// Weight of `cancel_unbond`.
    fn cancel_unbond() -> Weight;
    /// Weight of `steps` steps of the sweep, with what a block without any costs.
    fn sweep(steps: u32) -> Weight;
}

/// Picoseconds of a call that moves no money.
const PLAIN: u64 = 20_000_000;

/// Picoseconds of a call that changes a hold or many entries.
const HOLD: u64 = 80_000_000;

/// Picoseconds of a call that checks a proof of possession.
const PROOF: u64 = 150_000_000;

/// Bytes of proof for each entry that a call reads.
const PROOF_PER_READ: u64 = 4_096;

fn estimate<DbWeight: Get<RuntimeDbWeight>>(picoseconds: u64, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(picoseconds, PROOF_PER_READ.saturating_mul(reads))
        .saturating_add(DbWeight::get().reads_writes(reads, writes))
}

/// A step looks into the agenda and, at most, returns a bond and removes its worker.
fn estimate_sweep<DbWeight: Get<RuntimeDbWeight>>(steps: u32) -> Weight {
    estimate::<DbWeight>(HOLD, 4, 5).saturating_mul(steps.into()).saturating_add(estimate::<DbWeight>(PLAIN, 1, 1))
}

/// The estimates with the runtime's database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    /// `Workers`, `KeyOwner` (r w), the genesis hash (r), the operator's account and holds (r w), one ed25519 check.
    fn register_worker() -> Weight {
        estimate::<T::DbWeight>(PROOF, 4, 4)
    }
    /// `Workers` (r w), the operator's account and holds (r w).
    fn bond_extra() -> Weight {
        estimate::<T::DbWeight>(HOLD, 3, 3)
    }
    /// `Workers` (r w), `KeyOwner` (r, 2 w), the genesis hash (r), one ed25519 check.
    fn rotate_key() -> Weight {
        estimate::<T::DbWeight>(PROOF, 3, 3)
    }
    /// `Workers` (r), `Served`, `Servers` (r w), the version and its model (r).
    fn serve() -> Weight {
        estimate::<T::DbWeight>(PLAIN, 5, 2)
    }
    /// `Workers` (r), `Served`, `Servers` (r w).
    fn unserve() -> Weight {
        estimate::<T::DbWeight>(PLAIN, 3, 2)
    }
    /// `Workers` (r w).
    fn set_capacity() -> Weight {
        estimate::<T::DbWeight>(PLAIN, 1, 1)
    }
    /// `Workers` (r w).
    fn chill() -> Weight {
        estimate::<T::DbWeight>(PLAIN, 1, 1)
    }
    /// `Workers` (r w).
    fn activate() -> Weight {
        estimate::<T::DbWeight>(PLAIN, 1, 1)
    }
    /// `Workers` (r w), `Agenda` (w), `Served` (r w), [`crate::MAX_SERVED`] times `Servers` (r w).
    fn unbond() -> Weight {
        estimate::<T::DbWeight>(HOLD, 34, 35)
    }
    /// `Workers` (r w), `Agenda` (w).
    fn cancel_unbond() -> Weight {
        estimate::<T::DbWeight>(PLAIN, 1, 2)
    }
    /// `SweptTo` (r w); a step: `Agenda`, `Workers`, the account and holds (r w), `KeyOwner` (w).
    fn sweep(steps: u32) -> Weight {
        estimate_sweep::<T::DbWeight>(steps)
    }
}

/// The estimates with ParityDB's weights, for tests.
impl WeightInfo for () {
    fn register_worker() -> Weight {
        estimate::<ParityDbWeight>(PROOF, 4, 4)
    }
    fn bond_extra() -> Weight {
        estimate::<ParityDbWeight>(HOLD, 3, 3)
    }
    fn rotate_key() -> Weight {
        estimate::<ParityDbWeight>(PROOF, 3, 3)
    }
    fn serve() -> Weight {
        estimate::<ParityDbWeight>(PLAIN, 5, 2)
    }
    fn unserve() -> Weight {
        estimate::<ParityDbWeight>(PLAIN, 3, 2)
    }
    fn set_capacity() -> Weight {
        estimate::<ParityDbWeight>(PLAIN, 1, 1)
    }
    fn chill() -> Weight {
        estimate::<ParityDbWeight>(PLAIN, 1, 1)
    }
    fn activate() -> Weight {
        estimate::<ParityDbWeight>(PLAIN, 1, 1)
    }
    fn unbond() -> Weight {
        estimate::<ParityDbWeight>(HOLD, 34, 35)
    }
    fn cancel_unbond() -> Weight {
        estimate::<ParityDbWeight>(PLAIN, 1, 2)
    }
    fn sweep(steps: u32) -> Weight {
        estimate_sweep::<ParityDbWeight>(steps)
    }
}
