//! The bytes of a package, under the root that they have.

use super::checked_file::CheckedFile;
use super::listing::{ListedFile, Listing};
use super::{path, PackageError};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use votive_digest::{FileEntry, FileHasher, Hash, CHUNK_BYTES};

/// The root of a listed package, in the memory of one chunk.
pub(crate) fn root(listing: &Listing) -> Result<Hash, PackageError> {
    let entries = listing.files.iter().map(|file| Ok(hash_file(file)?.0)).collect::<Result<Vec<_>, PackageError>>()?;
    Ok(votive_digest::package_root(&entries))
}

/// All files of a package, hashed, under the root that their bytes have. None of them is in memory.
pub(crate) struct Content {
    files: BTreeMap<String, CheckedFile>,
    root: Hash,
}

impl Content {
    /// Hashes the files of `listing` and refuses them if `expected` is another root than theirs.
    pub fn hash(listing: &Listing, expected: Option<&Hash>) -> Result<Self, PackageError> {
        let mut files = BTreeMap::new();
        let mut entries = Vec::with_capacity(listing.files.len());
        for file in &listing.files {
            let (entry, leaves) = hash_file(file)?;
            entries.push(entry);
            let checked = CheckedFile::new(file.path.clone(), file.location.clone(), file.size, leaves);
            files.insert(file.path.clone(), checked);
        }
        let root = votive_digest::package_root(&entries);
        match expected {
            Some(expected) if *expected != root => Err(PackageError::WrongRoot { expected: *expected, actual: root }),
            _ => Ok(Self { files, root }),
        }
    }

    /// The root of these bytes.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// The file at `path`.
    pub fn get(&self, path: &str) -> Result<&CheckedFile, PackageError> {
        self.files.get(path).ok_or_else(|| PackageError::MissingFile(path.into()))
    }

    /// The files, in ascending order of their paths.
    pub fn files(&self) -> impl Iterator<Item = (&str, &CheckedFile)> {
        self.files.iter().map(|(path, file)| (path.as_str(), file))
    }
}

/// Hashes a file chunk by chunk; with its entry, the hash of each chunk. Refuses a file that is no longer what was listed.
fn hash_file(file: &ListedFile) -> Result<(FileEntry, Vec<Hash>), PackageError> {
    let io = |source| PackageError::io(&file.location, source);
    let changed = || PackageError::Changed(file.path.clone());
    let opened = File::open(&file.location).map_err(io)?;
    let metadata = opened.metadata().map_err(io)?;
    if !metadata.is_file() || metadata.len() != file.size {
        return Err(changed());
    }
    let mut reader = opened.take(file.size);
    let mut hasher = FileHasher::default();
    let mut chunk = Vec::with_capacity(CHUNK_BYTES);
    let mut read = 0u64;
    loop {
        chunk.clear();
        reader.by_ref().take(CHUNK_BYTES as u64).read_to_end(&mut chunk).map_err(io)?;
        if chunk.is_empty() {
            break;
        }
        if let (0, Some(format)) = (read, path::forbidden_magic(&chunk)) {
            return Err(PackageError::ForbiddenFormat { path: file.path.clone(), format });
        }
        read += chunk.len() as u64;
        hasher.push(&chunk);
    }
    if read != file.size {
        return Err(changed());
    }
    let leaves = hasher.leaves().to_vec();
    Ok((FileEntry { path: file.path.clone(), size: file.size, root: hasher.finish() }, leaves))
}
