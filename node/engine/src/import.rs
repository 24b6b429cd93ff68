//! Import: an ONNX file becomes a package.
//!
//! The way is one: bytes → [`onnx`], the messages, borrowed from the bytes → [`chain`], the operators from the input to the
//! [`ending`] → [`operators`], each of which appends its [`steps`] → [`layers`] and tensors → [`PackageDraft`]. The file is hostile until
//! shown otherwise: every count is bounded, sizes are multiplied out with care and compared with the bytes that are there before
//! memory is taken, no walk recurses, and what is imported takes a small multiple of the file's length.

mod chain;
mod constants;
mod ending;
mod error;
mod input;
mod layers;
mod onnx;
mod operators;
mod steps;

pub use error::{ImportError, OperatorError};
pub use onnx::{OnnxError, MAX_NAME_BYTES};

use crate::package::{
    Architecture, GoldenFile, GoldenVector, InputSpec, InputType, LimitsSpec, Manifest, OutputSpec, OutputType,
    PackageDraft, FORMAT,
};
use crate::weights::safetensors_file;
use chain::{Chain, Producers};
use constants::Constants;
use layers::Layers;
use onnx::Graph;
use steps::{Flow, Steps};
use votive_digest::Parameters;

/// Path of the weights of an imported package.
const WEIGHTS_PATH: &str = "model.safetensors";

/// Path of the golden vectors of an imported package.
const GOLDEN_PATH: &str = "golden.json";

/// What an ONNX file does not say about its package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// What people call the model.
    pub name: String,
    /// The model's task, such as `tabular-classification`.
    pub task: String,
    /// SPDX expression of the weights' licence.
    pub licence: String,
    /// What each value of the output stands for; none if nothing.
    pub labels: Vec<String>,
    /// The value at which the import ends. If it is not told: the graph's output, or what labels are looked up from.
    pub output: Option<String>,
    /// The inputs of the golden vectors, as requests carry them. If there are none: zeros, ones and a ramp.
    pub golden_inputs: Vec<Vec<u8>>,
}

/// What became of an ONNX file.
pub struct Imported {
    /// The package.
    pub draft: PackageDraft,
    /// Operators that the package does not need, such as the look-up of a label, as messages show them.
    pub left_out: Vec<String>,
}

/// Makes a package of the ONNX model in `file`. Nothing is read or written but the bytes, and the same bytes give the same package on
/// every machine.
///
/// # Errors
/// What the file lacks to be a model, the first operator that the engine has nothing for, or what keeps the layers from being a package.
pub fn import_onnx(file: &[u8], options: &ImportOptions) -> Result<Imported, ImportError> {
    let graph = onnx::read_graph(file)?;
    let mut constants = Constants::of(&graph, file.len())?;
    let producers = Producers::of(&graph, &constants)?;
    let end = match &options.output {
        Some(output) => output,
        None => ending::find(&graph, &producers, &constants)?,
    };
    let chain = producers.chain_to(end, &constants)?;
    let left_out = chain.left_out(&graph, &constants);
    let (dtype, flow) = input::read(chain.input)?;
    let steps = steps(&graph, &chain, &mut constants, flow)?;
    let (flow, outputs) = (steps.input(), steps.flow().values());
    let layers = layers(&chain, steps)?;
    let weights = safetensors_file(&layers.tensors).map_err(ImportError::Weights)?;
    let input = input::spec(dtype, flow);
    let golden = golden(&input, &options.golden_inputs);
    let manifest = Manifest {
        format: FORMAT,
        name: options.name.clone(),
        task: options.task.clone(),
        licence: options.licence.clone(),
        architecture: match flow {
            Flow::Row(_) | Flow::Matrix(..) => Architecture::Mlp,
            Flow::Image(..) => Architecture::Cnn,
        },
        kernel_spec: votive_kernels::KERNEL_SPEC,
        input,
        output: OutputSpec { dtype: OutputType::F32, shape: vec![outputs], labels: options.labels.clone() },
        layers: layers.specs,
        bert: None,
        llama: None,
        tokenizer: None,
        weights: WEIGHTS_PATH.into(),
        golden: GOLDEN_PATH.into(),
        files: vec![GOLDEN_PATH.into(), WEIGHTS_PATH.into()],
        // Declared by the draft.
        limits: LimitsSpec { memory_bytes: 0 },
    };
    Ok(Imported { draft: PackageDraft::new(manifest, weights, golden)?, left_out })
}

/// The steps of `chain` from `input` on. The other nodes of `graph` compute the sizes that some of the chain's ask for.
fn steps<'a>(
    graph: &Graph<'a>,
    chain: &Chain<'_, 'a>,
    constants: &mut Constants<'a>,
    input: Flow,
) -> Result<Steps, ImportError> {
    let mut steps = Steps::from(input);
    constants.learn(chain.input.name, input);
    let mut chained = chain.nodes.iter().peekable();
    for node in &graph.nodes {
        if chained.next_if(|next| next.index == node.index).is_none() {
            constants.compute(node);
            continue;
        }
        operators::append(node, constants, &mut steps).map_err(|source| ImportError::operator(node, source))?;
        if let Some(value) = node.outputs.first() {
            constants.learn(value, steps.flow());
        }
    }
    Ok(steps)
}

/// The layers that the steps of `chain` make.
fn layers(chain: &Chain, steps: Steps) -> Result<Layers, ImportError> {
    let last = chain.nodes.last().ok_or_else(|| ImportError::NoOperator(chain.input.name.into()))?;
    Layers::of(steps.finish().map_err(|source| ImportError::operator(last, source))?)
}

/// Golden vectors without digests: of `inputs`, or if there are none, of zeros, of ones, and of a ramp.
fn golden(input: &InputSpec, inputs: &[Vec<u8>]) -> GoldenFile {
    let encode = |value: usize| match input.dtype {
        InputType::U8 => vec![value as u8],
        // Sixteenths are exact, and what models are trained on is mostly near to 1.
        _ => (value as f32 / 16.0).to_le_bytes().to_vec(),
    };
    let one = if input.dtype == InputType::U8 { 1 } else { 16 };
    let values = 0..input.values();
    let made = || {
        let (zeros, ones) = (values.clone().flat_map(|_| encode(0)), values.clone().flat_map(|_| encode(one)));
        vec![zeros.collect(), ones.collect(), values.clone().flat_map(|index| encode(index % 64)).collect()]
    };
    let inputs = if inputs.is_empty() { made() } else { inputs.to_vec() };
    GoldenFile {
        vectors: inputs
            .into_iter()
            .map(|input| GoldenVector { input, parameters: Parameters::default(), digest: None })
            .collect(),
    }
}
