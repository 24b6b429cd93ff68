//! Whole models: packages that are written from fixed sequences, loaded and run by the engine.

mod bert;
mod cnn;
mod llama;
mod mlp;
mod package;

use crate::{Case, Split, Transcript};
use color_eyre::eyre::{Result, WrapErr};
use std::{path::Path, sync::Arc};
use votive_digest::Parameters;
use votive_engine::{EngineLimits, Package, Verdict};

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

/// The cases of all small models. Their packages are written into `folder`.
///
/// # Errors
/// A package that cannot be written or is refused.
pub fn model_cases(folder: &Path) -> Result<Vec<Case>> {
    let encoders = [mlp::f32(folder)?, mlp::i8(folder)?, cnn::f32(folder)?, bert::f32(folder)?, bert::i8(folder)?];
    let decoders = [llama::f32(folder)?, llama::i8(folder)?];
    Ok(encoders.into_iter().chain(decoders).flat_map(Model::cases).collect())
}

/// The cases of all-MiniLM-L6-v2, whose package is `folder`: three short texts.
///
/// # Errors
/// A package that cannot be read or is refused.
pub fn minilm_cases(folder: &Path) -> Result<Vec<Case>> {
    let package = Package::load(folder, None, &EngineLimits::default())
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

/// The answers to `inputs` and their traces; threads run their inputs side by side.
///
/// One row at a time, an answer of tokens is generated. With more it is then checked by one prefill pass, and the code, output and
/// trace are the check's: they must be those of generating.
fn answers(package: &Package, inputs: &[Vec<u8>], split: Split) -> Transcript {
    let mut transcript = Transcript::default();
    let completions = split.each(inputs.iter().zip(0..).collect(), |(input, index): (&Vec<u8>, u32)| {
        let parameters = parameters(index);
        let completion = package.run(input, &parameters).expect("this machine runs a small model");
        if split.rows.get() == 1 {
            return completion;
        }
        match package.verify(input, &parameters, &completion.output).expect("this machine checks a small model") {
            Verdict::Right(checked) => checked,
            Verdict::Wrong(difference) => panic!("an answer is wrong by the check: {difference}"),
        }
    });
    for completion in completions {
        transcript.bytes(format!("{:?}", completion.code).as_bytes());
        transcript.bytes(&completion.output);
        transcript.bytes(&completion.trace);
    }
    transcript
}

/// What the input number `index` is asked with: the most likely tokens, or draws from all or some. Only what generates heeds it.
fn parameters(index: u32) -> Parameters {
    let (temperature_milli, top_k) = [(0, 0), (700, 40), (2_000, 0), (100_000, 5)][index as usize % 4];
    Parameters { max_units: 17 - index % 3, seed: u64::from(index), temperature_milli, top_k }
}
