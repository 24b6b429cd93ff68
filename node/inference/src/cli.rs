//! The flags of the service, and what they come down to.

use std::{
    num::{NonZeroU32, NonZeroU64},
    path::{Path, PathBuf},
};
use votive_engine::{
    serve::{LimitArgs, ServeArgs, ServeError},
    EngineLimits,
};

/// Flags of the inference service. `--offchain-worker never` turns the whole service off, unless there is `--watch`.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Inference")]
pub struct InferenceParams {
    /// Folder of the packages that this worker serves; it is created if there is none.
    ///
    /// Default: `packages` in the base path.
    #[arg(long, value_name = "PATH")]
    pub package_folder: Option<PathBuf>,

    /// How many threads compute, one core each: as many orders at the same time. Those without an order help the others.
    #[arg(long, value_name = "N", default_value = "1")]
    pub inference_threads: NonZeroU32,

    /// Memory that loaded packages may take, in MiB.
    #[arg(long, value_name = "MiB", default_value = "1024")]
    pub inference_memory: NonZeroU64,

    /// How many orders may wait. Those beyond it stay in the mailbox until there is room.
    #[arg(long, value_name = "N", default_value = "256")]
    pub inference_queue: NonZeroU32,

    /// Compute settled answers again, of the packages that are here, and report those that are wrong.
    ///
    /// It takes one more thread of the engine, and runs off-chain worker and service also where `--offchain-worker` would not.
    #[arg(long)]
    pub watch: bool,
}

impl InferenceParams {
    /// The service's configuration, for a node whose files lie under `base_path`.
    pub fn config(&self, base_path: &Path) -> InferenceConfig {
        let max_memory_bytes = self.inference_memory.get().saturating_mul(1 << 20);
        InferenceConfig {
            package_folder: self.package_folder.clone().unwrap_or_else(|| base_path.join("packages")),
            engine_socket: base_path.join("engine").join("socket"),
            threads: self.inference_threads,
            queue_capacity: usize::try_from(self.inference_queue.get()).unwrap_or(usize::MAX),
            watch: self.watch,
            // A package that fits into the memory is not too large.
            limits: EngineLimits { max_memory_bytes, max_package_bytes: max_memory_bytes },
        }
    }
}

/// How the service runs.
#[derive(Clone, Debug)]
pub struct InferenceConfig {
    /// Folder of the packages.
    pub package_folder: PathBuf,
    /// Where the engine's process listens, in a folder of its own.
    pub engine_socket: PathBuf,
    /// How many threads compute: as many orders at the same time.
    pub threads: NonZeroU32,
    /// How many orders may wait.
    pub queue_capacity: usize,
    /// Whether settled answers are computed again.
    pub watch: bool,
    /// What the engine may spend.
    pub limits: EngineLimits,
}

/// What the node's program does as the engine's process.
#[derive(Clone, Debug, clap::Args)]
pub struct EngineCommand {
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    serve: ServeArgs,
}

impl EngineCommand {
    /// Serves for as long as the process lives.
    ///
    /// # Errors
    /// What [`ServeError`] lists, before anything is served.
    pub fn run(self) -> Result<(), ServeError> {
        self.serve.run(self.limits.limits())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        inference: InferenceParams,
    }

    #[test]
    fn packages_lie_in_the_base_path_by_default() {
        let config = Cli::parse_from(["worker"]).inference.config(Path::new("/base"));
        assert_eq!(config.package_folder, Path::new("/base/packages"));
        assert_eq!((config.threads.get(), config.queue_capacity), (1, 256));
        assert_eq!(config.engine_socket, Path::new("/base/engine/socket"));
        assert_eq!(config.limits.max_memory_bytes, 1 << 30);
    }

    #[test]
    fn flags_override_the_defaults() {
        let flags = ["worker", "--package-folder", "/p", "--inference-threads", "3", "--inference-memory", "2"];
        let config = Cli::parse_from(flags).inference.config(Path::new("/base"));
        assert_eq!(config.package_folder, Path::new("/p"));
        assert_eq!(config.threads.get(), 3);
        assert_eq!(config.limits.max_memory_bytes, 2 << 20);
    }

    #[test]
    fn a_service_without_threads_is_refused() {
        assert!(Cli::try_parse_from(["worker", "--inference-threads", "0"]).is_err());
    }
}
