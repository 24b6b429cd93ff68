//! What lies in storage.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::traits::AtLeast32BitUnsigned;
use votive_primitives::worker_key::WorkerKey;

/// How many seats a worker takes at a time until its operator says otherwise.
pub const DEFAULT_CAPACITY: u32 = 4;

/// The most versions that one worker serves.
pub const MAX_SERVED: u32 = 32;

/// A worker: an operator's bond, key and seats.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Worker<Balance, BlockNumber> {
    /// The key that signs for it.
    pub key: WorkerKey,
    /// What is held from the operator.
    pub bond: Balance,
    /// How much of the bond stands behind commits. Never above the bond.
    pub locked: Balance,
    /// How much of the bond open seats will lock when they commit. With what is locked never above the bond at a draw.
    pub promised: Balance,
    /// How many seats it takes at a time. Lowering it does not end open seats.
    pub capacity: u32,
    /// How many seats it has now.
    pub open_seats: u32,
    /// A chilled worker gets no new seats.
    pub chilled: bool,
    /// The block in which the bond returns, if it has no open seats by then. It gets no new seats until then.
    pub unbonding_until: Option<BlockNumber>,
}

impl<Balance: AtLeast32BitUnsigned + Copy, BlockNumber> Worker<Balance, BlockNumber> {
    /// The part of the bond that no commit has locked.
    pub fn unlocked(&self) -> Balance {
        self.bond.saturating_sub(self.locked)
    }

    /// Whether it may be drawn at all: not chilled, not unbonding, with at least the least bond.
    pub fn is_active(&self, min_bond: Balance) -> bool {
        !self.chilled && self.unbonding_until.is_none() && self.bond >= min_bond
    }

    /// How many more seats it can take.
    pub fn free_seats(&self) -> u32 {
        self.capacity.saturating_sub(self.open_seats)
    }

    /// The part of the bond that is neither locked nor promised to a seat.
    pub fn free_bond(&self) -> Balance {
        self.unlocked().saturating_sub(self.promised)
    }

    /// Whether nothing of its past work is open, so that its bond may return.
    pub fn is_done(&self) -> bool {
        self.open_seats == 0 && self.locked.is_zero()
    }
}

/// Why a worker was chilled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum ChillCause {
    /// Its operator asked for it.
    #[codec(index = 0)]
    Operator,
    /// Its bond fell below the least bond.
    #[codec(index = 1)]
    BondTooLow,
}
