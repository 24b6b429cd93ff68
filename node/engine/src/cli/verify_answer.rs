//! `votive-engine verify-answer`

#![allow(clippy::print_stdout, reason = "what it found is the command's answer")]

use super::answer_args::{hex_bytes, Input, ParameterArgs};
use super::package_args::PackageArgs;
use super::{hash, show};
use clap::Args;
use color_eyre::eyre::{bail, Result, WrapErr};
use votive_digest::Hash;
use votive_engine::{Completion, EngineLimits, Verdict};

#[derive(Debug, Args)]
pub struct VerifyAnswer {
    #[command(flatten)]
    package: PackageArgs,
    #[command(flatten)]
    input: Input,
    /// The answer's output in hexadecimal; empty for an answer without one.
    #[arg(long, value_name = "HEX")]
    output_hex: String,
    #[command(flatten)]
    parameters: ParameterArgs,
    /// The root that the package must have.
    #[arg(long, value_parser = hash)]
    root: Option<Hash>,
    /// H(trace) that the answer must have, as seats reveal it.
    #[arg(long, value_parser = hash)]
    trace_hash: Option<Hash>,
    /// The digest that the answer to the request must have.
    #[arg(long, value_parser = hash, requires = "request")]
    digest: Option<Hash>,
    /// The request that the digest belongs to.
    #[arg(long, value_parser = hash, requires = "digest")]
    request: Option<Hash>,
}

impl VerifyAnswer {
    pub fn run(self, limits: &EngineLimits) -> Result<()> {
        let input = self.input.bytes()?;
        let output = hex_bytes(&self.output_hex).wrap_err("--output-hex is not hexadecimal")?;
        let package = self.package.load(self.root.as_ref(), limits)?;
        match package.verify(&input, &self.parameters.parameters(), &output)? {
            Verdict::Wrong(difference) => bail!("the answer is wrong: {difference}"),
            Verdict::Right(completion) => self.compare(&completion),
        }
    }

    /// Compares the hashes that were given with those of the answer, whose output is right.
    fn compare(&self, completion: &Completion) -> Result<()> {
        let digest = self.request.map(|request| completion.digest(&request));
        let hashes = [("trace hash", self.trace_hash, Some(completion.trace_hash())), ("digest", self.digest, digest)];
        for (name, given, found) in hashes {
            match (given, found) {
                (Some(given), Some(found)) if given != found => {
                    bail!("the answer is wrong: its output is the model's, its {name} would be {}", show(&found))
                }
                (Some(_), _) => println!("{name:<12} as given"),
                (None, _) => println!("{name:<12} not compared"),
            }
        }
        println!("answer       right: code {:?}, {} units", completion.code, completion.units);
        Ok(())
    }
}
