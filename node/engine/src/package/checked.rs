//! A package whose every byte is accounted for, before its weights are loaded.

use super::content::Content;
use super::listing::Listing;
use super::{GoldenFile, Manifest, Package, PackageError, MANIFEST_PATH};
use crate::graph::{Cost, Plan};
use crate::tokens;
use crate::weights::{Header, Weights};
use crate::EngineLimits;
use std::path::Path;
use votive_digest::Hash;

/// A package that has passed every check but that of its weights' values.
pub struct CheckedPackage {
    content: Content,
    size: u64,
    memory_bytes: u64,
    manifest: Manifest,
    golden: GoldenFile,
    plan: Plan,
}

impl CheckedPackage {
    /// Checks the package in `folder`; with `expected`, only if that is its root.
    ///
    /// In this order, each step before anything is spent on the next: the list of files and their sizes, the root over
    /// all bytes, the manifest, the header of the weights, the shapes of the layers, the memory.
    pub fn read(folder: &Path, expected: Option<&Hash>, limits: &EngineLimits) -> Result<Self, PackageError> {
        let listing = Listing::of(folder, limits.max_package_bytes.min(limits.max_memory_bytes))?;
        if listing.get(MANIFEST_PATH).is_none() {
            return Err(PackageError::MissingFile(MANIFEST_PATH.into()));
        }
        let content = Content::read(&listing, expected)?;
        let manifest = Manifest::parse(content.get(MANIFEST_PATH)?)?;
        check_files(&manifest, &content)?;
        let golden = GoldenFile::parse(content.get(&manifest.golden)?)?;
        let header = Header::read(content.get(&manifest.weights)?)?;
        let mut plan = Plan::new(&manifest, &header)?;
        if let (Some(file), Some(bert)) = (&manifest.tokenizer, &manifest.bert) {
            plan.cost.weight_bytes += tokens::memory_bytes(content.get(file)?.len(), bert.vocabulary)?;
        }
        let size = listing.total_bytes;
        let memory_bytes = check_memory(&manifest, size, &plan.cost, limits)?;
        Ok(Self { content, size, memory_bytes, manifest, golden, plan })
    }

    /// Memory for loading the package and for one call, in bytes.
    pub fn memory_bytes(&self) -> u64 {
        self.memory_bytes
    }

    /// Loads the weights from the bytes that were checked.
    pub fn load(self) -> Result<Package, PackageError> {
        let weights = Weights::open(self.content.get(&self.manifest.weights)?)?;
        let tokenizer = self.manifest.tokenizer.as_ref().map(|file| self.content.get(file)).transpose()?;
        let graph = self.plan.load(&self.manifest, tokenizer, &weights)?;
        Ok(Package {
            root: self.content.root(),
            size: self.size,
            memory_bytes: self.memory_bytes,
            manifest: self.manifest,
            golden: self.golden,
            graph,
        })
    }
}

/// The folder holds what the manifest lists, and nothing else.
fn check_files(manifest: &Manifest, content: &Content) -> Result<(), PackageError> {
    if let Some(missing) = manifest.files.iter().find(|file| content.get(file).is_err()) {
        return Err(PackageError::MissingFile(missing.clone()));
    }
    let listed = |path: &str| path == MANIFEST_PATH || manifest.files.iter().any(|file| file == path);
    match content.paths().find(|path| !listed(path)) {
        Some(unlisted) => Err(PackageError::UnlistedFile(unlisted.into())),
        None => Ok(()),
    }
}

/// The memory that the package needs, at most what its manifest declares, and that at most what the machine spends.
fn check_memory(manifest: &Manifest, files: u64, cost: &Cost, limits: &EngineLimits) -> Result<u64, PackageError> {
    let need = files.saturating_add(cost.weight_bytes).saturating_add(cost.call_bytes);
    let declared = manifest.limits.memory_bytes;
    if need > declared {
        return Err(PackageError::MemoryUnderstated { need, declared });
    }
    if declared > limits.max_memory_bytes {
        return Err(PackageError::Memory { need: declared, limit: limits.max_memory_bytes });
    }
    Ok(need)
}
