//! The manifest: what a package says about itself, and the first of its files that is parsed.

use super::bert_spec::BertSpec;
use super::llama_spec::LlamaSpec;
use super::path;
use super::tensor_spec::{InputSpec, InputType, OutputSpec, OutputType};
use super::ManifestError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Path of the manifest inside its package.
pub const MANIFEST_PATH: &str = "manifest.json";

/// The longest manifest, in bytes.
pub const MAX_MANIFEST_BYTES: usize = 64 * 1024;

/// The most layers of a graph.
pub const MAX_LAYERS: usize = 256;

/// The longest name, task or licence, in bytes.
pub const MAX_TEXT_BYTES: usize = 64;

/// The manifest's format that this crate reads.
pub const FORMAT: u16 = 1;

/// `manifest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Format of the manifest: 1.
    pub format: u16,
    /// What people call the model.
    pub name: String,
    /// The model's task, such as `image-classification`.
    pub task: String,
    /// SPDX expression of the weights' licence.
    pub licence: String,
    /// The family of graphs that runs it.
    pub architecture: Architecture,
    /// The frozen arithmetic in which its answers are defined.
    pub kernel_spec: u16,
    /// What it takes.
    pub input: InputSpec,
    /// What it gives.
    pub output: OutputSpec,
    /// The graph of an mlp or a cnn, from the input on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<LayerSpec>,
    /// The sizes of a bert, whose graph is always the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bert: Option<BertSpec>,
    /// The sizes of a llama, whose graph is always the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub llama: Option<LlamaSpec>,
    /// Path of the `tokenizer.json` of a model that takes texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokenizer: Option<String>,
    /// Path of the safetensors file, or of a GGUF file whose name ends in `.gguf`.
    pub weights: String,
    /// Path of the golden vectors.
    pub golden: String,
    /// Every file of the package but the manifest.
    pub files: Vec<String>,
    /// What a machine must be able to spend.
    pub limits: LimitsSpec,
}

/// A family of graphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Architecture {
    /// Multi-layer perceptron: linear layers and activations.
    Mlp,
    /// Convolutional network: convolutions and pools, then the layers of an mlp.
    Cnn,
    /// Transformer encoder from tokens to one embedding.
    Bert,
    /// Transformer decoder that generates tokens.
    Llama,
}

/// A layer and the tensors it takes from the weights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum LayerSpec {
    /// `x · weightᵀ + bias`.
    Linear {
        /// F32 or I8, `[outputs, inputs]`.
        weight: String,
        /// F32 `[outputs]`: what one step of an I8 weight is worth. Only, and always, with an I8 weight.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scales: Option<String>,
        /// F32 `[outputs]`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bias: Option<String>,
    },
    /// Two-dimensional convolution.
    #[serde(rename = "conv2d")]
    Conv2d {
        /// F32 `[out channels, in channels, kernel height, kernel width]`.
        weight: String,
        /// F32 `[out channels]`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bias: Option<String>,
        /// Rows and columns from one window to the next.
        stride: usize,
        /// Rows and columns of zeros on each side.
        padding: usize,
    },
    /// Maximum over square windows.
    #[serde(rename = "max_pool2d")]
    MaxPool2d {
        /// Rows and columns of a window.
        kernel: usize,
        /// Rows and columns from one window to the next.
        stride: usize,
    },
    /// `[channels, height, width]` to one row.
    Flatten {},
    /// Negative values become zero.
    Relu {},
    /// Hyperbolic tangent.
    Tanh {},
    /// Logistic function.
    Sigmoid {},
    /// Probabilities over a row.
    Softmax {},
}

/// What a machine must be able to spend on a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsSpec {
    /// Memory for the files, the weights and one call, in bytes.
    pub memory_bytes: u64,
}

impl Manifest {
    /// Parses and checks a manifest by itself; the package checks it against its files and weights.
    pub fn parse(json: &[u8]) -> Result<Self, ManifestError> {
        if json.len() > MAX_MANIFEST_BYTES {
            return Err(ManifestError::TooLong(json.len()));
        }
        let manifest: Self = serde_json::from_slice(json)?;
        manifest.check()?;
        Ok(manifest)
    }

    /// The most units of one answer: the tokens that a llama generates; other models are metered by the call.
    pub fn max_units(&self) -> u32 {
        match self.architecture {
            // At most MAX_OUTPUT_BYTES / 4 by the manifest's check; qed
            Architecture::Llama => self.output.values() as u32,
            _ => 1,
        }
    }

    /// Rows of the table of words, of a model of tokens.
    pub(crate) fn vocabulary(&self) -> Option<usize> {
        let llama = self.llama.as_ref().map(|llama| llama.vocabulary);
        llama.or(self.bert.map(|bert| bert.vocabulary))
    }

    /// Whether the weights are a GGUF file: by their name, which the root covers like their bytes.
    pub(crate) fn has_gguf_weights(&self) -> bool {
        self.weights.ends_with(".gguf")
    }

    fn check(&self) -> Result<(), ManifestError> {
        if self.format != FORMAT {
            return Err(ManifestError::Format(self.format));
        }
        if self.kernel_spec != votive_kernels::KERNEL_SPEC {
            return Err(ManifestError::KernelSpec(self.kernel_spec));
        }
        for (field, text) in [("name", &self.name), ("task", &self.task), ("licence", &self.licence)] {
            if text.is_empty() || text.len() > MAX_TEXT_BYTES {
                return Err(ManifestError::Text(field));
            }
        }
        self.input.check()?;
        self.output.check()?;
        self.check_graph()?;
        self.check_weights()?;
        self.check_files()
    }

    fn check_graph(&self) -> Result<(), ManifestError> {
        let takes_tokens = matches!(self.input.dtype, InputType::U32 | InputType::Utf8);
        if takes_tokens != matches!(self.architecture, Architecture::Bert | Architecture::Llama) {
            return Err(ManifestError::InputType(self.architecture));
        }
        if (self.output.dtype == OutputType::U32) != (self.architecture == Architecture::Llama) {
            return Err(ManifestError::OutputType(self.architecture));
        }
        if self.tokenizer.is_some() != (self.input.dtype == InputType::Utf8) {
            return Err(ManifestError::Tokenizer);
        }
        match (self.architecture, &self.bert, &self.llama, self.layers.len()) {
            (Architecture::Bert, Some(bert), None, 0) => bert.check(&self.input),
            (Architecture::Llama, None, Some(llama), 0) => llama.check(&self.input, &self.output),
            (Architecture::Mlp | Architecture::Cnn, None, None, 1..=MAX_LAYERS) => Ok(()),
            (Architecture::Mlp | Architecture::Cnn, None, None, layers) => Err(ManifestError::Layers(layers)),
            _ => Err(ManifestError::Graph(self.architecture)),
        }
    }

    fn check_weights(&self) -> Result<(), ManifestError> {
        if self.has_gguf_weights() && self.architecture != Architecture::Llama {
            return Err(ManifestError::Gguf(self.architecture));
        }
        Ok(())
    }

    fn check_files(&self) -> Result<(), ManifestError> {
        let mut listed = BTreeSet::from([MANIFEST_PATH]);
        for file in &self.files {
            if !path::is_safe(file) {
                return Err(ManifestError::UnsafePath(file.clone()));
            }
            if !listed.insert(file) {
                return Err(ManifestError::DuplicateFile(file.clone()));
            }
        }
        listed.remove(MANIFEST_PATH);
        let mut used = [&self.weights, &self.golden].into_iter().chain(&self.tokenizer);
        match used.find(|used| !listed.contains(used.as_str())) {
            Some(missing) => Err(ManifestError::NotListed(missing.clone())),
            None => Ok(()),
        }
    }
}
