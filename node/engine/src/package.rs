//! A package: a folder of files that a root names, checked step by step and made into a model that runs.

mod bert_spec;
mod checked;
mod checked_file;
pub(crate) mod content;
mod draft;
mod error;
mod field_checks;
mod golden;
pub(crate) mod listing;
mod llama_spec;
mod manifest;
mod manifest_error;
mod path;
mod tensor_spec;
mod verify;

pub use bert_spec::{BertSpec, Pooling};
pub use checked::CheckedPackage;
pub(crate) use checked_file::CheckedFile;
pub use checked_file::FileError;
pub(crate) use content::root;
pub use draft::{DraftError, PackageDraft};
pub use error::PackageError;
pub use golden::{GoldenError, GoldenFile, GoldenVector, MAX_GOLDEN_VECTORS};
pub use llama_spec::{LlamaSpec, RotaryRows, MAX_STOP_TOKENS};
pub(crate) use manifest::FORMAT;
pub use manifest::{Architecture, LayerSpec, LimitsSpec, Manifest, MANIFEST_PATH, MAX_MANIFEST_BYTES};
pub use manifest_error::ManifestError;
pub use tensor_spec::{InputSpec, InputType, OutputSpec, OutputType};

use crate::batch::Listed;
use crate::graph::{Computed, End, Generated, LoadedGraph};
use crate::ops::OpError;
use crate::{hex_hash, tokens, Batch, Budget, Completion, EngineLimits, ModelCall, RunError, Threads};
use listing::Listing;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use votive_digest::{AnswerCode, Hash, Parameters};
use votive_kernels::KernelError;

/// A package in memory, ready to run. Calls may run side by side, each on a thread of its own, with the help of the [`Threads`] that
/// the package was loaded for.
pub struct Package {
    root: Hash,
    size: u64,
    memory_bytes: u64,
    call_bytes: u64,
    manifest: Manifest,
    golden: GoldenFile,
    graph: LoadedGraph,
    threads: Arc<Threads>,
}

impl Package {
    /// Checks and loads the package in `folder`; with `expected`, only if that is its root. A call has no thread but its own.
    pub fn load(folder: &Path, expected: Option<&Hash>, limits: &EngineLimits) -> Result<Self, PackageError> {
        CheckedPackage::read(folder, expected, limits)?.load(Threads::one())
    }

    /// The root of the bytes that were loaded.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// Length of all files together, in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Memory for loading the package and for one call, in bytes.
    pub fn memory_bytes(&self) -> u64 {
        self.memory_bytes
    }

    /// Memory that each further call beside the first one takes, in bytes.
    pub fn call_bytes(&self) -> u64 {
        self.call_bytes
    }

    /// What the package says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Its golden vectors.
    pub fn golden(&self) -> &GoldenFile {
        &self.golden
    }

    /// Answers `input`. What does not generate is not changed by `parameters`.
    pub fn run(&self, input: &[u8], parameters: &Parameters) -> Result<Completion, RunError> {
        self.run_within(input, parameters, &Budget::unlimited())
    }

    /// As [`run`](Self::run), within `budget`.
    pub fn run_within(&self, input: &[u8], parameters: &Parameters, budget: &Budget) -> Result<Completion, RunError> {
        let call = ModelCall { input: input.to_vec(), parameters: *parameters, budget: budget.clone() };
        let mut one = Listed::new(vec![call]);
        let ran = self.run_graph(&mut one);
        completion(ran.and_then(|()| one.into_ends().pop().flatten().unwrap_or(Ok(None))))
    }

    /// Runs `calls` together, as [`run_batch`](Self::run_batch) does, and returns how each ended, in their order.
    pub fn run_all(&self, calls: Vec<ModelCall>) -> Vec<Result<Completion, RunError>> {
        let mut all = Listed::new(calls);
        self.run_batch(&mut all);
        all.into_ends()
            .into_iter()
            .map(|end| end.expect("a batch is over when all its calls have ended; qed"))
            .collect()
    }

    /// Runs the calls of a batch together until there is none. Each completes as it does alone, to the bit: what they share is the
    /// reading of the weights. They hold the memory of as many calls as run.
    ///
    /// Calls that give values end together: once all are cancelled, or the last of their times is over.
    pub fn run_batch(&self, batch: &mut dyn Batch<ModelCall, Result<Completion, RunError>>) {
        loop {
            let mut completing = Completing { batch: &mut *batch, open: BTreeMap::new() };
            let ran = self.run_graph(&mut completing);
            let open = completing.open;
            if ran.is_ok() {
                return;
            }
            // It may be one call's end, of which the others must not know; or this thread's, before a call was taken.
            let alone: Vec<_> = open.into_iter().chain(batch.next()).collect();
            if alone.is_empty() {
                return;
            }
            for (number, ModelCall { input, parameters, budget }) in alone {
                batch.ended(number, self.run_within(&input, &parameters, &budget));
            }
        }
    }

    /// # Errors
    /// What ended all calls that run.
    fn run_graph(&self, batch: &mut dyn Batch<ModelCall, End<Computed>>) -> Result<(), OpError> {
        // Foreign code of the process may have changed how this thread rounds.
        votive_kernels::check_environment()?;
        let _running = self.threads.begin();
        self.graph.run(batch)
    }

    /// The text of an output of tokens, for people and for no hash, if the package has a tokenizer that knows it.
    pub fn text(&self, output: &[u8]) -> Option<String> {
        self.graph.text(&tokens::whole_ids(output)?)
    }

    /// Runs the golden vectors and returns how many there are.
    pub fn check_golden(&self) -> Result<usize, GoldenError> {
        self.check_golden_within(&Budget::unlimited())
    }

    /// As [`check_golden`](Self::check_golden), within `budget` for all vectors together.
    pub fn check_golden_within(&self, budget: &Budget) -> Result<usize, GoldenError> {
        for (index, vector) in self.golden.vectors.iter().enumerate() {
            let expected = vector.digest.ok_or(GoldenError::NoDigest(index))?;
            let actual = self.run_within(&vector.input, &vector.parameters, budget)?.golden_digest();
            if actual != expected {
                return Err(GoldenError::Mismatch { index, expected, actual });
            }
        }
        Ok(self.golden.vectors.len())
    }

    /// The golden vectors with the digests of this machine's answers.
    pub fn answer_golden(&self) -> Result<GoldenFile, RunError> {
        let mut golden = self.golden.clone();
        for vector in &mut golden.vectors {
            vector.digest = Some(self.run(&vector.input, &vector.parameters)?.golden_digest());
        }
        Ok(golden)
    }
}

/// The calls of a batch, of which those that run are kept, on the way from what is computed to completions.
struct Completing<'a> {
    batch: &'a mut dyn Batch<ModelCall, Result<Completion, RunError>>,
    open: BTreeMap<usize, ModelCall>,
}

impl Batch<ModelCall, End<Computed>> for Completing<'_> {
    fn next(&mut self) -> Option<(usize, ModelCall)> {
        let (number, call) = self.batch.next()?;
        self.open.insert(number, call.clone());
        Some((number, call))
    }

    fn ended(&mut self, number: usize, end: End<Computed>) {
        self.open.remove(&number);
        self.batch.ended(number, completion(end));
    }
}

impl fmt::Debug for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Package")
            .field("root", &hex_hash(&self.root))
            .field("name", &self.manifest.name)
            .finish_non_exhaustive()
    }
}

/// The root and the size of the package in `folder`, of which nothing is parsed.
pub fn root_of(folder: &Path, limits: &EngineLimits) -> Result<(Hash, u64), PackageError> {
    let listing = Listing::of(folder, limits.max_package_bytes)?;
    Ok((root(&listing)?, listing.total_bytes))
}

/// What a graph found, or the completion that it is when there is no answer. Only a fault of this machine is an error.
fn ended<T>(found: Result<Option<T>, OpError>) -> Result<Result<T, Completion>, RunError> {
    match found {
        Ok(Some(found)) => Ok(Ok(found)),
        Ok(None) => Ok(Err(Completion::failed(AnswerCode::InputMismatch))),
        Err(OpError::Kernel(KernelError::NotFinite)) => Ok(Err(Completion::failed(AnswerCode::NotFinite))),
        Err(OpError::Kernel(refusal)) => Err(RunError::Kernel(refusal)),
        Err(OpError::Candle(error)) => Err(RunError::Candle(error)),
        Err(OpError::Stopped(stopped)) => Err(RunError::Stopped(stopped)),
    }
}

/// What a call of a graph ends in.
fn completion(computed: Result<Option<Computed>, OpError>) -> Result<Completion, RunError> {
    let completed = computed.and_then(|computed| computed.map(completed).transpose());
    Ok(ended(completed)?.unwrap_or_else(|failed| failed))
}

/// The answer that a graph computed.
fn completed(computed: Computed) -> Result<Completion, OpError> {
    let (output, units, mut last_layer_inputs) = match computed {
        Computed::Values(forward) => (canonical_bytes(forward.output)?, 1, forward.last_layer_inputs),
        Computed::Tokens(Generated { tokens, last_layer_inputs }) => {
            let output = tokens.iter().flat_map(|token| token.to_le_bytes()).collect();
            // At most MAX_OUTPUT_BYTES / 4 by the manifest's check; qed
            (output, tokens.len() as u32, last_layer_inputs)
        }
    };
    votive_kernels::canonicalise(&mut last_layer_inputs)?;
    let trace = votive_digest::trace_of_values(&last_layer_inputs);
    Ok(Completion { code: AnswerCode::Complete, output, units, trace })
}

/// Values in the form that an answer and a trace have.
fn canonical_bytes(mut values: Vec<f32>) -> Result<Vec<u8>, OpError> {
    votive_kernels::canonicalise(&mut values)?;
    Ok(bytes(&values))
}

/// Values as little-endian bytes.
pub(crate) fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Little-endian bytes as values; a tail of less than four bytes is left out.
pub(crate) fn f32s(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect()
}
