//! Packages from fixed sequences.

use crate::operands::{Operands, Sequence};
use color_eyre::eyre::{Result, WrapErr};
use safetensors::{tensor::TensorView, Dtype};
use serde_json::{json, Value};
use std::{fs, path::Path, sync::Arc};
use votive_engine::{CheckedPackage, EngineLimits, Package, Threads};

/// Where packages are written, and the threads that share their products.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    pub folder: &'a Path,
    pub threads: &'a Arc<Threads>,
}

/// How matrices are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    F32,
    /// With a scale for each row.
    I8,
}

/// The tensors of a package, as they are drawn from a sequence.
pub struct Tensors {
    weights: Weights,
    sequence: Sequence,
    tensors: Vec<(String, Dtype, Vec<usize>, Vec<u8>)>,
}

impl Tensors {
    /// No tensors yet; those to come are from the sequence number `seed`.
    pub fn new(weights: Weights, seed: u64) -> Self {
        Self { weights, sequence: Sequence::new(seed), tensors: Vec::new() }
    }

    /// Adds f32 values between −`reach` and `reach`, one in 16 of them of another magnitude: far smaller, or zero.
    pub fn f32(&mut self, name: impl Into<String>, shape: &[usize], reach: f32) -> &mut Self {
        let values = (0..shape.iter().product()).flat_map(|_| {
            let value = match self.sequence.below(16) {
                0 => Operands::Subnormal.floats(&mut self.sequence, 1)[0],
                _ => self.sequence.unit(),
            };
            (value.clamp(-1.0, 1.0) * reach).to_le_bytes()
        });
        let bytes = values.collect();
        self.tensors.push((name.into(), Dtype::F32, shape.to_vec(), bytes));
        self
    }

    /// Adds a matrix of values between −`reach` and `reach`, about.
    pub fn matrix(&mut self, name: &str, [rows, columns]: [usize; 2], reach: f32) -> &mut Self {
        let weight = format!("{name}.weight");
        if self.weights == Weights::F32 {
            return self.f32(weight, &[rows, columns], reach);
        }
        let values = self.sequence.int8s(rows * columns);
        let bytes = values.into_iter().map(|value| value.to_le_bytes()[0]).collect();
        self.tensors.push((weight, Dtype::I8, vec![rows, columns], bytes));
        self.f32(format!("{name}.scales"), &[rows], reach / 127.0)
    }

    /// Adds the weight and the bias of a dense layer.
    pub fn dense(&mut self, name: &str, outputs: usize, inputs: usize) -> &mut Self {
        self.matrix(name, [outputs, inputs], 2.0 / (inputs as f32).sqrt()).f32(format!("{name}.bias"), &[outputs], 0.5)
    }

    /// Writes the package of `manifest` and these tensors under its name, and loads it.
    pub fn into_package(self, site: Site<'_>, manifest: &Value) -> Result<Package> {
        let name = manifest["name"].as_str().unwrap_or_default();
        let folder = site.folder.join(name);
        let views = self.tensors.iter().map(|(name, dtype, shape, bytes)| {
            TensorView::new(*dtype, shape.clone(), bytes).map(|view| (name.as_str(), view))
        });
        let weights = safetensors::serialize(views.collect::<Result<Vec<_>, _>>()?, None)?;
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("manifest.json"), manifest.to_string())?;
        fs::write(folder.join("model.safetensors"), weights)?;
        fs::write(folder.join("golden.json"), r#"{"vectors":[{"input":"00"}]}"#)?;
        load(&folder, site.threads).wrap_err_with(|| format!("cannot load the small {name}"))
    }
}

/// Loads the package in `folder`, whose products `threads` share.
pub fn load(folder: &Path, threads: &Arc<Threads>) -> Result<Package> {
    Ok(CheckedPackage::read(folder, None, &EngineLimits::default())?.load(threads.clone())?)
}

/// The manifest of `architecture`, which lacks its layers.
pub fn manifest(name: &str, architecture: &str, input: Value, outputs: usize) -> Value {
    json!({
        "format": 1, "name": name, "task": "test", "licence": "Apache-2.0",
        "architecture": architecture, "kernel_spec": 1,
        "input": input, "output": { "dtype": "f32", "shape": [outputs] },
        "weights": "model.safetensors", "golden": "golden.json", "files": ["golden.json", "model.safetensors"],
        "limits": { "memory_bytes": 16 << 20 },
    })
}

/// An `f32` input: of one kind of operands after the other.
pub fn f32_input(sequence: &mut Sequence, index: usize, count: usize) -> Vec<u8> {
    let values = Operands::ALL[index % Operands::ALL.len()].floats(sequence, count);
    values.into_iter().flat_map(f32::to_le_bytes).collect()
}
