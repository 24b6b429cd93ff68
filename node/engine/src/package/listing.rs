//! The files of a package's folder: found, measured and judged before one of them is read.

use super::path;
use super::PackageError;
use std::fs;
use std::path::{Path, PathBuf};
use votive_digest::MAX_PACKAGE_FILES;

/// The most folders, one inside of the other, that a package may have.
const MAX_DEPTH: usize = 4;

/// The files of a package, in ascending order of their paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    /// The files.
    pub files: Vec<ListedFile>,
    /// Length of all files together, in bytes.
    pub total_bytes: u64,
}

/// A regular file of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListedFile {
    /// Path inside the package.
    pub path: String,
    /// Where it lies on this machine.
    pub location: PathBuf,
    /// Length in bytes.
    pub size: u64,
    /// When it changed last, as far as the system tells.
    pub modified: Option<std::time::SystemTime>,
}

impl Listing {
    /// Lists `folder`. Refuses links, special files, unsafe paths, forbidden formats, and more files or bytes than allowed.
    pub fn of(folder: &Path, max_bytes: u64) -> Result<Self, PackageError> {
        let mut listing = Self::default();
        listing.add_folder(folder, "", max_bytes, 0)?;
        listing.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(listing)
    }

    /// The file at `path`.
    pub fn get(&self, path: &str) -> Option<&ListedFile> {
        self.files.iter().find(|file| file.path == path)
    }

    fn add_folder(&mut self, folder: &Path, prefix: &str, max_bytes: u64, depth: usize) -> Result<(), PackageError> {
        let io = |source| PackageError::io(folder, source);
        if depth > MAX_DEPTH {
            return Err(PackageError::TooDeep(prefix.into()));
        }
        for entry in fs::read_dir(folder).map_err(io)? {
            let entry = entry.map_err(io)?;
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            // The name as it is, since a lossy one holds characters that are not allowed.
            if !path::is_safe(&path) {
                return Err(PackageError::UnsafePath(path));
            }
            // Of the entry itself: it does not follow links.
            let metadata =
                fs::symlink_metadata(entry.path()).map_err(|source| PackageError::io(entry.path(), source))?;
            if metadata.is_dir() {
                self.add_folder(&entry.path(), &format!("{path}/"), max_bytes, depth + 1)?;
            } else {
                self.add_file(path, entry.path(), &metadata, max_bytes)?;
            }
        }
        Ok(())
    }

    fn add_file(
        &mut self,
        path: String,
        location: PathBuf,
        metadata: &fs::Metadata,
        max_bytes: u64,
    ) -> Result<(), PackageError> {
        if !metadata.is_file() {
            return Err(PackageError::NotAFile(path));
        }
        if let Some(format) = path::forbidden_extension(&path) {
            return Err(PackageError::ForbiddenFormat { path, format });
        }
        if self.files.len() == MAX_PACKAGE_FILES {
            return Err(PackageError::TooManyFiles);
        }
        self.total_bytes = self.total_bytes.saturating_add(metadata.len());
        if self.total_bytes > max_bytes {
            return Err(PackageError::TooLarge { limit: max_bytes });
        }
        self.files.push(ListedFile { path, location, size: metadata.len(), modified: metadata.modified().ok() });
        Ok(())
    }
}
