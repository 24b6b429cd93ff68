//! `votive-engine pack`

#![allow(clippy::print_stdout, reason = "what it packed is the command's answer")]

use super::package_args::PackageArgs;
use super::show;
use clap::Args;
use color_eyre::eyre::{OptionExt, Result, WrapErr};
use std::fs;
use std::path::{Path, PathBuf};
use votive_engine::{EngineLimits, VersionFile};

#[derive(Debug, Args)]
pub struct Pack {
    #[command(flatten)]
    package: PackageArgs,
    /// Compute the digests of the golden vectors and write them into the package.
    #[arg(long)]
    golden: bool,
    /// Where to write what the chain needs [default: version.json beside the folder].
    #[arg(long, value_name = "FILE")]
    version_file: Option<PathBuf>,
    /// Units (calls or tokens) that every worker of it computes in one block's time.
    #[arg(long, value_name = "UNITS", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
    units_per_block: u32,
}

impl Pack {
    pub fn run(self, limits: &EngineLimits) -> Result<()> {
        if self.golden {
            write_golden(&self.package, limits)?;
        }
        let package = self.package.load(None, limits)?;
        let version = VersionFile::of(&package, self.units_per_block)?;
        let path = self.version_file.map_or_else(|| beside(&self.package.folder), Ok)?;
        write_json(&path, &version)?;
        println!("root      {}", show(&package.root()));
        println!("size      {} bytes", package.size());
        println!("memory    {} bytes", package.memory_bytes());
        println!("golden    {} vectors", version.golden_vectors.len());
        println!("written   {}", path.display());
        Ok(())
    }
}

/// Answers the golden inputs, and writes their digests into the package.
fn write_golden(arguments: &PackageArgs, limits: &EngineLimits) -> Result<()> {
    let package = arguments.load(None, limits)?;
    write_json(&arguments.folder.join(&package.manifest().golden), &package.answer_golden()?)
}

/// `version.json` beside the folder: inside of it, it would change the root that it tells.
fn beside(folder: &Path) -> Result<PathBuf> {
    let folder = folder.canonicalize().wrap_err_with(|| format!("cannot find {}", folder.display()))?;
    Ok(folder
        .parent()
        .ok_or_eyre("the root of the file system has nothing beside it; give --version-file")?
        .join("version.json"))
}

fn write_json(path: &Path, value: &impl serde::Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value)? + "\n";
    fs::write(path, text).wrap_err_with(|| format!("cannot write {}", path.display()))
}
