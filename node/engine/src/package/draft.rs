//! A package in memory, on its way to a folder.

use super::golden::MAX_GOLDEN_BYTES;
use super::{GoldenFile, Manifest, Package, PackageError, MANIFEST_PATH, MAX_MANIFEST_BYTES};
use crate::graph::Plan;
use crate::weights::Header;
use crate::{EngineLimits, RunError};
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};

/// What a package's declared memory is a multiple of.
const MEMORY_STEP_BYTES: u64 = 1 << 20;

/// Room for reading the files chunk by chunk, on which nothing else of the declared memory depends.
const READING_BYTES: usize = 256 * 1024;

/// A package that lies in memory only, and whose layers fit its weights.
pub struct PackageDraft {
    manifest: Manifest,
    weights: Vec<u8>,
    golden: GoldenFile,
}

/// Why a package cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DraftError {
    /// There is something already where the package should be.
    #[error("{0} is there already; remove it, or name another folder")]
    Exists(PathBuf),
    /// A file or folder cannot be written.
    #[error("cannot write {path}: check that its folder exists and may be written to")]
    Write {
        /// Its place on this machine.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// The package does not load, or does not answer twice in the same way.
    #[error("the written package is refused")]
    Package(#[from] PackageError),
    /// A golden vector could not be answered.
    #[error("a golden vector could not be answered")]
    Run(#[from] RunError),
}

impl PackageDraft {
    /// A package of a manifest, its weights, and inputs for golden vectors. Its memory is declared here, whatever the manifest says.
    pub(crate) fn new(mut manifest: Manifest, weights: Vec<u8>, golden: GoldenFile) -> Result<Self, PackageError> {
        Manifest::parse(&json(&manifest))?;
        let golden = GoldenFile::parse(&json(&golden))?;
        let cost = Plan::new(&manifest, &Header::read(&weights, weights.len() as u64)?)?.cost;
        let files = weights.len().saturating_add(MAX_MANIFEST_BYTES + MAX_GOLDEN_BYTES + READING_BYTES) as u64;
        let need = files.saturating_add(cost.weight_bytes).saturating_add(cost.call_bytes);
        manifest.limits.memory_bytes = need.next_multiple_of(MEMORY_STEP_BYTES);
        Ok(Self { manifest, weights, golden })
    }

    /// What the package says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Writes the package into `folder`, which must not be there yet, with the digests of its golden vectors, and loads it from there.
    ///
    /// It is written beside `folder` and takes its name only when it loads and its golden vectors hold: a failure leaves nothing behind.
    pub fn write(&self, folder: &Path, limits: &EngineLimits) -> Result<Package, DraftError> {
        if fs::symlink_metadata(folder).is_ok() {
            return Err(DraftError::Exists(folder.into()));
        }
        let write = |path: &Path| {
            let path = path.to_path_buf();
            |source| DraftError::Write { path, source }
        };
        let parent = folder.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
        let beside = tempfile::Builder::new().prefix(".votive-").tempdir_in(parent).map_err(write(parent))?;
        // Inside of the temporary folder, which only its owner may read.
        let draft = beside.path().join("package");
        fs::create_dir(&draft).map_err(write(&draft))?;
        let put = |name: &str, bytes: &[u8]| {
            let path = draft.join(name);
            fs::write(&path, bytes).map_err(write(&path))
        };
        put(MANIFEST_PATH, &json(&self.manifest))?;
        put(&self.manifest.weights, &self.weights)?;
        put(&self.manifest.golden, &json(&self.golden))?;
        let golden = Package::load(&draft, None, limits)?.answer_golden()?;
        put(&self.manifest.golden, &json(&golden))?;
        let package = Package::load(&draft, None, limits)?;
        package.check_golden().map_err(PackageError::Golden)?;
        fs::rename(&draft, folder).map_err(write(folder))?;
        Ok(package)
    }
}

/// A file of JSON as people read it.
fn json(value: &impl Serialize) -> Vec<u8> {
    // Structs of numbers, texts and lists, whose keys are texts; qed
    let mut text = serde_json::to_vec_pretty(value).expect("the value is JSON; qed");
    text.push(b'\n');
    text
}
