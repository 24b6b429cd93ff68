//! Whole models: packages that are written from fixed sequences, loaded and run by the engine.

mod bert;
mod cnn;
mod llama;
mod mlp;
mod package;

pub use package::Site;

use crate::{Case, Split, Transcript};
use color_eyre::eyre::{Result, WrapErr};
use std::{path::Path, sync::Arc};
use votive_digest::Parameters;
use votive_engine::{Budget, Completion, ModelCall, Package, Threads, Verdict};

/// Inputs of a small model.
const INPUTS: usize = 60;

/// Inputs of a case, so that it tells which ones differ.
const INPUTS_OF_CASE: usize = 10;

/// A loaded model and what it is asked.
struct Model {
    name: &'static str,
    package: Package,
    inputs: Vec<Vec<u8>>,
}

/// The cases of all small models. Their packages are written into a folder.
///
/// # Errors
/// A package that cannot be written or is refused.
pub fn model_cases(site: Site<'_>) -> Result<Vec<Case>> {
    let encoders = [mlp::f32(site)?, mlp::i8(site)?, cnn::f32(site)?, bert::f32(site)?, bert::i8(site)?];
    let decoders = [llama::f32(site)?, llama::i8(site)?];
    Ok(encoders.into_iter().chain(decoders).flat_map(Model::cases).collect())
}

/// The cases of all-MiniLM-L6-v2, whose package is `folder`: three short texts.
///
/// # Errors
/// A package that cannot be read or is refused.
pub fn minilm_cases(folder: &Path, threads: &Arc<Threads>) -> Result<Vec<Case>> {
    let package = package::load(folder, threads)
        .wrap_err_with(|| format!("cannot load {}; models/minilm/README.md tells how it is made", folder.display()))?;
    let texts = ["", "A cat sat.", "Zwölf Boxkämpfer, 東京!"];
    Ok(Model { name: "minilm", package, inputs: texts.map(|text| text.as_bytes().to_vec()).into() }.cases())
}

impl Model {
    fn cases(self) -> Vec<Case> {
        let package = Arc::new(self.package);
        let chunks = self.inputs.chunks(INPUTS_OF_CASE).zip((0..).step_by(INPUTS_OF_CASE));
        chunks
            .map(|(inputs, first)| {
                let (package, inputs) = (package.clone(), inputs.to_vec());
                let name = format!("{}/inputs-{first}-{}", self.name, first + inputs.len() - 1);
                Case::new(name, move |split| answers(&package, &inputs, split))
            })
            .collect()
    }
}

/// The answers to `inputs` and their traces; threads share the products of each.
///
/// One row at a time, each input is answered alone. With more, as many are answered together, and each answer is then checked, one
/// of tokens by one prefill pass: the code, output and trace are the check's, and must be those of the batch.
fn answers(package: &Package, inputs: &[Vec<u8>], split: Split) -> Transcript {
    let numbered: Vec<(&Vec<u8>, u32)> = inputs.iter().zip(0..).collect();
    let completions = numbered.chunks(split.rows.get()).map(|batch| {
        let completions = run(package, batch);
        if split.rows.get() == 1 {
            return completions;
        }
        batch.iter().zip(&completions).map(|(call, completion)| check(package, *call, completion)).collect()
    });
    let mut transcript = Transcript::default();
    for completion in completions.flatten() {
        transcript.bytes(format!("{:?}", completion.code).as_bytes());
        transcript.bytes(&completion.output);
        transcript.bytes(&completion.trace);
    }
    transcript
}

/// Answers inputs together.
fn run(package: &Package, batch: &[(&Vec<u8>, u32)]) -> Vec<Completion> {
    let call = |(input, index): &(&Vec<u8>, u32)| ModelCall {
        input: input.to_vec(),
        parameters: parameters(*index),
        budget: Budget::unlimited(),
    };
    let completions = package.run_all(batch.iter().map(call).collect()).into_iter();
    completions.map(|completion| completion.expect("this machine runs a small model")).collect()
}

/// What the engine finds when it checks the answer of `given`.
fn check(package: &Package, (input, index): (&Vec<u8>, u32), given: &Completion) -> Completion {
    match package.verify(input, &parameters(index), &given.output).expect("this machine checks a small model") {
        Verdict::Right(checked) => {
            assert_eq!(checked, *given, "the check completes as the batch did");
            checked
        }
        Verdict::Wrong(difference) => panic!("an answer is wrong by the check: {difference}"),
    }
}

/// What the input number `index` is asked with: the most likely tokens, or draws from all or some. Only what generates heeds it.
fn parameters(index: u32) -> Parameters {
    let (temperature_milli, top_k) = [(0, 0), (700, 40), (2_000, 0), (100_000, 5)][index as usize % 4];
    Parameters { max_units: 17 - index % 3, seed: u64::from(index), temperature_milli, top_k }
}
