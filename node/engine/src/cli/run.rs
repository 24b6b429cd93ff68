//! `votive-engine run`

#![allow(clippy::print_stdout, reason = "the answer is the command's answer")]

use super::answer_args::{Input, ParameterArgs};
use super::package_args::PackageArgs;
use super::{hash, show};
use clap::Args;
use color_eyre::eyre::Result;
use serde::Serialize;
use votive_digest::{AnswerCode, Hash};
use votive_engine::{Completion, EngineLimits, Package};

#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    package: PackageArgs,
    #[command(flatten)]
    input: Input,
    /// The root that the package must have.
    #[arg(long, value_parser = hash)]
    root: Option<Hash>,
    /// Also print the digest of the answer to this request.
    #[arg(long, value_parser = hash)]
    request: Option<Hash>,
    #[command(flatten)]
    parameters: ParameterArgs,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What is printed.
#[derive(Serialize)]
struct Report {
    code: &'static str,
    output: String,
    /// What the tokens of the output say, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f32>,
    units: u32,
    answer_hash: String,
    trace: String,
    trace_hash: String,
    golden_digest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
}

impl Run {
    pub fn run(self, limits: &EngineLimits) -> Result<()> {
        let input = self.input.bytes()?;
        let package = self.package.load(self.root.as_ref(), limits)?;
        let completion = package.run(&input, &self.parameters.parameters())?;
        let report = Report::of(&package, &completion, self.request.as_ref());
        if self.json {
            println!("{}", serde_json::to_string_pretty(&report)?);
        } else {
            report.print();
        }
        Ok(())
    }
}

impl Report {
    fn of(package: &Package, completion: &Completion, request: Option<&Hash>) -> Self {
        let best = package.manifest().output.best(&completion.output);
        Self {
            code: code_name(completion.code),
            output: format!("0x{}", hex::encode(&completion.output)),
            text: package.text(&completion.output).filter(|_| completion.code == AnswerCode::Complete),
            label: best.map(|(label, _)| label.into()),
            confidence: best.map(|(_, value)| value),
            units: completion.units,
            answer_hash: show(&completion.answer_hash()),
            trace: show(&completion.trace),
            trace_hash: show(&completion.trace_hash()),
            golden_digest: show(&completion.golden_digest()),
            digest: request.map(|request| show(&completion.digest(request))),
        }
    }

    fn print(&self) {
        println!("code           {}", self.code);
        println!("output         {}", self.output);
        if let Some(text) = &self.text {
            println!("text           {text:?}");
        }
        if let (Some(label), Some(confidence)) = (&self.label, self.confidence) {
            println!("label          {label} (confidence {confidence:.4})");
        }
        println!("units          {}", self.units);
        println!("answer hash    {}", self.answer_hash);
        println!("trace          {}", self.trace);
        println!("trace hash     {}", self.trace_hash);
        println!("golden digest  {}", self.golden_digest);
        if let Some(digest) = &self.digest {
            println!("digest         {digest}");
        }
    }
}

fn code_name(code: AnswerCode) -> &'static str {
    match code {
        AnswerCode::Complete => "complete",
        AnswerCode::NotFinite => "not finite",
        AnswerCode::InputMismatch => "input mismatch",
        _ => "unknown",
    }
}
