//! Weights of the calls and of the sweep. The runtime's are measured; see runtime/src/weights.

use frame_support::weights::Weight;

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
    /// Weight of `unserve_closed`.
    fn unserve_closed() -> Weight;
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

/// Weights for tests: none is measured.
impl WeightInfo for () {
    fn register_worker() -> Weight {
        UNMEASURED
    }
    fn bond_extra() -> Weight {
        UNMEASURED
    }
    fn rotate_key() -> Weight {
        UNMEASURED
    }
    fn serve() -> Weight {
        UNMEASURED
    }
    fn unserve() -> Weight {
        UNMEASURED
    }
    fn unserve_closed() -> Weight {
        UNMEASURED
    }
    fn set_capacity() -> Weight {
        UNMEASURED
    }
    fn chill() -> Weight {
        UNMEASURED
    }
    fn activate() -> Weight {
        UNMEASURED
    }
    fn unbond() -> Weight {
        UNMEASURED
    }
    fn cancel_unbond() -> Weight {
        UNMEASURED
    }
    fn sweep(_: u32) -> Weight {
        UNMEASURED
    }
}

const UNMEASURED: Weight = Weight::from_parts(100_000_000, 0);
