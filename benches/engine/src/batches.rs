//! Eight calls together, as a multiple of the speed of the same calls one after the other.

use crate::minilm::of_tokens;
use crate::report::Report;
use crate::timing::{candidate, medians};
use crate::Places;
use color_eyre::eyre::{ensure, Result};
use std::path::Path;
use votive_digest::{AnswerCode, Parameters};
use votive_engine::{Budget, Completion, EngineLimits, ModelCall, Package};

/// Calls of a batch: as many as the engine's process takes.
const CALLS: usize = votive_engine::serve::MAX_BATCH;

pub fn run(report: &mut Report, places: &Places) -> Result<()> {
    report.section("eight calls together, as a multiple of the speed of one after the other");
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let load = |folder: &Path| Package::load(folder, None, &EngineLimits::default());
    let digits = load(&models.join("digits/package"))?;
    compare(report, "digits (mlp)", &digits, &digits.golden().vectors[0].input.clone(), 1)?;
    let llama = load(&models.join("tiny-llama/package"))?;
    compare(report, "tiny-llama, 64 tokens each", &llama, b"And God said", 64)?;
    let Some(source) = &places.minilm else {
        report.leave_out("MiniLM", "there is no package of it: run models/minilm/build.py, or give --minilm");
        return Ok(());
    };
    let minilm = load(&of_tokens(source, &places.scratch.join("minilm"))?)?;
    for tokens in [8, 32, 128] {
        let ids: Vec<u8> = (0..tokens).flat_map(|id: u32| (1000 + 37 * id).to_le_bytes()).collect();
        compare(report, &format!("MiniLM, {tokens} tokens each"), &minilm, &ids, 1)?;
    }
    Ok(())
}

fn compare(report: &Report, name: &str, package: &Package, input: &[u8], max_units: u32) -> Result<()> {
    let parameters: Vec<Parameters> =
        (0..CALLS as u64).map(|seed| Parameters { max_units, seed, temperature_milli: 1_000, top_k: 0 }).collect();
    let alone = |parameters: &Parameters| Ok(package.run(input, parameters)?);
    let expected = parameters.iter().map(alone).collect::<Result<Vec<_>>>()?;
    ensure!(together(package, input, &parameters)? == expected, "{name}: a batch gives other answers");
    let seconds = medians(vec![
        candidate(|| parameters.iter().try_for_each(|parameters| alone(parameters).map(drop))),
        candidate(|| together(package, input, &parameters).map(drop)),
    ])?;
    let detail = format!("{:.2}: {:.2} and {:.2} ms", seconds[0] / seconds[1], 1e3 * seconds[0], 1e3 * seconds[1]);
    report.note(name, &detail);
    Ok(())
}

/// Answers `input` together, once for each of `parameters`.
pub fn together(package: &Package, input: &[u8], parameters: &[Parameters]) -> Result<Vec<Completion>> {
    let call = |parameters: &Parameters| ModelCall {
        input: input.to_vec(),
        parameters: *parameters,
        budget: Budget::unlimited(),
    };
    let ends = package.run_all(parameters.iter().map(call).collect());
    let completions = ends.into_iter().collect::<Result<Vec<Completion>, _>>()?;
    ensure!(completions.iter().all(|completion| completion.code == AnswerCode::Complete), "a call has no answer");
    Ok(completions)
}
