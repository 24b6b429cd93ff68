//! `votive-engine verify`

#![allow(clippy::print_stdout, reason = "what it checked is the command's answer")]

use super::package_args::PackageArgs;
use super::{hash, show};
use clap::Args;
use color_eyre::eyre::Result;
use votive_digest::Hash;
use votive_engine::EngineLimits;

#[derive(Debug, Args)]
pub struct Verify {
    #[command(flatten)]
    package: PackageArgs,
    /// The root that it must have.
    #[arg(long, value_parser = hash)]
    root: Option<Hash>,
}

impl Verify {
    pub fn run(self, limits: &EngineLimits) -> Result<()> {
        let package = self.package.load(self.root.as_ref(), limits)?;
        let manifest = package.manifest();
        let asked = if self.root.is_some() { "as asked" } else { "not compared: give --root to compare it" };
        println!("files     {} and the manifest, {} bytes, no links, no others", manifest.files.len(), package.size());
        println!("root      {} ({asked})", show(&package.root()));
        println!("manifest  {}, {:?}, kernel_spec {}", manifest.name, manifest.architecture, manifest.kernel_spec);
        let llama = manifest.llama.as_ref().map(|llama| llama.layers);
        let layers = llama.or(manifest.bert.map(|bert| bert.layers)).unwrap_or(manifest.layers.len());
        println!("weights   header, shapes of {layers} layers, finite values");
        println!("memory    {} bytes needed, {} declared", package.memory_bytes(), manifest.limits.memory_bytes);
        println!("golden    {} vectors answered to the bit", package.check_golden()?);
        Ok(())
    }
}
