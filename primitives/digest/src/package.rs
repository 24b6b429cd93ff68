//! The Merkle root that names a package.
//!
//! A package is a list of files. Each file is cut into chunks of 64 KiB, which are the leaves of a binary tree; the
//! package's own tree has one leaf a file, in ascending order of the paths, over (path, size, file root). A level with an
//! odd count hands its last hash up unchanged. So the chain can check a single chunk of a single file.

use crate::{hash, Domain, Hash};
use alloc::vec::Vec;
use codec::Encode;

/// Length of a chunk in bytes; only a file's last chunk may be shorter.
pub const CHUNK_BYTES: usize = 64 * 1024;

/// The most files that a package may hold, its manifest included.
pub const MAX_PACKAGE_FILES: usize = 64;

/// One file of a package, as its root covers it.
#[derive(Clone, Debug, PartialEq, Eq, Encode)]
pub struct FileEntry {
    /// Path inside the package, `/` between folders.
    pub path: alloc::string::String,
    /// Length in bytes.
    pub size: u64,
    /// Root of the file's chunks.
    pub root: Hash,
}

/// Hash of one chunk of a file.
pub fn chunk_hash(chunk: &[u8]) -> Hash {
    hash(Domain::Chunk, &chunk)
}

/// Root of a whole file that is in memory.
pub fn file_root(content: &[u8]) -> Hash {
    let mut hasher = FileHasher::default();
    content.chunks(CHUNK_BYTES).for_each(|chunk| hasher.push(chunk));
    hasher.finish()
}

/// Root of a package. The order of `entries` does not matter.
pub fn package_root(entries: &[FileEntry]) -> Hash {
    let mut sorted: Vec<&FileEntry> = entries.iter().collect();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    merkle_root(sorted.into_iter().map(|entry| hash(Domain::File, entry)).collect())
}

/// Root of a file that arrives chunk by chunk.
#[derive(Default)]
pub struct FileHasher {
    leaves: Vec<Hash>,
}

impl FileHasher {
    /// Takes the next chunk: [`CHUNK_BYTES`] long, but for the last one.
    pub fn push(&mut self, chunk: &[u8]) {
        self.leaves.push(chunk_hash(chunk));
    }

    /// The hashes of the chunks taken, in their order: who keeps them can check a chunk that is read again.
    pub fn leaves(&self) -> &[Hash] {
        &self.leaves
    }

    /// The root of the chunks taken. A file without content has the root of one empty chunk.
    pub fn finish(self) -> Hash {
        if self.leaves.is_empty() {
            return merkle_root(alloc::vec![chunk_hash(&[])]);
        }
        merkle_root(self.leaves)
    }
}

fn merkle_root(mut level: Vec<Hash>) -> Hash {
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => hash(Domain::Node, &(left, right)),
                [single] => *single,
                _ => unreachable!("chunks(2) yields one or two hashes; qed"),
            })
            .collect();
    }
    level.into_iter().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, content: &[u8]) -> FileEntry {
        FileEntry { path: path.into(), size: content.len() as u64, root: file_root(content) }
    }

    #[test]
    fn the_root_does_not_depend_on_the_order_of_the_files() {
        let (a, b) = (entry("a", b"1"), entry("b", b"2"));
        assert_eq!(package_root(&[a.clone(), b.clone()]), package_root(&[b, a]));
    }

    #[test]
    fn the_root_changes_with_a_path_and_with_a_byte() {
        let base = package_root(&[entry("a", b"1"), entry("b", b"2")]);
        assert_ne!(base, package_root(&[entry("a", b"1"), entry("c", b"2")]));
        assert_ne!(base, package_root(&[entry("a", b"1"), entry("b", b"3")]));
    }

    #[test]
    fn a_file_of_one_chunk_has_that_chunks_hash_as_its_root() {
        assert_eq!(file_root(b"x"), chunk_hash(b"x"));
        assert_eq!(file_root(b""), chunk_hash(b""));
    }

    #[test]
    fn three_chunks_hand_the_odd_one_up() {
        let content = alloc::vec![7u8; CHUNK_BYTES * 2 + 1];
        let full = chunk_hash(&content[..CHUNK_BYTES]);
        let pair = hash(Domain::Node, &(full, full));
        assert_eq!(file_root(&content), hash(Domain::Node, &(pair, chunk_hash(&[7]))));
    }
}
