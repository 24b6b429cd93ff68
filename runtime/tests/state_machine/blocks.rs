//! Real blocks: header, VRF output and time as an author makes them, hooks and inherents as the executive runs them.

use codec::Encode;
use sp_consensus_babe::{
    digests::{PreDigest, SecondaryPlainPreDigest, SecondaryVRFPreDigest},
    make_vrf_sign_data, Slot, VrfSignature, BABE_ENGINE_ID,
};
use sp_core::{crypto::VrfSecret, sr25519, Pair};
use sp_runtime::{traits::Header as _, Digest, DigestItem};
use votive_runtime::*;

/// The one author of the chain.
pub struct Blocks {
    author: sr25519::Pair,
    slot: u64,
    parent: Hash,
    height: BlockNumber,
}

impl Blocks {
    pub fn new() -> Self {
        let author = sr25519::Pair::from_string("//Alice", None).expect("the seed is one of the presets");
        Self { author, slot: 600_000_000, parent: Hash::repeat_byte(7), height: 0 }
    }

    pub fn height(&self) -> BlockNumber {
        self.height
    }

    /// Opens the next block: its hooks run, its time is set. A block without VRF output has a plain secondary slot.
    pub fn open(&mut self, has_vrf: bool) {
        let digest = self.next(has_vrf);
        let header = Header::new(self.height, Hash::zero(), Hash::zero(), self.parent, digest);
        Executive::initialize_block(&header);
        let now = self.slot * SLOT_MILLISECONDS;
        let inherent = UncheckedExtrinsic::new_bare(pallet_timestamp::Call::set { now }.into());
        assert_eq!(Executive::apply_extrinsic(inherent), Ok(Ok(())));
    }

    /// Moves on to the next block and returns the digest of its header.
    pub fn next(&mut self, has_vrf: bool) -> Digest {
        self.height += 1;
        self.slot += 1;
        Digest { logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, self.claim(has_vrf).encode())] }
    }

    /// Closes the block.
    pub fn close(&mut self) {
        self.parent = Executive::finalize_block().hash();
    }

    fn claim(&self, has_vrf: bool) -> PreDigest {
        let (authority_index, slot) = (0, Slot::from(self.slot));
        if !has_vrf {
            return PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index, slot });
        }
        let mut epoch = Babe::current_epoch();
        if self.height > 1 && *slot >= *epoch.start_slot + epoch.duration {
            epoch = Babe::next_epoch();
        }
        let signed = make_vrf_sign_data(&epoch.randomness, slot, epoch.epoch_index);
        let sp_core::sr25519::vrf::VrfSignature { pre_output, proof } = self.author.vrf_sign(&signed);
        let vrf_signature = VrfSignature { pre_output, proof };
        PreDigest::SecondaryVRF(SecondaryVRFPreDigest { authority_index, slot, vrf_signature })
    }
}
