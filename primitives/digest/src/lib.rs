#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects))]

extern crate alloc;

mod answer;
mod chain;
mod hasher;
mod package;

pub use answer::{
    answer_hash, digest, golden_digest, trace, trace_hash, trace_of_values, AnswerCode, Parameters, MAX_INPUT_BYTES,
    MAX_OUTPUT_BYTES,
};
pub use chain::{bundle_hash, commitment, draw_number, draw_seed, input_hash, request_id, salt, salt_message};
pub use package::{chunk_hash, file_root, package_root, FileEntry, FileHasher, CHUNK_BYTES, MAX_PACKAGE_FILES};

use codec::Encode;
use hasher::Hasher;

/// A BLAKE2b-256 hash.
pub type Hash = [u8; 32];

/// What a hash is for. Its tag goes first into the hash, so that no two purposes share a preimage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Domain {
    Answer,
    Bundle,
    Chunk,
    Commitment,
    Digest,
    Draw,
    DrawNumber,
    File,
    Golden,
    Input,
    Node,
    Request,
    Salt,
    SaltMessage,
    Trace,
    TraceHash,
}

impl Domain {
    const fn tag(self) -> &'static [u8] {
        match self {
            Domain::Answer => b"votive/1/answer",
            Domain::Bundle => b"votive/1/bundle",
            Domain::Chunk => b"votive/1/chunk",
            Domain::Commitment => b"votive/1/commitment",
            Domain::Digest => b"votive/1/digest",
            Domain::Draw => b"votive/1/draw",
            Domain::DrawNumber => b"votive/1/draw-number",
            Domain::File => b"votive/1/file",
            Domain::Golden => b"votive/1/golden",
            Domain::Input => b"votive/1/input",
            Domain::Node => b"votive/1/node",
            Domain::Request => b"votive/1/request",
            Domain::Salt => b"votive/1/salt",
            Domain::SaltMessage => b"votive/1/salt-message",
            Domain::Trace => b"votive/1/trace",
            Domain::TraceHash => b"votive/1/trace-hash",
        }
    }
}

/// H of the specification: BLAKE2b-256 over the SCALE encoding of (tag, value).
pub(crate) fn hash(domain: Domain, value: &impl Encode) -> Hash {
    let mut hasher = Hasher::new();
    (domain.tag(), value).encode_to(&mut hasher);
    hasher.finish()
}
