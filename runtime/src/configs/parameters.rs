//! Parameters that govern money and time, and the bounds within which governance may move them.

use super::governance::Governance;
use crate::*;
use core::marker::PhantomData;
use frame_support::{
    dynamic_params::{dynamic_pallet_params, dynamic_params},
    traits::{AsEnsureOriginWithArg, Get},
};

/// The parameters, by concern.
#[dynamic_params(RuntimeParameters, pallet_parameters::Parameters::<Runtime>)]
pub mod dynamic {
    use super::*;

    /// Money and time of settlement.
    #[dynamic_pallet_params]
    #[codec(index = 0)]
    pub mod settlement {
        use super::*;

        /// The least fee of a request: 0.001 to 100 VOT.
        #[codec(index = 0)]
        pub static FeeFloor: Balance = 10 * MILLI_VOT;

        /// The least lock of an operator's bond from its commit to the request's end: 1 to 100,000 VOT.
        #[codec(index = 1)]
        pub static MinLock: Balance = 100 * VOT;

        /// How long each step of a request may take; `Windows` gives the bounds.
        #[codec(index = 2)]
        pub static Windows: pallet_inference::Windows = pallet_inference::Windows::DEFAULT;
    }

    /// Money and time of workers.
    #[dynamic_pallet_params]
    #[codec(index = 1)]
    pub mod workers {
        use super::*;

        /// The least bond of a worker that gets seats: 100 to 1,000,000 VOT.
        #[codec(index = 0)]
        pub static MinBond: Balance = 5_000 * VOT;

        /// Blocks from the start of unbonding to the bond's return: an hour to ninety days.
        #[codec(index = 1)]
        pub static UnbondingDelay: BlockNumber = 7 * DAYS;
    }
}

impl pallet_parameters::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeParameters = RuntimeParameters;
    type AdminOrigin = AsEnsureOriginWithArg<Governance>;
    type WeightInfo = weights::pallet_parameters::WeightInfo<Runtime>;
}

/// An amount that counts as the nearest of its bounds where the parameter lies outside of them: no decision of governance
/// can make a pallet's sums meaningless.
pub struct AmountWithin<Parameter, const LEAST: Balance, const MOST: Balance>(PhantomData<Parameter>);

impl<Parameter: Get<Balance>, const LEAST: Balance, const MOST: Balance> Get<Balance>
    for AmountWithin<Parameter, LEAST, MOST>
{
    fn get() -> Balance {
        Parameter::get().clamp(LEAST, MOST)
    }
}

/// As [`AmountWithin`], for a number of blocks.
pub struct BlocksWithin<Parameter, const LEAST: BlockNumber, const MOST: BlockNumber>(PhantomData<Parameter>);

impl<Parameter: Get<BlockNumber>, const LEAST: BlockNumber, const MOST: BlockNumber> Get<BlockNumber>
    for BlocksWithin<Parameter, LEAST, MOST>
{
    fn get() -> BlockNumber {
        Parameter::get().clamp(LEAST, MOST)
    }
}
