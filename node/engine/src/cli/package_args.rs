//! The package that a command is about.

use clap::Args;
use color_eyre::eyre::Result;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;
use votive_digest::Hash;
use votive_engine::{CheckedPackage, EngineLimits, Package, Threads};

#[derive(Debug, Args)]
pub struct PackageArgs {
    /// Folder of the package.
    pub folder: PathBuf,
    /// How many threads compute; no bit depends on it. By default as many as there are cores.
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

impl PackageArgs {
    /// Checks and loads the package; with `root`, only if that is its root.
    pub fn load(&self, root: Option<&Hash>, limits: &EngineLimits) -> Result<Package> {
        let cores = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let threads = Threads::new(self.threads.unwrap_or_else(cores))?;
        Ok(CheckedPackage::read(&self.folder, root, limits)?.load(threads)?)
    }
}
