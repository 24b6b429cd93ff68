#![doc = include_str!("../README.md")]

mod batch;
mod budget;
mod completion;
mod engine;
mod error;
mod graph;
mod hash_text;
pub mod import;
mod loaded;
mod ops;
mod package;
pub mod remote;
pub mod serve;
mod store;
mod threads;
mod tokens;
mod turn;
mod verdict;
mod version;
mod weights;

pub use batch::{Batch, ModelCall};
pub use budget::{Budget, Cancel, Stopped};
pub use completion::Completion;
pub use engine::{Engine, EngineLimits, EngineUsage};
pub use error::{EngineError, RunError};
pub use graph::{Cost, GraphError};
pub use hash_text::{hex_hash, parse_hash};
pub use package::{
    root_of, Architecture, BertSpec, CheckedPackage, DraftError, FileError, GoldenError, GoldenFile, GoldenVector,
    InputSpec, InputType, LayerSpec, LimitsSpec, LlamaSpec, Manifest, ManifestError, OutputSpec, OutputType, Package,
    PackageDraft, PackageError, Pooling, RotaryRows, MANIFEST_PATH, MAX_GOLDEN_VECTORS, MAX_MANIFEST_BYTES,
    MAX_STOP_TOKENS,
};
pub use store::{PackageStore, StoreError};
pub use threads::{Threads, ThreadsError};
pub use tokens::{ByteLevelTokenizer, Tokenizer, TokenizerError};
pub use verdict::{Difference, Verdict};
pub use version::{GoldenHashes, VersionFile, VersionLimits};
pub use weights::{
    read_gguf, ElementType, GgufError, Header, HeaderError, RowOrder, TensorEntry, WeightsError, MAX_DIMENSIONS,
    MAX_GGUF_DIMENSIONS, MAX_GGUF_HEADER_BYTES, MAX_HEADER_BYTES, MAX_NAME_BYTES, MAX_START_BYTES, MAX_TENSORS,
};
