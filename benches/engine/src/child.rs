//! A program that runs beside this one and times itself: a line in, the seconds of one run out.

use color_eyre::eyre::{ensure, eyre, Result, WrapErr};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The program, which waits for lines.
pub struct Timed {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// What it said first: the version of what it measures.
    pub version: String,
}

impl Timed {
    /// Starts `python SCRIPT ARGUMENT...`.
    pub fn start(python: &Path, script: &str, arguments: &[&Path]) -> Result<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(script);
        let mut child = Command::new(python)
            .arg(&script)
            .args(arguments)
            .env("OMP_NUM_THREADS", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .wrap_err_with(|| format!("cannot start {}", python.display()))?;
        let input = child.stdin.take().ok_or_else(|| eyre!("the program has no input"))?;
        let mut output = BufReader::new(child.stdout.take().ok_or_else(|| eyre!("the program has no output"))?);
        let mut version = String::new();
        output.read_line(&mut version)?;
        ensure!(!version.is_empty(), "{} ended before it was asked anything", script.display());
        Ok(Self { child, input, output, version: version.trim().into() })
    }

    /// The numbers that it answers `line` with, the seconds first.
    pub fn ask(&mut self, line: &str) -> Result<Vec<f64>> {
        writeln!(self.input, "{line}")?;
        self.input.flush()?;
        let mut answer = String::new();
        self.output.read_line(&mut answer)?;
        let numbers: Vec<f64> = answer.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        ensure!(!numbers.is_empty(), "the program ended");
        Ok(numbers)
    }
}

impl Drop for Timed {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
