//! A package whose every byte is accounted for, before its weights are loaded.

use super::content::Content;
use super::golden::MAX_GOLDEN_BYTES;
use super::listing::Listing;
use super::{CheckedFile, GoldenError, GoldenFile, Manifest, ManifestError, Package, PackageError};
use super::{MANIFEST_PATH, MAX_MANIFEST_BYTES};
use crate::graph::{Cost, Plan};
use crate::tokens;
use crate::weights::{read_gguf, Header, Weights, MAX_START_BYTES};
use crate::{EngineLimits, Threads};
use std::path::Path;
use std::sync::Arc;
use votive_digest::Hash;

/// A package that has passed every check but that of its weights' values.
pub struct CheckedPackage {
    content: Content,
    size: u64,
    memory_bytes: u64,
    manifest: Manifest,
    golden: GoldenFile,
    header: Header,
    plan: Plan,
}

impl CheckedPackage {
    /// Checks the package in `folder`; with `expected`, only if that is its root.
    ///
    /// In this order, each step before anything is spent on the next: the list of files and their sizes, the root over
    /// all bytes, the manifest, the header of the weights, the shapes of the layers, the memory. No file stays in memory.
    pub fn read(folder: &Path, expected: Option<&Hash>, limits: &EngineLimits) -> Result<Self, PackageError> {
        let listing = Listing::of(folder, limits.max_package_bytes.min(limits.max_memory_bytes))?;
        if listing.get(MANIFEST_PATH).is_none() {
            return Err(PackageError::MissingFile(MANIFEST_PATH.into()));
        }
        let content = Content::hash(&listing, expected)?;
        let manifest = small(content.get(MANIFEST_PATH)?, MAX_MANIFEST_BYTES, ManifestError::TooLong)?;
        let manifest = Manifest::parse(&manifest)?;
        check_files(&manifest, &content)?;
        let golden =
            GoldenFile::parse(&small(content.get(&manifest.golden)?, MAX_GOLDEN_BYTES, GoldenError::TooLong)?)?;
        let weights = content.get(&manifest.weights)?;
        let header = read_header(&manifest, weights)?;
        let mut plan = Plan::new(&manifest, &header)?;
        if let (Some(file), Some(vocabulary)) = (&manifest.tokenizer, manifest.vocabulary()) {
            let length = usize::try_from(content.get(file)?.size()).unwrap_or(usize::MAX);
            plan.cost.weight_bytes += tokens::memory_bytes(manifest.architecture, length, vocabulary)?;
        }
        let memory_bytes = check_memory(&manifest, loading_bytes(&content, weights, &header), &plan.cost, limits)?;
        Ok(Self { content, size: listing.total_bytes, memory_bytes, manifest, golden, header, plan })
    }

    /// Memory for loading the package and for one call, in bytes.
    pub fn memory_bytes(&self) -> u64 {
        self.memory_bytes
    }

    /// Loads the weights from the bytes that were checked, each chunk of which is checked again as it is read.
    /// The calls' products are shared among `threads`.
    pub fn load(self, threads: Arc<Threads>) -> Result<Package, PackageError> {
        let weights = Weights::new(self.content.get(&self.manifest.weights)?, &self.header, &threads);
        // Its length has been limited where its memory was counted.
        let read = |path: &String| Ok::<_, PackageError>(self.content.get(path)?.start(u64::MAX)?);
        let tokenizer = self.manifest.tokenizer.as_ref().map(read).transpose()?;
        let call_bytes = self.plan.cost.call_bytes;
        let graph = self.plan.load(&self.manifest, tokenizer, &weights)?;
        Ok(Package {
            root: self.content.root(),
            size: self.size,
            memory_bytes: self.memory_bytes,
            call_bytes,
            manifest: self.manifest,
            golden: self.golden,
            graph,
            threads,
        })
    }
}

/// The bytes of a file that is parsed as a whole, if it is at most `limit` bytes long.
fn small<E: Into<PackageError>>(
    file: &CheckedFile,
    limit: usize,
    too_long: impl FnOnce(usize) -> E,
) -> Result<Vec<u8>, PackageError> {
    let size = usize::try_from(file.size()).unwrap_or(usize::MAX);
    if size > limit {
        return Err(too_long(size).into());
    }
    Ok(file.start(file.size())?)
}

/// The header of the weights, which is a GGUF file's if they are named so.
fn read_header(manifest: &Manifest, weights: &CheckedFile) -> Result<Header, PackageError> {
    let mut header = if manifest.has_gguf_weights() {
        let size = usize::try_from(weights.size()).unwrap_or(usize::MAX);
        read_gguf(weights.read(0..size)?, weights.size())?
    } else {
        Header::read(&weights.start(MAX_START_BYTES)?, weights.size())?
    };
    if let Some(llama) = &manifest.llama {
        header.order_rotary_rows(llama.row_order());
    }
    Ok(header)
}

/// The folder holds what the manifest lists, and nothing else.
fn check_files(manifest: &Manifest, content: &Content) -> Result<(), PackageError> {
    if let Some(missing) = manifest.files.iter().find(|file| content.get(file).is_err()) {
        return Err(PackageError::MissingFile(missing.clone()));
    }
    let listed = |path: &str| path == MANIFEST_PATH || manifest.files.iter().any(|file| file == path);
    match content.files().map(|(path, _)| path).find(|path| !listed(path)) {
        Some(unlisted) => Err(PackageError::UnlistedFile(unlisted.into())),
        None => Ok(()),
    }
}

/// The memory for reading a package, beyond what is made of it: the hashes of all chunks, the header of the weights or the other
/// files, a chunk, and a block of a tensor or the rows that are put in order together.
fn loading_bytes(content: &Content, weights: &CheckedFile, header: &Header) -> u64 {
    let hashes: u64 = content.files().map(|(_, file)| file.leaves_bytes()).sum();
    let others: u64 = content.files().map(|(_, file)| file.size()).sum::<u64>().saturating_sub(weights.size());
    hashes
        + others
        + weights.size().min(MAX_START_BYTES)
        + weights.reading_bytes()
        + Weights::LOADING_BYTES.min(weights.size())
        + header.window_bytes()
}

/// The memory that the package needs, at most what its manifest declares, and that at most what the machine spends. It is loaded
/// before it is called, so that the larger of the two counts.
fn check_memory(manifest: &Manifest, loading: u64, cost: &Cost, limits: &EngineLimits) -> Result<u64, PackageError> {
    let need = cost.weight_bytes.saturating_add(cost.call_bytes.max(loading));
    let declared = manifest.limits.memory_bytes;
    if need > declared {
        return Err(PackageError::MemoryUnderstated { need, declared });
    }
    if declared > limits.max_memory_bytes {
        return Err(PackageError::Memory { need: declared, limit: limits.max_memory_bytes });
    }
    Ok(need)
}
