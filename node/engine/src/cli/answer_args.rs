//! Arguments of the commands that answer, or check an answer.

use clap::Args;
use color_eyre::eyre::{Result, WrapErr};
use std::path::PathBuf;
use votive_digest::Parameters;

/// The input: one of the three.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Input {
    /// The input in hexadecimal.
    #[arg(long, value_name = "HEX")]
    input_hex: Option<String>,
    /// The input as a text, for a model that takes texts.
    #[arg(long, value_name = "TEXT")]
    input_text: Option<String>,
    /// A file with the input's bytes.
    #[arg(long, value_name = "FILE")]
    input_file: Option<PathBuf>,
}

impl Input {
    pub fn bytes(&self) -> Result<Vec<u8>> {
        match (&self.input_hex, &self.input_text, &self.input_file) {
            (_, Some(text), _) => Ok(text.clone().into_bytes()),
            (_, _, Some(file)) => std::fs::read(file).wrap_err_with(|| format!("cannot read {}", file.display())),
            (text, ..) => hex_bytes(text.as_deref().unwrap_or_default()).wrap_err("--input-hex is not hexadecimal"),
        }
    }
}

/// What a request asks besides its input.
#[derive(Debug, Args)]
pub struct ParameterArgs {
    /// The most units that the answer may take.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    max_units: u32,
    /// Seed of the sampling.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Temperature of the sampling in thousandths; 0 takes the most likely token.
    #[arg(long, default_value_t = 0)]
    temperature_milli: u32,
    /// How many of the most likely tokens are sampled from; 0 means all.
    #[arg(long, default_value_t = 0)]
    top_k: u32,
}

impl ParameterArgs {
    pub fn parameters(&self) -> Parameters {
        let &Self { max_units, seed, temperature_milli, top_k } = self;
        Parameters { max_units, seed, temperature_milli, top_k }
    }
}

/// Bytes in hexadecimal, with or without `0x` before them.
pub fn hex_bytes(text: &str) -> Result<Vec<u8>> {
    Ok(hex::decode(text.strip_prefix("0x").unwrap_or(text))?)
}
