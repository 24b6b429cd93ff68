//! What is asked of a model, what it answers, and the hashes that make two answers comparable.

use crate::{hash, Domain, Hash};
use codec::{Compact, Decode, DecodeWithMemTracking, Encode, MaxEncodedLen, Output};
use scale_info::TypeInfo;

/// The longest input of a request, in bytes.
pub const MAX_INPUT_BYTES: u32 = 4096;

/// The longest output of an answer, in bytes.
pub const MAX_OUTPUT_BYTES: u32 = 4096;

/// What a requester chooses about how the model runs. Integers only, so that every machine reads the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Parameters {
    /// The most units (calls or tokens) that the answer may take. At least 1.
    pub max_units: u32,
    /// Seed of the sampling; models that do not sample ignore it.
    pub seed: u64,
    /// Temperature of the sampling in thousandths; 0 takes the most likely token.
    pub temperature_milli: u32,
    /// How many of the most likely tokens are sampled from; 0 means all.
    pub top_k: u32,
}

impl Default for Parameters {
    fn default() -> Self {
        Self { max_units: 1, seed: 0, temperature_milli: 0, top_k: 0 }
    }
}

/// How a deterministic computation ended. The same on every machine, and paid all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[non_exhaustive]
pub enum AnswerCode {
    /// The output is the model's whole answer.
    #[codec(index = 0)]
    Complete,
    /// A NaN or an infinity came up; the output is empty.
    #[codec(index = 1)]
    NotFinite,
    /// The input does not have the shape that the model's manifest declares; the output is empty.
    #[codec(index = 2)]
    InputMismatch,
}

/// Hash of an answer: its code and its output bytes.
pub fn answer_hash(code: AnswerCode, output: &[u8]) -> Hash {
    hash(Domain::Answer, &(code, output))
}

/// The trace: hash of the last layer's inputs at every output position, as the kernel_spec lays them out
/// (little-endian f32, row by row). Who did not compute the answer does not know it.
pub fn trace(last_layer_inputs: &[u8]) -> Hash {
    hash(Domain::Trace, &last_layer_inputs)
}

/// [`trace`] of the bytes of `last_layer_inputs`, which are hashed where they lie.
pub fn trace_of_values(last_layer_inputs: &[f32]) -> Hash {
    hash(Domain::Trace, &BytesOf(last_layer_inputs))
}

/// Encodes as the bytes of its values do: their number, and each value in four bytes, little-endian.
struct BytesOf<'a>(&'a [f32]);

impl Encode for BytesOf<'_> {
    fn encode_to<W: Output + ?Sized>(&self, output: &mut W) {
        /// Values that are written at once, without a copy on a little-endian machine.
        const PIECE: usize = 4096;
        Compact(size_of_val(self.0) as u64).encode_to(output);
        let (pieces, rest) = self.0.as_chunks::<PIECE>();
        pieces.iter().for_each(|piece| piece.encode_to(output));
        rest.iter().for_each(|value| value.encode_to(output));
    }
}

/// H(trace): what a seat reveals of its trace.
pub fn trace_hash(trace: &Hash) -> Hash {
    hash(Domain::TraceHash, trace)
}

/// Digest of an answer to one request: what seats commit to and what settlement compares.
pub fn digest(request: &Hash, answer_hash: &Hash, units: u32, trace_hash: &Hash) -> Hash {
    hash(Domain::Digest, &(request, answer_hash, units, trace_hash))
}

/// Digest of a golden vector: as [`digest`], without a request.
pub fn golden_digest(answer_hash: &Hash, units: u32, trace_hash: &Hash) -> Hash {
    hash(Domain::Golden, &(answer_hash, units, trace_hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_differ_only_in_their_code_have_different_hashes() {
        assert_ne!(answer_hash(AnswerCode::Complete, b""), answer_hash(AnswerCode::NotFinite, b""));
    }

    #[test]
    fn the_digest_covers_each_of_its_parts() {
        let base = digest(&[1; 32], &[2; 32], 3, &[4; 32]);
        assert_ne!(base, digest(&[0; 32], &[2; 32], 3, &[4; 32]));
        assert_ne!(base, digest(&[1; 32], &[0; 32], 3, &[4; 32]));
        assert_ne!(base, digest(&[1; 32], &[2; 32], 0, &[4; 32]));
        assert_ne!(base, digest(&[1; 32], &[2; 32], 3, &[0; 32]));
    }

    #[test]
    fn values_have_the_trace_of_their_bytes() {
        // Lengths around a piece, and those whose number of bytes takes one, two and four bytes.
        for count in [0, 1, 15, 16, 4095, 4096, 4097, 5000, 3 * 4096 + 1] {
            let values: alloc::vec::Vec<f32> = (0..count).map(|index| index as f32 * -0.37).collect();
            let bytes: alloc::vec::Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            assert_eq!(trace_of_values(&values), trace(&bytes), "{count} values");
        }
    }

    #[test]
    fn a_trace_is_not_its_own_hash() {
        let trace = trace(&[0; 8]);
        assert_ne!(trace, trace_hash(&trace));
    }
}
