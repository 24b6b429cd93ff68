//! Why a package is refused.

use super::{FileError, GoldenError, ManifestError};
use crate::graph::GraphError;
use crate::hex_hash;
use crate::tokens::TokenizerError;
use crate::weights::{GgufError, HeaderError, WeightsError};
use std::path::PathBuf;
use votive_digest::{Hash, MAX_PACKAGE_FILES};

/// Why a package is refused. Paths are those inside of the package, unless said otherwise.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackageError {
    /// A file or folder of this machine cannot be read.
    #[error("cannot read {path}: check that it exists and that the worker may read it")]
    Io {
        /// Its place on this machine.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// A path that leaves the package, or that another system would read otherwise.
    #[error("the package holds `{0}`: a path may have letters, digits and . _ - only, and no `..`; rename the file")]
    UnsafePath(String),
    /// A link, a device or another thing that is not a regular file.
    #[error("`{0}` is a link or a special file; put a regular file in its place")]
    NotAFile(String),
    /// Too many folders inside of each other.
    #[error("folder `{0}` lies too deep; flatten the package")]
    TooDeep(String),
    /// More files than a package may hold.
    #[error("the package has more than {MAX_PACKAGE_FILES} files; merge or remove some")]
    TooManyFiles,
    /// The files are longer than the engine's limit.
    #[error(
        "the package has more than the {limit} bytes that the engine takes; raise its limits or shrink the package"
    )]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// A format that runs code when it is read, or hides what it holds.
    #[error("`{path}` is {format}, which may run code or hide it; convert the weights to safetensors")]
    ForbiddenFormat {
        /// The file.
        path: String,
        /// What it is.
        format: &'static str,
    },
    /// A file that the package needs is not there.
    #[error("the package has no `{0}`; fetch or pack it again")]
    MissingFile(String),
    /// A file that the manifest does not list.
    #[error("`{0}` is not in the manifest's `files`; list it there or remove it")]
    UnlistedFile(String),
    /// A file changed between listing and reading.
    #[error("`{0}` changed while it was read; try again when nothing writes to the package")]
    Changed(String),
    /// The bytes are not the ones that the root names.
    #[error("the package's root is 0x{}, not 0x{}; fetch it again", hex_hash(actual), hex_hash(expected))]
    WrongRoot {
        /// The root asked for.
        expected: Hash,
        /// The root of the bytes.
        actual: Hash,
    },
    /// The manifest needs more than it declares.
    #[error("the package needs {need} bytes of memory, its manifest declares {declared}; raise limits.memory_bytes and pack it again")]
    MemoryUnderstated {
        /// Bytes that the engine counts.
        need: u64,
        /// Bytes by the manifest.
        declared: u64,
    },
    /// The package needs more than this machine may spend.
    #[error(
        "the package needs {need} bytes of memory, the limit is {limit}; raise the engine's limit or do not serve it"
    )]
    Memory {
        /// Bytes by the manifest.
        need: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The system refuses memory for a file.
    #[error("this machine has no {bytes} bytes of memory for a file; free some or do not serve the package")]
    Allocation {
        /// Bytes asked for.
        bytes: u64,
    },
    /// The manifest is refused.
    #[error("{MANIFEST_PATH} is refused", MANIFEST_PATH = super::MANIFEST_PATH)]
    Manifest(#[from] ManifestError),
    /// The golden vectors are refused.
    #[error("the golden vectors are refused")]
    Golden(#[from] GoldenError),
    /// The header of the weights is refused.
    #[error("the header of the weights is refused")]
    Header(#[from] HeaderError),
    /// The header of the weights, a GGUF file, is refused.
    #[error("the header of the weights is refused")]
    Gguf(#[source] GgufError),
    /// The layers do not fit the weights.
    #[error("the layers do not make a graph over the weights")]
    Graph(#[from] GraphError),
    /// The tokenizer is refused.
    #[error("the tokenizer is refused")]
    Tokenizer(#[from] TokenizerError),
    /// The weights are refused.
    #[error("the weights are refused")]
    Weights(#[source] WeightsError),
}

impl From<FileError> for PackageError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Io { path, source } => Self::Io { path, source },
            FileError::Changed(path) => Self::Changed(path),
            FileError::Allocation { bytes } => Self::Allocation { bytes },
        }
    }
}

impl From<GgufError> for PackageError {
    /// A file that cannot be read is the same error, whatever was looked for in it.
    fn from(error: GgufError) -> Self {
        match error {
            GgufError::Io(source) => match source.downcast::<FileError>() {
                Ok(error) => error.into(),
                Err(source) => Self::Gguf(GgufError::Io(source)),
            },
            error => Self::Gguf(error),
        }
    }
}

impl From<WeightsError> for PackageError {
    /// A file that cannot be read is the same error, whatever was looked for in it.
    fn from(error: WeightsError) -> Self {
        match error {
            WeightsError::File(error) => error.into(),
            WeightsError::Allocation { bytes, .. } => Self::Allocation { bytes },
            error => Self::Weights(error),
        }
    }
}

impl PackageError {
    pub(crate) fn io(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::Io { path: path.into(), source }
    }

    /// A short label of the cause, for metrics.
    pub fn cause(&self) -> &'static str {
        match self {
            Self::Io { .. } | Self::Changed(_) => "io",
            Self::Memory { .. } | Self::Allocation { .. } => "memory",
            Self::WrongRoot { .. } => "wrong_root",
            Self::Manifest(_) => "manifest",
            Self::Golden(_) => "golden",
            Self::Header(_) | Self::Gguf(_) | Self::Weights(_) => "weights",
            Self::Graph(_) => "graph",
            Self::Tokenizer(_) => "tokenizer",
            _ => "package",
        }
    }
}
