//! Whole models: packages that are written from fixed sequences, loaded and run by the engine.

mod bert;
mod cnn;
mod mlp;
mod package;

use crate::{Case, Split, Transcript};
use color_eyre::eyre::{Result, WrapErr};
use std::{path::Path, sync::Arc};
use votive_digest::Parameters;
use votive_engine::{EngineLimits, Package};

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
    let models = [mlp::f32(folder)?, mlp::i8(folder)?, cnn::f32(folder)?, bert::f32(folder)?, bert::i8(folder)?];
    Ok(models.into_iter().flat_map(Model::cases).collect())
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
fn answers(package: &Package, inputs: &[Vec<u8>], split: Split) -> Transcript {
    let mut transcript = Transcript::default();
    let completions = split.each(inputs.iter().collect(), |input| package.run(input, &Parameters::default()));
    for completion in completions {
        let completion = completion.expect("this machine runs a small model");
        transcript.bytes(format!("{:?}", completion.code).as_bytes());
        transcript.bytes(&completion.output);
        transcript.bytes(&completion.trace);
    }
    transcript
}
