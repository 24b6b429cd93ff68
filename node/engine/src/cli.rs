//! The command line.

mod answer_args;
mod import;
mod pack;
mod package_args;
mod run;
mod verify;
mod verify_answer;

use clap::{Parser, Subcommand};
use color_eyre::eyre::{eyre, Result};
use votive_digest::Hash;
use votive_engine::serve::{LimitArgs, ServeArgs};

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
    /// Makes a package of an ONNX file.
    Import(import::Import),
    /// Checks a folder, computes its root, and writes what a version of it needs for the chain.
    Pack(pack::Pack),
    /// Checks a package and its golden vectors.
    Verify(verify::Verify),
    /// Runs a package on one input.
    Run(run::Run),
    /// Checks whether an answer is the package's; one of tokens by a single pass over prompt and answer.
    VerifyAnswer(verify_answer::VerifyAnswer),
    /// Serves packages on a socket, as the node has it done by a process of its own.
    Serve(ServeArgs),
}

impl Cli {
    /// Does what was asked.
    pub fn run(self) -> Result<()> {
        let limits = self.limits.limits();
        match self.command {
            Command::Import(import) => import.run(&limits),
            Command::Pack(pack) => pack.run(&limits),
            Command::Verify(verify) => verify.run(&limits),
            Command::Run(run) => run.run(&limits),
            Command::VerifyAnswer(verify) => verify.run(&limits),
            Command::Serve(serve) => Ok(serve.run(limits)?),
        }
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
