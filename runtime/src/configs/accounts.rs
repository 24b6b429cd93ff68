//! Accounts that act for accounts: proxies and multisigs.

use super::settlement::{DepositBase, DepositPerByte};
use crate::*;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
    parameter_types,
    traits::{ConstU32, InstanceFilter},
};
use scale_info::TypeInfo;

/// What a proxy may do in the name of the account that named it.
///
/// All but `Any` list what they allow, so that a new call is forbidden until somebody has thought about it.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    Eq,
    PartialEq,
    Ord,
    PartialOrd,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum ProxyType {
    /// Everything.
    #[default]
    #[codec(index = 0)]
    Any,
    /// What the three below may, and to look after models. It pays nobody: no transfers, and no requests, whose price
    /// a stranger sets.
    #[codec(index = 1)]
    NonTransfer,
    /// Runs a worker from day to day: its key, what it serves, how much, and whether. It cannot touch the bond.
    #[codec(index = 2)]
    Worker,
    /// Looks after the bond. It cannot pay it to another account. Staking positions of others come with a later release.
    #[codec(index = 3)]
    Staking,
    /// Acts as a member of the council.
    #[codec(index = 4)]
    Governance,
}

impl InstanceFilter<RuntimeCall> for ProxyType {
    fn filter(&self, call: &RuntimeCall) -> bool {
        // Each call in a batch is asked again.
        matches!(call, RuntimeCall::Utility(_))
            || match self {
                ProxyType::Any => true,
                ProxyType::NonTransfer => {
                    runs_worker(call) || looks_after_bond(call) || governs(call) || looks_after_model(call)
                }
                ProxyType::Worker => runs_worker(call),
                ProxyType::Staking => looks_after_bond(call),
                ProxyType::Governance => governs(call),
            }
    }

    fn is_superset(&self, other: &Self) -> bool {
        match (self, other) {
            (ProxyType::Any, _) => true,
            (_, ProxyType::Any) => false,
            (ProxyType::NonTransfer, _) => true,
            _ => self == other,
        }
    }
}

fn runs_worker(call: &RuntimeCall) -> bool {
    use pallet_workers::Call::*;
    matches!(
        call,
        RuntimeCall::Workers(
            rotate_key { .. }
                | serve { .. }
                | unserve { .. }
                | unserve_closed { .. }
                | set_capacity { .. }
                | chill { .. }
                | activate { .. }
        )
    )
}

fn looks_after_bond(call: &RuntimeCall) -> bool {
    use pallet_workers::Call::*;
    matches!(call, RuntimeCall::Workers(bond_extra { .. } | unbond { .. } | cancel_unbond { .. }))
}

fn governs(call: &RuntimeCall) -> bool {
    matches!(call, RuntimeCall::Council(_) | RuntimeCall::Whitelist(_) | RuntimeCall::Preimage(_))
}

fn looks_after_model(call: &RuntimeCall) -> bool {
    use pallet_models::Call::*;
    matches!(
        call,
        RuntimeCall::Models(
            register_model { .. }
                | publish_version { .. }
                | set_price { .. }
                | deprecate_version { .. }
                | remove_version { .. }
                | remove_model { .. }
        )
    )
}

/// What it costs to keep so many items of so many bytes in state, as for models.
const fn deposit(items: u32, bytes: u32) -> Balance {
    let (items, bytes) = (items as Balance, bytes as Balance);
    items.saturating_mul(DepositBase::get()).saturating_add(bytes.saturating_mul(DepositPerByte::get()))
}

parameter_types! {
    // A list of proxies has its deposit's amount; a proxy has an account, a type and a delay.
    pub const ProxyDepositBase: Balance = deposit(1, 16);
    pub const ProxyDepositFactor: Balance = deposit(0, 37);
    // An announcement has an account, a hash and a height.
    pub const AnnouncementDepositBase: Balance = deposit(1, 16);
    pub const AnnouncementDepositFactor: Balance = deposit(0, 68);
    // An open call of a multisig has a hash, a timepoint, a depositor and a deposit; then one account for each approval.
    pub const MultisigDepositBase: Balance = deposit(1, 88);
    pub const MultisigDepositFactor: Balance = deposit(0, 32);
}

impl pallet_proxy::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type Currency = Balances;
    type ProxyType = ProxyType;
    type ProxyDepositBase = ProxyDepositBase;
    type ProxyDepositFactor = ProxyDepositFactor;
    type MaxProxies = ConstU32<32>;
    type WeightInfo = pallet_proxy::weights::SubstrateWeight<Runtime>;
    type MaxPending = ConstU32<32>;
    type CallHasher = BlakeTwo256;
    type AnnouncementDepositBase = AnnouncementDepositBase;
    type AnnouncementDepositFactor = AnnouncementDepositFactor;
    type BlockNumberProvider = System;
}

impl pallet_multisig::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type Currency = Balances;
    type DepositBase = MultisigDepositBase;
    type DepositFactor = MultisigDepositFactor;
    type MaxSignatories = ConstU32<100>;
    type WeightInfo = pallet_multisig::weights::SubstrateWeight<Runtime>;
    type BlockNumberProvider = System;
}
