/// The ChaCha20 block function of RFC 8439 as a generator of integers.
///
/// The key is the seed, the nonce a stream's number (eight bytes, little-endian, then four zeros), and the block counter
/// starts at 0.
pub(crate) struct ChaCha {
    state: [u32; 16],
    block: [u32; 16],
    /// Words of `block` that were taken.
    taken: usize,
}

impl ChaCha {
    /// The stream of number `stream` of `seed`.
    pub(crate) fn new(seed: &[u8; 32], stream: u64) -> Self {
        let mut state = [0; 16];
        state[..4].copy_from_slice(&[0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574]);
        for (word, bytes) in state[4..12].iter_mut().zip(seed.as_chunks().0) {
            *word = u32::from_le_bytes(*bytes);
        }
        state[13] = stream as u32;
        state[14] = (stream >> 32) as u32;
        Self { state, block: [0; 16], taken: 16 }
    }

    /// The next eight bytes of the stream, little-endian.
    pub(crate) fn next_u64(&mut self) -> u64 {
        u64::from(self.next_u32()) | u64::from(self.next_u32()) << 32
    }

    fn next_u32(&mut self) -> u32 {
        if self.taken == self.block.len() {
            self.block = block(&self.state);
            self.state[12] = self.state[12].wrapping_add(1);
            self.taken = 0;
        }
        self.taken += 1;
        self.block[self.taken - 1]
    }
}

/// The words of one block.
fn block(state: &[u32; 16]) -> [u32; 16] {
    let mut words = *state;
    for _ in 0..10 {
        for [a, b, c, d] in [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15]] {
            quarter_round(&mut words, a, b, c, d);
        }
        for [a, b, c, d] in [[0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]] {
            quarter_round(&mut words, a, b, c, d);
        }
    }
    core::array::from_fn(|index| words[index].wrapping_add(state[index]))
}

fn quarter_round(words: &mut [u32; 16], a: usize, b: usize, c: usize, d: usize) {
    for [x, y, z, bits] in [[a, b, d, 16], [c, d, b, 12], [a, b, d, 8], [c, d, b, 7]] {
        words[x] = words[x].wrapping_add(words[y]);
        words[z] = (words[z] ^ words[x]).rotate_left(bits as u32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_is_that_of_rfc_8439() {
        // Section 2.3.2.
        let key: [u8; 32] = core::array::from_fn(|index| index as u8);
        let mut state = ChaCha::new(&key, 0).state;
        state[12..].copy_from_slice(&[1, 0x0900_0000, 0x4a00_0000, 0]);
        let expected = [
            0xe4e7f110, 0x15593bd1, 0x1fdd0f50, 0xc47120a3, 0xc7f4d1c7, 0x0368c033, 0x9aaa2204, 0x4e6cd4c3, 0x466482d2,
            0x09aa9f07, 0x05d7c214, 0xa2028bd9, 0xd19c12b5, 0xb94e16de, 0xe883d0cb, 0x4e3c50a2,
        ];
        assert_eq!(block(&state), expected);
    }

    #[test]
    fn the_stream_goes_on_from_block_to_block() {
        // Appendix A.1, test vectors 1 and 2: the zero key, blocks 0 and 1.
        let mut stream = ChaCha::new(&[0; 32], 0);
        assert_eq!(stream.next_u64(), 0x903d_f1a0_ade0_b876);
        let rest: Vec<u64> = (1..9).map(|_| stream.next_u64()).collect();
        assert_eq!(rest[7] as u32, 0xbee7_079f);
    }

    #[test]
    fn streams_differ() {
        assert_ne!(ChaCha::new(&[0; 32], 1).next_u64(), ChaCha::new(&[0; 32], 1 << 32).next_u64());
    }
}
