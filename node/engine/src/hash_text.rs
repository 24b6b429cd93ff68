//! Hashes as people write them.

use votive_digest::Hash;

/// A hash in hexadecimal, without a prefix.
pub fn hex_hash(hash: &Hash) -> String {
    hex::encode(hash)
}

/// A hash of 64 hexadecimal digits, with or without `0x` before them.
pub fn parse_hash(text: &str) -> Option<Hash> {
    let mut hash = Hash::default();
    hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut hash).ok()?;
    Some(hash)
}
