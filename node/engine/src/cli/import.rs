//! `votive-engine import`

#![allow(clippy::print_stdout, reason = "what it imported is the command's answer")]

use super::show;
use clap::Args;
use color_eyre::eyre::{bail, Result, WrapErr};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use votive_engine::import::{import_onnx, ImportOptions};
use votive_engine::{EngineLimits, GoldenFile};

#[derive(Debug, Args)]
pub struct Import {
    /// The ONNX file.
    model: PathBuf,
    /// Folder of the package, which must not be there yet.
    folder: PathBuf,
    /// What people call the model.
    #[arg(long)]
    name: String,
    /// The model's task, such as tabular-classification.
    #[arg(long)]
    task: String,
    /// SPDX expression of the weights' licence.
    #[arg(long)]
    licence: String,
    /// What each value of the output stands for, in their order.
    #[arg(long, value_delimiter = ',')]
    labels: Vec<String>,
    /// The value of the graph at which to end [default: its output, without the look-up of a label].
    #[arg(long, value_name = "VALUE")]
    output: Option<String>,
    /// Inputs for the golden vectors, in a file like a package's golden.json [default: zeros, ones and a ramp].
    #[arg(long, value_name = "FILE")]
    golden: Option<PathBuf>,
}

impl Import {
    pub fn run(self, limits: &EngineLimits) -> Result<()> {
        let file = read(&self.model, limits.max_package_bytes)?;
        let options = ImportOptions {
            name: self.name,
            task: self.task,
            licence: self.licence,
            labels: self.labels,
            output: self.output,
            golden_inputs: self.golden.map_or_else(|| Ok(Vec::new()), |path| golden_inputs(&path, limits))?,
        };
        let imported =
            import_onnx(&file, &options).wrap_err_with(|| format!("cannot import {}", self.model.display()))?;
        let package = imported.draft.write(&self.folder, limits)?;
        let manifest = package.manifest();
        println!("root      {}", show(&package.root()));
        println!("size      {} bytes", package.size());
        println!("memory    {} bytes", package.memory_bytes());
        println!("layers    {} of {:?}", manifest.layers.len(), manifest.architecture);
        println!("input     {} bytes, {:?} {:?}", manifest.input.bytes(), manifest.input.dtype, manifest.input.shape);
        println!("output    {} values", manifest.output.values());
        println!("golden    {} vectors", package.golden().vectors.len());
        for operator in imported.left_out {
            println!("left out  {operator}");
        }
        println!("written   {}", self.folder.display());
        Ok(())
    }
}

/// The bytes of a file that has at most `limit` of them.
fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let cannot = || format!("cannot read {}", path.display());
    let mut bytes = Vec::new();
    File::open(path)
        .wrap_err_with(cannot)?
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .wrap_err_with(cannot)?;
    if bytes.len() as u64 > limit {
        bail!("{} has more than {limit} bytes; raise --max-package-bytes or use a smaller model", path.display());
    }
    Ok(bytes)
}

/// The inputs of a file of golden vectors, whose digests do not matter.
fn golden_inputs(path: &Path, limits: &EngineLimits) -> Result<Vec<Vec<u8>>> {
    let golden = GoldenFile::parse(&read(path, limits.max_package_bytes)?)
        .wrap_err_with(|| format!("cannot take the golden vectors of {}", path.display()))?;
    Ok(golden.vectors.into_iter().map(|vector| vector.input).collect())
}
