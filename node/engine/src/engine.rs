//! The engine: packages by root, loaded once, run by many threads.

use crate::loaded::Loaded;
use crate::package::{CheckedPackage, Package};
use crate::{Budget, Completion, EngineError, PackageStore};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use votive_digest::{Hash, Parameters};

/// What the engine may spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EngineLimits {
    /// The most bytes that a package's files may have in all.
    pub max_package_bytes: u64,
    /// The most memory, in bytes, that loaded packages may need in all.
    pub max_memory_bytes: u64,
}

impl Default for EngineLimits {
    fn default() -> Self {
        Self { max_package_bytes: 512 << 20, max_memory_bytes: 1 << 30 }
    }
}

/// Runs models by the root of their package. Shared by threads, of which each runs one call at a time.
pub struct Engine {
    store: PackageStore,
    limits: EngineLimits,
    loaded: Mutex<Loaded>,
    /// Held while a package is loaded: one at a time, so that their needs do not add up unseen.
    loading: Mutex<()>,
}

impl Engine {
    /// An engine over the packages of `store`.
    pub fn new(store: PackageStore, limits: EngineLimits) -> Self {
        Self { store, limits, loaded: Mutex::default(), loading: Mutex::default() }
    }

    /// Runs the package that `root` names on `input`, and loads it before if it has to.
    ///
    /// A wrong input and a value that is not finite are completions: every machine finds the same.
    ///
    /// # Errors
    /// What this machine lacks: the package, a readable disk, memory; or a package that must be refused.
    pub fn run(&self, root: &Hash, input: &[u8], parameters: &Parameters) -> Result<Completion, EngineError> {
        self.run_within(root, input, parameters, &Budget::unlimited())
    }

    /// As [`run`](Self::run), within `budget`. Loading counts towards its time, and is not cut short.
    ///
    /// # Errors
    /// As [`run`](Self::run), and that the budget ended the call.
    pub fn run_within(
        &self,
        root: &Hash,
        input: &[u8],
        parameters: &Parameters,
        budget: &Budget,
    ) -> Result<Completion, EngineError> {
        Ok(self.package(root)?.run_within(input, parameters, budget)?)
    }

    /// Runs the package's golden vectors and returns how many there were.
    ///
    /// # Errors
    /// As [`run`](Self::run), and the first vector that this machine answers otherwise.
    pub fn check_golden(&self, root: &Hash) -> Result<usize, EngineError> {
        self.check_golden_within(root, &Budget::unlimited())
    }

    /// As [`check_golden`](Self::check_golden), within `budget` for all vectors together.
    ///
    /// # Errors
    /// As [`check_golden`](Self::check_golden), and that the budget ended the check.
    pub fn check_golden_within(&self, root: &Hash, budget: &Budget) -> Result<usize, EngineError> {
        Ok(self.package(root)?.check_golden_within(budget)?)
    }

    fn package(&self, root: &Hash) -> Result<Arc<Package>, EngineError> {
        if let Some(package) = self.loaded().get(root) {
            return Ok(package);
        }
        let _loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have loaded it while this one waited.
        if let Some(package) = self.loaded().get(root) {
            return Ok(package);
        }
        let folder = self.store.locate(root)?;
        let checked = CheckedPackage::read(&folder, Some(root), &self.limits)?;
        self.loaded().make_room(checked.memory_bytes(), self.limits.max_memory_bytes)?;
        let package = Arc::new(checked.load()?);
        self.loaded().insert(package.clone());
        Ok(package)
    }

    fn loaded(&self) -> MutexGuard<'_, Loaded> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("store", &self.store).field("limits", &self.limits).finish_non_exhaustive()
    }
}
