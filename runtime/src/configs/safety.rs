//! What can be stopped and by whom, and what never stops: commits and reveals, time, and governance itself.

use super::{governance::Governance, system::half_a_block};
use crate::*;
use frame_support::{
    migrations::{FailedMigrationHandler, FailedMigrationHandling},
    parameter_types,
    traits::{ConstU32, Contains, SafeMode as SafeModeTrait},
    weights::Weight,
};
use frame_system::EnsureWithSuccess;
use pallet_tx_pause::RuntimeCallNameOf;

/// For how long governance enters safe mode, and extends it, at a time.
type SafeModeDuration = ConstU32<DAYS>;

parameter_types! {
    // Nobody can enter safe mode, or extend it, for a deposit.
    pub const NoDeposit: Option<Balance> = None;
    pub const NoRelease: Option<BlockNumber> = None;
    pub MaxMigrationWeight: Weight = half_a_block();
}

/// What goes on in safe mode.
///
/// Open requests end as ever, because workers would lose by an answer that they cannot give. Governance goes on, so that it
/// can mend what is wrong and lift safe mode. Root is never filtered.
pub struct GoesOn;

impl Contains<RuntimeCall> for GoesOn {
    fn contains(call: &RuntimeCall) -> bool {
        use RuntimeCall::*;
        match call {
            Inference(call) => {
                matches!(call, pallet_inference::Call::commit { .. } | pallet_inference::Call::reveal { .. })
            }
            Timestamp(_) | Sudo(_) | Council(_) | Whitelist(_) | Preimage(_) | Parameters(_) => true,
            TxPause(_) | SafeMode(_) => true,
            // Anyone may hand in the code of an upgrade that root has authorised.
            System(call) => matches!(call, frame_system::Call::apply_authorized_upgrade { .. }),
            // A member of the council may be a multisig or act by a proxy, and a motion may be a batch. Each call inside
            // is asked again.
            Utility(_) | Multisig(_) => true,
            Proxy(call) => matches!(call, pallet_proxy::Call::proxy { .. }),
            _ => false,
        }
    }
}

/// What cannot be paused: the same, but for the wrappers, without which governance still comes through.
pub struct NeverPaused;

impl Contains<RuntimeCallNameOf<Runtime>> for NeverPaused {
    fn contains((pallet, call): &RuntimeCallNameOf<Runtime>) -> bool {
        match pallet.as_slice() {
            b"Inference" => matches!(call.as_slice(), b"commit" | b"reveal"),
            b"System" => call.as_slice() == b"apply_authorized_upgrade",
            b"Timestamp" | b"Sudo" | b"Council" | b"Whitelist" | b"Preimage" | b"Parameters" | b"SafeMode" => true,
            _ => false,
        }
    }
}

impl pallet_tx_pause::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type PauseOrigin = Governance;
    type UnpauseOrigin = Governance;
    type WhitelistedCalls = NeverPaused;
    type MaxNameLen = ConstU32<64>;
    type WeightInfo = pallet_tx_pause::weights::SubstrateWeight<Runtime>;
}

impl pallet_safe_mode::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type WhitelistedCalls = GoesOn;
    type EnterDuration = SafeModeDuration;
    type ExtendDuration = SafeModeDuration;
    type EnterDepositAmount = NoDeposit;
    type ExtendDepositAmount = NoDeposit;
    type ForceEnterOrigin = EnsureWithSuccess<Governance, AccountId, SafeModeDuration>;
    type ForceExtendOrigin = EnsureWithSuccess<Governance, AccountId, SafeModeDuration>;
    type ForceExitOrigin = Governance;
    type ForceDepositOrigin = Governance;
    type Notify = ();
    type ReleaseDelay = NoRelease;
    type WeightInfo = pallet_safe_mode::weights::SubstrateWeight<Runtime>;
}

/// After a failed migration the chain takes transactions again, but in safe mode until governance ends it.
///
/// While a migration is stuck, a block has inherents only, so nobody could mend the state but all operators of nodes
/// together. So the migration is given up, and safe mode keeps everybody but governance away from its half-done work.
/// Should safe mode not be entered, the chain stays as it is.
pub struct SafeModeOnFailure;

impl FailedMigrationHandler for SafeModeOnFailure {
    fn failed(_migration: Option<u32>) -> FailedMigrationHandling {
        let entered = if <SafeMode as SafeModeTrait>::is_entered() {
            <SafeMode as SafeModeTrait>::extend(BlockNumber::MAX)
        } else {
            <SafeMode as SafeModeTrait>::enter(BlockNumber::MAX)
        };
        match entered {
            Ok(()) => FailedMigrationHandling::ForceUnstuck,
            Err(_) => FailedMigrationHandling::KeepStuck,
        }
    }
}

impl pallet_migrations::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    // None yet. Those of an upgrade that needs more than one block are named here.
    #[cfg(not(feature = "runtime-benchmarks"))]
    type Migrations = ();
    #[cfg(feature = "runtime-benchmarks")]
    type Migrations = pallet_migrations::mock_helpers::MockedMigrations;
    type CursorMaxLen = ConstU32<65_536>;
    type IdentifierMaxLen = ConstU32<256>;
    type MigrationStatusHandler = ();
    type FailedMigrationHandler = SafeModeOnFailure;
    // The sweep of requests rests meanwhile.
    type MaxServiceWeight = MaxMigrationWeight;
    type WeightInfo = pallet_migrations::weights::SubstrateWeight<Runtime>;
}
