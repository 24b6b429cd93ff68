//! Weights of pallet-inference: estimates from counted storage accesses and hashes, rounded up; the measured ones replace
//! them when the benchmarks have been run on reference hardware.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights that pallet-inference needs.
pub trait WeightInfo {
    /// [`crate::Call::submit_request`].
    fn submit_request() -> Weight;
    /// [`crate::Call::cancel_request`].
    fn cancel_request() -> Weight;
    /// [`crate::Call::commit`] of `n` items.
    fn commit(n: u32) -> Weight;
    /// The check of a bundle of `n` commits.
    fn authorize_commit(n: u32) -> Weight;
    /// [`crate::Call::reveal`] of `n` items.
    fn reveal(n: u32) -> Weight;
    /// The check of a bundle of `n` reveals.
    fn authorize_reveal(n: u32) -> Weight;
    /// [`crate::Call::set_windows`].
    fn set_windows() -> Weight;
    /// The costliest look at one entry of the agenda: a redraw among 64 candidates, or the payment of seven seats.
    fn sweep_item() -> Weight;
}

/// Estimates on the database weights of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

/// Proof size is not metered on a solo chain; a token amount keeps the second dimension alive.
const PROOF_BYTES: u64 = 8_192;

fn micros(count: u64) -> Weight {
    Weight::from_parts(count.saturating_mul(1_000_000), PROOF_BYTES)
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn submit_request() -> Weight {
        // The requester pays for what its request costs later, too: the look that draws and the one that ends it.
        micros(60)
            .saturating_add(T::DbWeight::get().reads_writes(10, 6))
            .saturating_add(Self::sweep_item().saturating_mul(2))
    }
    fn cancel_request() -> Weight {
        micros(50).saturating_add(T::DbWeight::get().reads_writes(4, 7))
    }
    fn commit(n: u32) -> Weight {
        micros(10)
            .saturating_add(micros(25).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads_writes(4, 5).saturating_mul(n.into()))
    }
    fn authorize_commit(n: u32) -> Weight {
        micros(80)
            .saturating_add(micros(15).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(3).saturating_mul(n.into()))
    }
    fn reveal(n: u32) -> Weight {
        micros(10)
            .saturating_add(micros(60).saturating_mul(n.into()))
            // A reveal that differs ends its request: seats, locks, escrow and receipt.
            .saturating_add(T::DbWeight::get().reads_writes(16, 24).saturating_mul(n.into()))
    }
    fn authorize_reveal(n: u32) -> Weight {
        micros(80)
            .saturating_add(micros(40).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads(3).saturating_mul(n.into()))
    }
    fn set_windows() -> Weight {
        micros(10).saturating_add(T::DbWeight::get().writes(1))
    }
    fn sweep_item() -> Weight {
        micros(400).saturating_add(T::DbWeight::get().reads_writes(80, 40))
    }
}

impl WeightInfo for () {
    fn submit_request() -> Weight {
        micros(60)
    }
    fn cancel_request() -> Weight {
        micros(50)
    }
    fn commit(n: u32) -> Weight {
        micros(35).saturating_mul(n.into())
    }
    fn authorize_commit(n: u32) -> Weight {
        micros(95).saturating_mul(n.into())
    }
    fn reveal(n: u32) -> Weight {
        micros(70).saturating_mul(n.into())
    }
    fn authorize_reveal(n: u32) -> Weight {
        micros(120).saturating_mul(n.into())
    }
    fn set_windows() -> Weight {
        micros(10)
    }
    fn sweep_item() -> Weight {
        micros(400)
    }
}
