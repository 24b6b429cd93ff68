//! Randomness of the draws: the VRF output of the block under construction.

use crate::Runtime;
use codec::Encode;
use votive_primitives::traits::BlockVrf;

/// The VRF output of the block's author, which Babe takes from the block's digest in its first hook.
///
/// Every slot has one, primary or secondary; the output is unique for the author's key and the slot, so the author can
/// choose nothing but to leave its slot empty.
pub struct BabeVrf;

impl BlockVrf for BabeVrf {
    fn current() -> Option<[u8; 32]> {
        let pre_digest = pallet_babe::Pallet::<Runtime>::initialized().flatten()?;
        let signature = pre_digest.vrf_signature()?;
        Some(sp_io::hashing::blake2_256(&signature.pre_output.encode()))
    }
}
