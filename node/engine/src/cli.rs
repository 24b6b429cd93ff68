//! The command line.

mod pack;
mod run;
mod verify;

use clap::{Args, Parser, Subcommand};
use color_eyre::eyre::{eyre, Result};
use votive_digest::Hash;
use votive_engine::EngineLimits;

/// Packs, verifies and runs model packages. Exits with 0 only if all went well.
#[derive(Debug, Parser)]
#[command(name = "votive-engine", version)]
pub struct Cli {
    #[command(flatten)]
    limits: LimitArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Checks a folder, computes its root, and writes what a version of it needs for the chain.
    Pack(pack::Pack),
    /// Checks a package and its golden vectors.
    Verify(verify::Verify),
    /// Runs a package on one input.
    Run(run::Run),
}

impl Cli {
    /// Does what was asked.
    pub fn run(self) -> Result<()> {
        let limits = self.limits.limits();
        match self.command {
            Command::Pack(pack) => pack.run(&limits),
            Command::Verify(verify) => verify.run(&limits),
            Command::Run(run) => run.run(&limits),
        }
    }
}

#[derive(Debug, Args)]
struct LimitArgs {
    /// The most bytes that a package may have.
    #[arg(long, global = true, value_name = "BYTES", default_value_t = EngineLimits::default().max_package_bytes)]
    max_package_bytes: u64,
    /// The most memory that a package may need.
    #[arg(long, global = true, value_name = "BYTES", default_value_t = EngineLimits::default().max_memory_bytes)]
    max_memory_bytes: u64,
}

impl LimitArgs {
    fn limits(&self) -> EngineLimits {
        EngineLimits { max_package_bytes: self.max_package_bytes, max_memory_bytes: self.max_memory_bytes }
    }
}

/// A hash as clap reads it.
fn hash(text: &str) -> Result<Hash> {
    votive_engine::parse_hash(text)
        .ok_or_else(|| eyre!("expected 64 hexadecimal digits, with or without 0x before them"))
}

/// A hash as it is printed.
fn show(hash: &Hash) -> String {
    format!("0x{}", votive_engine::hex_hash(hash))
}
