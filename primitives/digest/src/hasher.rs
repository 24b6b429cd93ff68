use crate::Hash;
use codec::Output;

/// BLAKE2b-256 of what is encoded into it, so that no preimage is ever in memory as a whole.
pub(crate) struct Hasher(blake2b_simd::State);

impl Hasher {
    pub fn new() -> Self {
        Self(blake2b_simd::Params::new().hash_length(size_of::<Hash>()).to_state())
    }

    pub fn finish(self) -> Hash {
        let hash = self.0.finalize();
        hash.as_bytes().try_into().expect("a hash has the length that was asked for; qed")
    }
}

impl Output for Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Encode;

    /// More than one block of BLAKE2b, and no multiple of it.
    const LONG: [u8; 1000] = [7; 1000];

    #[test]
    fn pieces_have_the_hash_of_the_whole() {
        let value = (b"a tag".as_slice(), 5u32, LONG.as_slice(), [1u64; 40]);
        let mut hasher = Hasher::new();
        value.encode_to(&mut hasher);
        assert_eq!(hasher.finish(), sp_crypto_hashing::blake2_256(&value.encode()));
    }

    #[test]
    fn nothing_has_the_hash_of_nothing() {
        assert_eq!(Hasher::new().finish(), sp_crypto_hashing::blake2_256(b""));
    }
}
