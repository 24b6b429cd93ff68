//! Weights of the calls. The runtime's are measured; see runtime/src/weights.

use frame_support::weights::Weight;

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

/// Weights for tests: none is measured.
impl WeightInfo for () {
    fn register_model() -> Weight {
        UNMEASURED
    }
    fn publish_version() -> Weight {
        UNMEASURED
    }
    fn set_price() -> Weight {
        UNMEASURED
    }
    fn deprecate_version() -> Weight {
        UNMEASURED
    }
    fn transfer_model() -> Weight {
        UNMEASURED
    }
    fn remove_version() -> Weight {
        UNMEASURED
    }
    fn remove_model() -> Weight {
        UNMEASURED
    }
}

const UNMEASURED: Weight = Weight::from_parts(100_000_000, 0);
