//! A llama of TinyLlama's shape, 1.1 billion random int8 weights: generating against candle and llama.cpp, and verifying.

mod files;
mod shape;

use crate::batches::together;
use crate::child::Timed;
use crate::peak;
use crate::report::{Report, Target};
use crate::timing::{candidate, floats, median_of, medians, thread_seconds, Candidate};
use crate::Places;
use candle_core::quantized::gguf_file;
use candle_core::{Device, Tensor};
use candle_transformers::models::quantized_llama::ModelWeights;
use color_eyre::eyre::{ensure, Result};
use shape::{MATRICES, PROMPT_TOKENS};
use std::fs::File;
use std::path::{Path, PathBuf};
use votive_digest::Parameters;
use votive_engine::serve::MAX_BATCH;
use votive_engine::{EngineLimits, Package, Verdict};
use votive_kernels::{PackedLinearI8, QuantisedRows};

/// Tokens that a round of decoding generates after the prompt and a first token.
const DECODED: u32 = 16;

/// Bytes of weights that a product is measured over: more than caches hold.
const ROTATED_BYTES: usize = 512 << 20;

/// Tokens of the answer that is verified.
const ANSWER: u32 = 128;

pub fn run(report: &mut Report, places: &Places) -> Result<()> {
    report.section("llama of 1.1 billion int8 weights");
    let (folder, gguf) = (write_package(places)?, places.scratch.join("llama.gguf"));
    files::write_gguf(&gguf)?;
    let limits = EngineLimits { max_package_bytes: 1 << 34, max_memory_bytes: 1 << 34 };
    let package = Package::load(&folder, None, &limits)?;
    decode(report, places, &package, &gguf)?;
    decode_together(report, &package)?;
    verify(report, &package)?;
    drop(package);
    peak::of_package(report, "peak memory as a multiple of the package", &folder)
}

/// The folder of the package.
pub fn write_package(places: &Places) -> Result<PathBuf> {
    let folder = places.scratch.join("llama");
    files::write_package(&folder)?;
    Ok(folder)
}

/// Generating token by token.
fn decode(report: &mut Report, places: &Places, package: &Package, gguf: &Path) -> Result<()> {
    let mut file = File::open(gguf)?;
    let mut candle = ModelWeights::from_gguf(gguf_file::Content::read(&mut file)?, &mut file, &Device::Cpu)?;
    let mut llama_cpp = match &places.llama_cpp {
        Some(python) => Timed::start(python, "llama_cpp_decode.py", &[gguf]),
        None => Err(color_eyre::eyre::eyre!("no --llama-cpp is given")),
    };
    match &llama_cpp {
        Ok(llama_cpp) => report.note("llama.cpp", &llama_cpp.version),
        Err(error) => report.leave_out("llama.cpp", &format!("{error:#}")),
    }
    let mut candidates: Vec<Candidate<'_>> = vec![
        Box::new(|| Ok(generate(package, 1 + DECODED)?.1 - generate(package, 1)?.1)),
        Box::new(|| decode_with_candle(&mut candle)),
    ];
    if let Ok(llama_cpp) = &mut llama_cpp {
        candidates.push(Box::new(|| Ok(llama_cpp.ask(&format!("{PROMPT_TOKENS} {DECODED}"))?[0])));
    }
    let seconds = medians(candidates)?;
    for ((other, target), theirs) in [("candle's Q8_0", 1.2), ("llama.cpp's Q8_0", 0.8)].into_iter().zip(&seconds[1..])
    {
        let rate = |seconds: f64| f64::from(DECODED) / seconds;
        let detail = format!("{:.2} and {:.2} tokens a second", rate(seconds[0]), rate(*theirs));
        report.ratio(&format!("decoding, {other}"), theirs / seconds[0], Target::AtLeast(target), &detail);
    }
    Ok(())
}

/// Generating eight answers at once, beside one.
fn decode_together(report: &Report, package: &Package) -> Result<()> {
    let seconds_of = move |answers: usize, tokens| -> Result<f64> {
        let started = thread_seconds();
        together(package, &shape::prompt(), &vec![parameters(tokens); answers])?;
        Ok(thread_seconds() - started)
    };
    let decoding = |answers| -> Candidate<'_> {
        Box::new(move || Ok(seconds_of(answers, 1 + DECODED)? - seconds_of(answers, 1)?))
    };
    let seconds = medians(vec![decoding(1), decoding(MAX_BATCH)])?;
    let rate = |answers: usize, seconds: f64| answers as f64 * f64::from(DECODED) / seconds;
    let (one, eight) = (rate(1, seconds[0]), rate(MAX_BATCH, seconds[1]));
    let text = format!("{:.2}: {one:.2} and {eight:.2} tokens a second", eight / one);
    report.note("decoding, eight answers and one", &text);
    Ok(())
}

/// An answer of as many tokens as a round of decoding has.
pub fn answer(package: &Package) -> Result<Vec<u8>> {
    Ok(generate(package, DECODED)?.0)
}

/// Checks an answer of [`answer`].
pub fn check_answer(package: &Package, answer: &[u8]) -> Result<()> {
    check(package, DECODED, answer)
}

/// Checks an answer of `tokens`.
fn check(package: &Package, tokens: u32, answer: &[u8]) -> Result<()> {
    let verdict = package.verify(&shape::prompt(), &parameters(tokens), answer)?;
    ensure!(matches!(verdict, Verdict::Right(_)), "the engine's own answer is found wrong");
    Ok(())
}

/// An answer of `tokens`, and the seconds that it took.
fn generate(package: &Package, tokens: u32) -> Result<(Vec<u8>, f64)> {
    let started = thread_seconds();
    let completion = package.run(&shape::prompt(), &parameters(tokens))?;
    let seconds = thread_seconds() - started;
    ensure!(completion.units == tokens, "the engine generated {} tokens, not {tokens}", completion.units);
    Ok((completion.output, seconds))
}

fn parameters(tokens: u32) -> Parameters {
    Parameters { max_units: tokens, ..Parameters::default() }
}

/// The seconds of the tokens after the first one.
fn decode_with_candle(model: &mut ModelWeights) -> Result<f64> {
    let prompt: Vec<u32> = (0..PROMPT_TOKENS).collect();
    model.forward(&Tensor::from_slice(&prompt, (1, prompt.len()), &Device::Cpu)?, 0)?;
    let started = thread_seconds();
    for token in 0..DECODED {
        let logits =
            model.forward(&Tensor::from_slice(&[token], (1, 1), &Device::Cpu)?, (PROMPT_TOKENS + token) as usize)?;
        logits.argmax(1)?;
    }
    Ok(thread_seconds() - started)
}

/// One pass over prompt and answer, against the products that it must compute, and against generating.
fn verify(report: &mut Report, package: &Package) -> Result<()> {
    let (answer, generating) = generate(package, ANSWER)?;
    let rows = (PROMPT_TOKENS + ANSWER - 1) as usize;
    let verifying = median_of(candidate(|| check(package, ANSWER, &answer)))?;
    let mut multiplying = 0.0;
    for matrix in MATRICES {
        // The last product is of the answer's positions alone.
        let rows = if matrix.name == "lm_head" { ANSWER as usize } else { rows };
        multiplying += matrix.count as f64 * product_seconds(rows, matrix.inputs, matrix.outputs)?;
    }
    let detail = format!("{:.2} s, of which products alone {multiplying:.2} s", verifying);
    report.ratio("verifying 128 tokens, product rate", multiplying / verifying, Target::AtLeast(0.8), &detail);
    report.note("generating the same", &format!("{generating:.2} s, {:.1} times verifying", generating / verifying));
    Ok(())
}

/// The seconds of one product with its rows' quantising, by each of several weights in turn: as in a model, no cache holds the one
/// that comes next.
fn product_seconds(rows: usize, inputs: usize, outputs: usize) -> Result<f64> {
    let weight: Vec<i8> = floats(inputs * outputs).into_iter().map(|value| (value * 127.0) as i8).collect();
    let pack = |_| PackedLinearI8::new(&weight, &vec![0.01; outputs], inputs, outputs);
    let packed = (0..ROTATED_BYTES.div_ceil(weight.len())).map(pack).collect::<Result<Vec<_>, _>>()?;
    let (x, mut out) = (floats(rows * inputs), vec![0.0; rows * outputs]);
    let mut next = packed.iter().cycle();
    median_of(candidate(|| {
        let weight = next.next().expect("there is one at least; qed");
        Ok(weight.apply(&QuantisedRows::new(&x, inputs, rows)?, None, &mut out)?)
    }))
}
