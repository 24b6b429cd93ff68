//! Who decides: root, or two thirds of the council, which reaches root by whitelisting a call.

use super::{
    settlement::{DepositBase, DepositPerByte},
    system::half_a_block,
};
use crate::*;
use frame_support::{
    parameter_types,
    traits::{fungible::HoldConsideration, ConstU32, EitherOfDiverse, LinearStoragePrice},
    weights::Weight,
};
use frame_system::EnsureRoot;
use pallet_collective::{DefaultVote, EnsureProportionAtLeast};

/// The council's instance of the collective pallet.
pub type CouncilInstance = pallet_collective::Instance1;

/// Root, or at least two thirds of the council's members.
pub type Governance = EitherOfDiverse<EnsureRoot<AccountId>, EnsureProportionAtLeast<AccountId, CouncilInstance, 2, 3>>;

/// Whoever is silent says no, also where the council has named a prime. The library's strategies would let one member's word, or
/// that of a bare majority, count for the silent, and so for two thirds.
pub struct SilenceIsNo;

impl DefaultVote for SilenceIsNo {
    fn default_vote(_prime: Option<bool>, _yes: u32, _no: u32, _members: u32) -> bool {
        false
    }
}

parameter_types! {
    pub MaxMotionWeight: Weight = half_a_block();
    pub const PreimageDepositReason: RuntimeHoldReason =
        RuntimeHoldReason::Preimage(pallet_preimage::HoldReason::Preimage);
}

impl pallet_collective::Config<CouncilInstance> for Runtime {
    type RuntimeOrigin = RuntimeOrigin;
    type Proposal = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type MotionDuration = ConstU32<{ 3 * DAYS }>;
    type MaxProposals = ConstU32<32>;
    type MaxMembers = ConstU32<32>;
    type DefaultVote = SilenceIsNo;
    type SetMembersOrigin = Governance;
    type MaxProposalWeight = MaxMotionWeight;
    type DisapproveOrigin = Governance;
    type KillOrigin = Governance;
    // Only members propose, and their number bounds what is stored.
    type Consideration = ();
    type WeightInfo = pallet_collective::weights::SubstrateWeight<Runtime>;
}

// One motion of two thirds does both: it whitelists the hash of a call and dispatches that call as root. The two may also
// come one after the other.
impl pallet_whitelist::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type WhitelistOrigin = Governance;
    type DispatchWhitelistedOrigin = Governance;
    type Preimages = Preimage;
    type DeferredDispatchExpiration = ConstU32<{ 7 * DAYS }>;
    type BlockNumberProvider = System;
    type WeightInfo = pallet_whitelist::weights::SubstrateWeight<Runtime>;
}

// Holds calls that are too long for a motion, which then names their hash.
impl pallet_preimage::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type Currency = Balances;
    type ManagerOrigin = Governance;
    type Consideration = HoldConsideration<
        AccountId,
        Balances,
        PreimageDepositReason,
        LinearStoragePrice<DepositBase, DepositPerByte, Balance>,
    >;
    type WeightInfo = pallet_preimage::weights::SubstrateWeight<Runtime>;
}
