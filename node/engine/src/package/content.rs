//! The bytes of a package. What is parsed later is what was hashed here: each file is read once.

use super::listing::{ListedFile, Listing};
use super::{path, PackageError};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use votive_digest::{FileEntry, FileHasher, Hash, CHUNK_BYTES};

/// The root of a listed package, in the memory of one chunk.
pub(crate) fn root(listing: &Listing) -> Result<Hash, PackageError> {
    let entries = listing.files.iter().map(|file| hash_file(file, |_| ())).collect::<Result<Vec<_>, _>>()?;
    Ok(votive_digest::package_root(&entries))
}

/// All files of a package in memory, under the root that their bytes have.
pub(crate) struct Content {
    files: BTreeMap<String, Vec<u8>>,
    root: Hash,
}

impl Content {
    /// Reads the files of `listing` and refuses them if `expected` is another root than theirs.
    pub fn read(listing: &Listing, expected: Option<&Hash>) -> Result<Self, PackageError> {
        let mut files = BTreeMap::new();
        let mut entries = Vec::with_capacity(listing.files.len());
        for file in &listing.files {
            let mut bytes = Vec::new();
            // A refused allocation is an error here; a failed one inside of `extend` would abort the process.
            let size = usize::try_from(file.size).map_err(|_| PackageError::Allocation { bytes: file.size })?;
            bytes.try_reserve_exact(size).map_err(|_| PackageError::Allocation { bytes: file.size })?;
            entries.push(hash_file(file, |chunk| bytes.extend_from_slice(chunk))?);
            files.insert(file.path.clone(), bytes);
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
    pub fn get(&self, path: &str) -> Result<&[u8], PackageError> {
        self.files.get(path).map(Vec::as_slice).ok_or_else(|| PackageError::MissingFile(path.into()))
    }

    /// The paths, in ascending order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }
}

/// Hashes a file chunk by chunk, and hands each chunk on. Refuses a file that is no longer what was listed.
fn hash_file(file: &ListedFile, mut take: impl FnMut(&[u8])) -> Result<FileEntry, PackageError> {
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
        take(&chunk);
    }
    if read != file.size {
        return Err(changed());
    }
    Ok(FileEntry { path: file.path.clone(), size: file.size, root: hasher.finish() })
}
