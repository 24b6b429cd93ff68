//! `votive-exact`: prints `NAME DIGEST` for each kernel and each small model.

use clap::{Args, Parser, Subcommand};
use color_eyre::eyre::{eyre, Result};
use std::{
    io::{self, Write},
    num::NonZeroUsize,
    path::{Path, PathBuf},
};
use votive_engine::Threads;
use votive_exact::{kernel_cases, minilm_cases, model_cases, Case, Site, Split};
use votive_kernels::{check_environment, Level};

/// Computes fixed cases and prints a digest of each: the same lines on every machine.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the levels of this processor, the slowest first
    Levels,
    /// Print a line `NAME DIGEST` for each case
    Run(Run),
    /// Print the lines of the kernels' cases as their Wasm build computes them
    #[cfg(feature = "executor")]
    Wasm {
        /// The most rows that are computed together; 0: all.
        #[arg(long, default_value_t = 0)]
        rows: u32,
    },
}

#[derive(Debug, Args)]
struct Run {
    /// The level to compute at; without it, the best of this processor.
    #[arg(long)]
    level: Option<String>,
    /// Threads that share the work of each case.
    #[arg(long, default_value_t = NonZeroUsize::MIN)]
    threads: NonZeroUsize,
    /// The most rows of a product, or tokens of a model, that are computed together; without it, all.
    #[arg(long)]
    rows: Option<NonZeroUsize>,
    /// Folder of the package of all-MiniLM-L6-v2, to run it too.
    #[arg(long)]
    minilm: Option<PathBuf>,
}

fn main() -> Result<()> {
    color_eyre::install()?;
    let mut out = io::stdout().lock();
    match Cli::parse().command {
        Command::Levels => Level::available().into_iter().try_for_each(|level| writeln!(out, "{}", level.name()))?,
        #[cfg(feature = "executor")]
        Command::Wasm { rows } => write!(out, "{}", votive_exact::wasm_kernel_lines(rows)?)?,
        Command::Run(run) => {
            if let Some(name) = &run.level {
                level(name)?.limit_to();
            }
            check_environment()?;
            let split = Split { threads: run.threads, rows: run.rows.unwrap_or(NonZeroUsize::MAX) };
            let folder = tempfile::tempdir()?;
            for case in run.cases(folder.path())? {
                writeln!(out, "{}", case.line(split))?;
            }
        }
    }
    Ok(())
}

impl Run {
    fn cases(&self, folder: &Path) -> Result<Vec<Case>> {
        let mut cases = kernel_cases();
        let threads = &Threads::sharing_all(self.threads)?;
        cases.extend(model_cases(Site { folder, threads })?);
        if let Some(folder) = &self.minilm {
            cases.extend(minilm_cases(folder, threads)?);
        }
        Ok(cases)
    }
}

/// The level of this processor that is called `name`.
fn level(name: &str) -> Result<Level> {
    let levels = Level::available();
    if let Some(level) = levels.iter().find(|level| level.name() == name) {
        return Ok(*level);
    }
    let names: Vec<_> = levels.iter().map(|level| level.name()).collect();
    Err(eyre!("this processor has no level {name:?}; it has {}", names.join(", ")))
}
