//! A folder of packages, found by their roots.

use crate::hex_hash;
use crate::package::{listing::Listing, MANIFEST_PATH};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::{fs, io};
use votive_digest::Hash;

/// A folder whose direct sub-folders are packages, whatever their names.
#[derive(Debug)]
pub struct PackageStore {
    folder: PathBuf,
    known: Mutex<HashMap<PathBuf, Known>>,
}

/// A sub-folder as it was when it was looked into.
#[derive(Debug)]
struct Known {
    listing: Listing,
    /// `None` if it cannot be a package.
    root: Option<Hash>,
}

/// Why a package store cannot give a package.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store's folder cannot be read.
    #[error("cannot read the package store {path}: check that it is a folder and that the worker may read it")]
    Io {
        /// The store's folder.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// No sub-folder has that root.
    #[error("no package in {folder} has root 0x{}; put its folder there ({refused} other folders are no packages: see `votive-engine verify`)", hex_hash(root))]
    Unknown {
        /// The root asked for.
        root: Hash,
        /// The store's folder.
        folder: PathBuf,
        /// Sub-folders that cannot be packages.
        refused: usize,
    },
}

impl PackageStore {
    /// Opens the store at `folder`, which must exist.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let store = Self { folder: folder.into(), known: Mutex::default() };
        store.sub_folders()?;
        Ok(store)
    }

    /// The folder of the package that `root` names: the one with that name in hexadecimal, or else the one whose files
    /// have that root. Roots are computed once; an unknown root has new and changed folders looked into.
    ///
    /// The caller checks the root again when it reads the package, since a folder may change at any time.
    pub fn locate(&self, root: &Hash) -> Result<PathBuf, StoreError> {
        let name = hex_hash(root);
        let named = [name.clone(), format!("0x{name}")].map(|name| self.folder.join(name));
        if let Some(folder) = named.into_iter().find(|folder| folder.is_dir()) {
            return Ok(folder);
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let find = |known: &HashMap<PathBuf, Known>| {
            let mut found = known.iter().filter(|(_, known)| known.root == Some(*root));
            found.next().map(|(folder, _)| folder.clone())
        };
        if let Some(folder) = find(&known).filter(|folder| is_unchanged(folder, &known)) {
            return Ok(folder);
        }
        self.scan(&mut known)?;
        find(&known).ok_or_else(|| StoreError::Unknown {
            root: *root,
            folder: self.folder.clone(),
            refused: known.values().filter(|known| known.root.is_none()).count(),
        })
    }

    /// Looks into each sub-folder that is new or has changed, and forgets those that are gone.
    fn scan(&self, known: &mut HashMap<PathBuf, Known>) -> Result<(), StoreError> {
        let folders = self.sub_folders()?;
        known.retain(|folder, _| folders.contains(folder));
        for folder in folders {
            if is_unchanged(&folder, known) {
                continue;
            }
            // Any length: hashing takes the memory of one chunk. The engine applies its limits when it loads.
            let listing = Listing::of(&folder, u64::MAX).unwrap_or_default();
            let root = listing.get(MANIFEST_PATH).and_then(|_| crate::package::root(&listing).ok());
            known.insert(folder, Known { listing, root });
        }
        Ok(())
    }

    fn sub_folders(&self) -> Result<Vec<PathBuf>, StoreError> {
        let list = || -> io::Result<Vec<PathBuf>> {
            let entries = fs::read_dir(&self.folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
            Ok(entries.into_iter().filter(|path| path.is_dir()).collect())
        };
        list().map_err(|source| StoreError::Io { path: self.folder.clone(), source })
    }
}

/// Whether a folder lists the same files, of the same sizes and times, as when it was looked into.
fn is_unchanged(folder: &Path, known: &HashMap<PathBuf, Known>) -> bool {
    let Some(known) = known.get(folder) else { return false };
    Listing::of(folder, u64::MAX).unwrap_or_default() == known.listing
}
