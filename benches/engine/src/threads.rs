//! A call that has all cores, as a multiple of its speed on one; by the clock, since several threads work.

use crate::llama;
use crate::minilm::{of_tokens, Text};
use crate::report::Report;
use crate::timing::{clocked, medians};
use crate::Places;
use color_eyre::eyre::{ensure, Result};
use std::num::NonZeroUsize;
use std::path::Path;
use std::thread;
use votive_engine::{CheckedPackage, EngineLimits, Package, Threads};

pub fn run(report: &mut Report, places: &Places) -> Result<()> {
    let cores = thread::available_parallelism()?;
    report.section(&format!("{cores} threads for a call, as a multiple of its speed on one"));
    if cores == NonZeroUsize::MIN {
        report.leave_out("threads", "this machine has one core");
        return Ok(());
    }
    match &places.minilm {
        Some(source) => embed(report, &of_tokens(source, &places.scratch.join("minilm"))?, cores)?,
        None => report.leave_out("MiniLM", "there is no package of it: run models/minilm/build.py, or give --minilm"),
    }
    generate(report, &llama::write_package(places)?, cores)
}

fn embed(report: &Report, folder: &Path, cores: NonZeroUsize) -> Result<()> {
    let (one, all) = (load(folder, NonZeroUsize::MIN)?, load(folder, cores)?);
    for tokens in [8, 32, 128, 256] {
        let text = Text::of(tokens);
        ensure!(text.embedding(&one)? == text.embedding(&all)?, "threads show");
        compare(report, &format!("MiniLM, {tokens} tokens"), |is_shared| {
            text.embedding(if is_shared { &all } else { &one }).map(drop)
        })?;
    }
    Ok(())
}

fn generate(report: &Report, folder: &Path, cores: NonZeroUsize) -> Result<()> {
    let (one, all) = (load(folder, NonZeroUsize::MIN)?, load(folder, cores)?);
    let package = |is_shared| if is_shared { &all } else { &one };
    let answer = llama::answer(&one)?;
    ensure!(llama::answer(&all)? == answer, "threads show");
    compare(report, "llama of 1.1 B, an answer", |is_shared| llama::answer(package(is_shared)).map(drop))?;
    compare(report, "the same, verified", |is_shared| llama::check_answer(package(is_shared), &answer))
}

fn load(folder: &Path, threads: NonZeroUsize) -> Result<Package> {
    let limits = EngineLimits { max_package_bytes: 1 << 34, max_memory_bytes: 1 << 34 };
    Ok(CheckedPackage::read(folder, None, &limits)?.load(Threads::new(threads)?)?)
}

/// Compares `run` with all threads, for which it is told `true`, with the same on one.
fn compare(report: &Report, name: &str, run: impl Fn(bool) -> Result<()>) -> Result<()> {
    let seconds = medians(vec![clocked(|| run(false)), clocked(|| run(true))])?;
    let detail = format!("{:.2}: {:.2} and {:.2} ms", seconds[0] / seconds[1], 1e3 * seconds[0], 1e3 * seconds[1]);
    report.note(name, &detail);
    Ok(())
}
