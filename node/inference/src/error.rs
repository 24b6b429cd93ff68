//! Why the service does not start.

use std::{io, path::PathBuf};
use substrate_prometheus_endpoint::PrometheusError;
use votive_engine::remote::LaunchError;

/// Why the service does not start. The node refuses to run then, rather than to hold seats that it cannot serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The package folder is not there and cannot be made.
    #[error("cannot create the package folder {path}; create it, or name another one with --package-folder")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// The database has no offchain storage, so there is no mailbox.
    #[error("the database has no offchain storage; use ParityDB, or turn the service off: --offchain-worker never, and no --watch")]
    NoMailbox,
    /// The engine's process does not start.
    #[error("cannot start the engine in a process of its own")]
    Engine(#[from] LaunchError),
    /// The node cannot find its own program, which is the engine too.
    #[error("cannot find the program of this node; start it by its path")]
    OwnProgram(#[source] io::Error),
    /// The system gives no thread.
    #[error("cannot start the inference threads; lower --inference-threads")]
    Threads(#[source] io::Error),
    /// The off-chain worker's thread pool or its HTTP client did not start.
    #[error("cannot start the off-chain worker")]
    OffchainWorker(#[source] io::Error),
    /// A metric of the same name exists.
    #[error("cannot register the service's metrics")]
    Metrics(#[from] PrometheusError),
}
