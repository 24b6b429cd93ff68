//! Hashes of what goes over the chain: request ids, commitments, salts, bundles and seeds of draws.

use crate::{hash, Domain, Hash, Parameters};
use codec::Encode;

/// Hash of a request's input.
pub fn input_hash(input: &[u8]) -> Hash {
    hash(Domain::Input, &input)
}

/// Request id: no other request has it, on any fork.
///
/// `counter` is the pallet's own count of this requester's requests; `version` is a version's full id.
pub fn request_id(
    genesis: &Hash,
    requester: &impl Encode,
    counter: u64,
    version: &impl Encode,
    input_hash: &Hash,
    parameters: &Parameters,
) -> Hash {
    hash(Domain::Request, &(genesis, requester, counter, version, input_hash, parameters))
}

/// Commitment of a seat to a digest, hidden by a salt and bound to one seat of one attempt.
pub fn commitment(
    genesis: &Hash,
    request: &Hash,
    attempt: u8,
    operator: &impl Encode,
    digest: &Hash,
    salt: &Hash,
) -> Hash {
    hash(Domain::Commitment, &(genesis, request, attempt, operator, digest, salt))
}

/// What the worker key signs, and never publishes, to derive the salts of its seats.
pub fn salt_message(genesis: &Hash) -> Hash {
    hash(Domain::SaltMessage, genesis)
}

/// Salt of a seat, from its key's signature of [`salt_message`]: a restarted worker derives it again.
pub fn salt(signature: &[u8; 64], request: &Hash, attempt: u8) -> Hash {
    hash(Domain::Salt, &(signature, request, attempt))
}

/// What the worker key signs to authorise a bundle of commits or reveals.
pub fn bundle_hash(genesis: &Hash, bundle: &impl Encode) -> Hash {
    hash(Domain::Bundle, &(genesis, bundle))
}

/// Seed of a draw, from the VRF outputs of the request's block and of the block of the draw.
pub fn draw_seed(request_block_vrf: &Hash, draw_block_vrf: &Hash, request: &Hash, attempt: u8) -> Hash {
    hash(Domain::Draw, &(request_block_vrf, draw_block_vrf, request, attempt))
}

/// The number that decides a seat of a draw: the first 16 bytes, little-endian.
pub fn draw_number(seed: &Hash, seat: u32) -> u128 {
    let hash = hash(Domain::DrawNumber, &(seed, seat));
    hash.iter().take(16).rev().fold(0u128, |number, byte| number << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_requests_of_one_requester_have_different_ids() {
        let id = |counter| request_id(&[0; 32], &[1u8; 32], counter, &(0u32, 1u32), &[2; 32], &Parameters::default());
        assert_ne!(id(0), id(1));
    }

    #[test]
    fn a_commitment_is_bound_to_its_operator_and_attempt() {
        let of = |attempt, operator: u8| commitment(&[0; 32], &[1; 32], attempt, &[operator; 32], &[2; 32], &[3; 32]);
        assert_ne!(of(0, 1), of(1, 1));
        assert_ne!(of(0, 1), of(0, 2));
    }
}
