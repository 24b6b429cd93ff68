//! Why the engine has no answer.

use crate::package::{GoldenError, PackageError};
use crate::store::StoreError;
use crate::Stopped;
use votive_kernels::KernelError;

/// Why a call has no answer, though its package is loaded: a fault of this machine or of the engine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// A kernel refused for another reason than a value that is not finite.
    #[error("a kernel refused to compute; restart the worker, and report this if it comes again")]
    Kernel(#[source] KernelError),
    /// candle could not hold or move a tensor.
    #[error("candle could not hold or move a tensor; restart the worker, and report this if it comes again")]
    Candle(#[source] candle_core::Error),
    /// The call was ended before it had an answer.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// Why there is no answer: a fault of this machine or of a package, and never an answer itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The store cannot give the package.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The package is refused.
    #[error("the package in the store is refused")]
    Package(#[from] PackageError),
    /// Loaded packages that are in use leave too little memory.
    #[error("packages in use leave {free} bytes of memory and this one needs {need}; try again later, or raise the engine's limit")]
    Busy {
        /// Bytes that the package needs.
        need: u64,
        /// Bytes that are left.
        free: u64,
    },
    /// The call failed.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The golden vectors do not hold on this machine.
    #[error(transparent)]
    Golden(#[from] GoldenError),
}

impl EngineError {
    /// A short label of the cause, for metrics.
    pub fn cause(&self) -> &'static str {
        match self {
            Self::Store(StoreError::Io { .. }) => "io",
            Self::Store(StoreError::Unknown { .. }) => "unknown_package",
            Self::Package(error) => error.cause(),
            Self::Busy { .. } => "memory",
            Self::Run(RunError::Kernel(_)) | Self::Golden(GoldenError::Run(RunError::Kernel(_))) => "kernel",
            Self::Run(RunError::Candle(_)) | Self::Golden(GoldenError::Run(RunError::Candle(_))) => "candle",
            Self::Run(RunError::Stopped(stopped)) | Self::Golden(GoldenError::Run(RunError::Stopped(stopped))) => {
                stopped.cause()
            }
            Self::Golden(_) => "golden",
        }
    }
}
