#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(any(test, feature = "runtime-benchmarks")),
    deny(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]
#![recursion_limit = "512"]

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

extern crate alloc;

pub mod apis;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarks;
mod configs;
mod extensions;
pub mod genesis_config_presets;
mod randomness;
pub mod weights;

use alloc::vec::Vec;
use sp_runtime::{
    generic, impl_opaque_keys,
    traits::{BlakeTwo256, IdentifyAccount, Verify},
    MultiAddress, MultiSignature,
};
use sp_version::RuntimeVersion;

pub use apis::RUNTIME_API_VERSIONS;
pub use configs::{parameters, treasury_account, CouncilInstance, Governance, ProxyType};
pub use extensions::TxExtension;

/// Signature of a transaction.
pub type Signature = MultiSignature;

/// An account.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;

/// Balance in the smallest unit.
pub type Balance = u128;

/// Number of an account's transactions.
pub type Nonce = u32;

/// Hash of a block.
pub type Hash = sp_core::H256;

/// Height of a block.
pub type BlockNumber = u32;

/// How accounts stand in transactions.
pub type Address = MultiAddress<AccountId, ()>;

/// Header of a block.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;

/// A transaction.
pub type UncheckedExtrinsic = generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;

/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;

/// What a signer signs.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// Hands blocks and transactions to the pallets.
pub type Executive = frame_executive::Executive<
    Runtime,
    Block,
    frame_system::ChainContext<Runtime>,
    Runtime,
    AllPalletsWithSystem,
    Migrations,
>;

/// Migrations of storage that the next upgrade runs in one block; none yet. Longer ones go to `configs/safety.rs`.
type Migrations = ();

/// Blocks as the node sees them: their transactions are bytes.
pub mod opaque {
    use super::*;
    pub use sp_runtime::OpaqueExtrinsic as UncheckedExtrinsic;

    /// A block.
    pub type Block = generic::Block<Header, UncheckedExtrinsic>;

    /// Id of a block.
    pub type BlockId = generic::BlockId<Block>;
}

impl_opaque_keys! {
    /// Keys of a validator.
    pub struct SessionKeys {
        /// Authors blocks.
        pub babe: Babe,
        /// Finalises them.
        pub grandpa: Grandpa,
    }
}

/// One VOT, in the smallest unit.
pub const VOT: Balance = 1_000_000_000_000;

/// A thousandth of a VOT.
pub const MILLI_VOT: Balance = VOT / 1_000;

/// The least that an account holds.
pub const EXISTENTIAL_DEPOSIT: Balance = MILLI_VOT;

/// Length of a slot.
pub const SLOT_MILLISECONDS: u64 = 3_000;

/// Length of an epoch in slots: half an hour.
pub const EPOCH_SLOTS: u32 = 600;

/// Blocks in an hour.
pub const HOURS: BlockNumber = (3_600_000 / SLOT_MILLISECONDS) as BlockNumber;

/// Blocks in a day.
pub const DAYS: BlockNumber = 24 * HOURS;

/// BABE's configuration at genesis: with secondary VRF slots, every block carries randomness.
pub const BABE_EPOCH_CONFIG: sp_consensus_babe::BabeEpochConfiguration = sp_consensus_babe::BabeEpochConfiguration {
    c: (1, 4),
    allowed_slots: sp_consensus_babe::AllowedSlots::PrimaryAndSecondaryVRFSlots,
};

/// Version of the runtime.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
    spec_name: alloc::borrow::Cow::Borrowed("votive"),
    impl_name: alloc::borrow::Cow::Borrowed("votive"),
    authoring_version: 1,
    spec_version: 1,
    impl_version: 1,
    apis: RUNTIME_API_VERSIONS,
    transaction_version: 1,
    system_version: 1,
};

#[frame_support::runtime]
mod runtime {
    use super::*;

    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask,
        RuntimeViewFunction
    )]
    pub struct Runtime;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    #[runtime::pallet_index(1)]
    pub type Timestamp = pallet_timestamp;
    #[runtime::pallet_index(2)]
    pub type Babe = pallet_babe;
    #[runtime::pallet_index(3)]
    pub type Authorship = pallet_authorship;
    #[runtime::pallet_index(4)]
    pub type Balances = pallet_balances;
    #[runtime::pallet_index(5)]
    pub type TransactionPayment = pallet_transaction_payment;
    #[runtime::pallet_index(6)]
    pub type Session = pallet_session;
    #[runtime::pallet_index(7)]
    pub type Grandpa = pallet_grandpa;
    #[runtime::pallet_index(8)]
    pub type Utility = pallet_utility;
    #[runtime::pallet_index(9)]
    pub type Parameters = pallet_parameters;
    #[runtime::pallet_index(10)]
    pub type Sudo = pallet_sudo;
    #[runtime::pallet_index(11)]
    pub type MultiBlockMigrations = pallet_migrations;
    #[runtime::pallet_index(12)]
    pub type TxPause = pallet_tx_pause;
    #[runtime::pallet_index(13)]
    pub type SafeMode = pallet_safe_mode;
    #[runtime::pallet_index(14)]
    pub type Proxy = pallet_proxy;
    #[runtime::pallet_index(15)]
    pub type Multisig = pallet_multisig;
    #[runtime::pallet_index(16)]
    pub type Council = pallet_collective<Instance1>;
    #[runtime::pallet_index(17)]
    pub type Whitelist = pallet_whitelist;
    #[runtime::pallet_index(18)]
    pub type Preimage = pallet_preimage;
    #[runtime::pallet_index(20)]
    pub type Models = pallet_models;
    #[runtime::pallet_index(21)]
    pub type Workers = pallet_workers;
    // After Babe: its hook reads the VRF output that Babe's has taken from the block.
    #[runtime::pallet_index(22)]
    pub type Inference = pallet_inference;
}
