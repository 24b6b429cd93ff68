//! Parameters that root can change without an upgrade.

use crate::*;
use frame_support::dynamic_params::{dynamic_pallet_params, dynamic_params};
use frame_system::EnsureRoot;

/// The parameters, by concern.
#[dynamic_params(RuntimeParameters, pallet_parameters::Parameters::<Runtime>)]
pub mod dynamic {
    use super::*;

    /// Money of settlement.
    #[dynamic_pallet_params]
    #[codec(index = 0)]
    pub mod settlement {
        use super::*;

        /// The least fee of a request.
        #[codec(index = 0)]
        pub static FeeFloor: Balance = 10 * MILLI_VOT;

        /// The least lock of an operator's bond from its commit to the request's end.
        #[codec(index = 1)]
        pub static MinLock: Balance = 100 * VOT;
    }
}

impl pallet_parameters::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeParameters = RuntimeParameters;
    type AdminOrigin = frame_support::traits::AsEnsureOriginWithArg<EnsureRoot<AccountId>>;
    type WeightInfo = ();
}
