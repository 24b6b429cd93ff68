//! The engine: packages by root, loaded once, run by many threads.

mod counted;

use crate::loaded::Loaded;
use crate::package::{CheckedPackage, Package};
use crate::turn::Turn;
use crate::{Batch, Budget, Completion, EngineError, ModelCall, PackageStore, RunError, Threads, Verdict};
use counted::Counted;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
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

/// How an engine did since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EngineUsage {
    /// Bytes that the loaded packages need, with the calls that run, or else one call each.
    pub package_bytes: u64,
    /// Calls whose package was loaded already.
    pub cache_hits: u64,
    /// Calls whose package was not, also where it could not be loaded.
    pub cache_misses: u64,
    /// Milliseconds spent in loading packages.
    pub load_ms: u64,
}

/// Runs models by the root of their package. Shared by threads, of which each runs one call at a time, with the help of the
/// [`Threads`] that no call needs.
pub struct Engine {
    store: PackageStore,
    limits: EngineLimits,
    threads: Arc<Threads>,
    loaded: Mutex<Loaded>,
    /// Packages are loaded one at a time.
    loading: Turn,
    counts: Counts,
}

#[derive(Default)]
struct Counts {
    hits: AtomicU64,
    misses: AtomicU64,
    load_ms: AtomicU64,
}

impl Engine {
    /// An engine over the packages of `store`. A call has no thread but its own.
    pub fn new(store: PackageStore, limits: EngineLimits) -> Self {
        Self {
            store,
            limits,
            threads: Threads::one(),
            loaded: Mutex::default(),
            loading: Turn::default(),
            counts: Counts::default(),
        }
    }

    /// The engine, with `threads` to share the products of its calls.
    #[must_use]
    pub fn with_threads(self, threads: Arc<Threads>) -> Self {
        Self { threads, ..self }
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
        Ok(self.package(root, budget)?.run_within(input, parameters, budget)?)
    }

    /// Runs the calls of a batch, all of the package that `root` names, until there is none: each ends as
    /// [`run_within`](Self::run_within) does alone. As many run at once as there is memory for; the next one waits for it.
    pub fn run_batch(&self, root: &Hash, batch: &mut dyn Batch<ModelCall, Result<Completion, EngineError>>) {
        while let Some((number, call)) = batch.next() {
            match self.package(root, &call.budget) {
                Ok(package) => package.run_batch(&mut Counted::new(self, root, batch, (number, call))),
                Err(error) => batch.ended(number, Err(error)),
            }
        }
    }

    /// Whether `output` is what the package that `root` names answers to `input`; an output of tokens is checked by one pass over
    /// prompt and answer.
    ///
    /// # Errors
    /// As [`run`](Self::run): then this machine cannot tell.
    pub fn verify(
        &self,
        root: &Hash,
        input: &[u8],
        parameters: &Parameters,
        output: &[u8],
    ) -> Result<Verdict, EngineError> {
        self.verify_within(root, input, parameters, output, &Budget::unlimited())
    }

    /// As [`verify`](Self::verify), within `budget`.
    ///
    /// # Errors
    /// As [`verify`](Self::verify), and that the budget ended the check.
    pub fn verify_within(
        &self,
        root: &Hash,
        input: &[u8],
        parameters: &Parameters,
        output: &[u8],
        budget: &Budget,
    ) -> Result<Verdict, EngineError> {
        Ok(self.package(root, budget)?.verify_within(input, parameters, output, budget)?)
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
        Ok(self.package(root, budget)?.check_golden_within(budget)?)
    }

    /// How the engine did since its start.
    pub fn usage(&self) -> EngineUsage {
        let Counts { hits, misses, load_ms } = &self.counts;
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        EngineUsage {
            package_bytes: self.loaded().memory_bytes(),
            cache_hits: read(hits),
            cache_misses: read(misses),
            load_ms: read(load_ms),
        }
    }

    fn package(&self, root: &Hash, budget: &Budget) -> Result<Arc<Package>, EngineError> {
        if let Some(package) = self.loaded().get(root, self.limits.max_memory_bytes)? {
            self.counts.hits.fetch_add(1, Ordering::Relaxed);
            return Ok(package);
        }
        self.counts.misses.fetch_add(1, Ordering::Relaxed);
        let _turn = self.loading.take(budget).map_err(RunError::Stopped)?;
        // Another thread may have loaded it while this one waited.
        if let Some(package) = self.loaded().get(root, self.limits.max_memory_bytes)? {
            return Ok(package);
        }
        let start = Instant::now();
        let loaded = self.load(root);
        let took = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.counts.load_ms.fetch_add(took, Ordering::Relaxed);
        loaded
    }

    /// Loads a package, and drops idle ones for which there is no room beside it.
    fn load(&self, root: &Hash) -> Result<Arc<Package>, EngineError> {
        let folder = self.store.locate(root)?;
        let checked = CheckedPackage::read(&folder, Some(root), &self.limits)?;
        let _room = self.reserve(checked.memory_bytes())?;
        let package = Arc::new(checked.load(self.threads.clone())?);
        self.loaded().insert(package.clone());
        Ok(package)
    }

    /// Keeps room for a package while it is loaded.
    fn reserve(&self, bytes: u64) -> Result<Reserved<'_>, EngineError> {
        self.loaded().reserve(bytes, self.limits.max_memory_bytes)?;
        Ok(Reserved { engine: self, bytes })
    }

    fn loaded(&self) -> MutexGuard<'_, Loaded> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Room that is kept until this is dropped.
struct Reserved<'a> {
    engine: &'a Engine,
    bytes: u64,
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        self.engine.loaded().release(self.bytes);
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("store", &self.store).field("limits", &self.limits).finish_non_exhaustive()
    }
}
