//! Speed and memory of the engine, on one thread where nothing else is said, in ratios to what others reach in the same rounds: `scripts/bench.sh engine`.

mod bandwidth;
mod batches;
mod child;
mod int8;
mod llama;
mod minilm;
mod peak;
mod products;
mod report;
mod threads;
mod timing;

use color_eyre::eyre::{bail, OptionExt, Result};
use report::Report;
use std::path::{Path, PathBuf};

const USAGE: &str = "usage: votive-engine-bench [--check] [--minilm FOLDER] [--python FILE] [--llama-cpp FILE]
                           [--scratch FOLDER] [SECTION...]
sections: products int8 minilm memory batches llama threads";

/// Where things lie that the sections need.
pub struct Places {
    /// The package of all-MiniLM-L6-v2.
    pub minilm: Option<PathBuf>,
    /// A Python with benches/engine/requirements.txt.
    pub python: Option<PathBuf>,
    /// A Python with llama-cpp-python.
    pub llama_cpp: Option<PathBuf>,
    /// A folder for what is written.
    pub scratch: PathBuf,
}

fn main() -> Result<()> {
    color_eyre::install()?;
    // Before the first product: candle and its quantised products take their threads from here.
    std::env::set_var("RAYON_NUM_THREADS", "1");
    let mut arguments = std::env::args().skip(1);
    let scratch = std::env::temp_dir().join("votive-engine-bench");
    let mut places = Places { minilm: None, python: None, llama_cpp: None, scratch };
    let (mut sections, mut is_check) = (Vec::new(), false);
    while let Some(argument) = arguments.next() {
        let mut path = || arguments.next().map(PathBuf::from).ok_or_eyre(USAGE);
        match argument.as_str() {
            peak::MEASURED => return peak::measure(arguments.next().as_deref().map(Path::new)),
            "--check" => is_check = true,
            "--minilm" => places.minilm = Some(path()?),
            "--python" => places.python = Some(path()?),
            "--llama-cpp" => places.llama_cpp = Some(path()?),
            "--scratch" => places.scratch = path()?,
            "products" | "int8" | "minilm" | "memory" | "batches" | "llama" | "threads" => sections.push(argument),
            _ => bail!(USAGE),
        }
    }
    std::fs::create_dir_all(&places.scratch)?;
    let is_met = measure(&sections, &places)?;
    if is_check && !is_met {
        std::process::exit(1);
    }
    Ok(())
}

/// Runs the `sections`, or all if none is named; whether every target was met.
fn measure(sections: &[String], places: &Places) -> Result<bool> {
    let wanted = |name: &str| sections.is_empty() || sections.iter().any(|section| section == name);
    let mut report = Report::default();
    println!(
        "one thread; levels: {:?}",
        votive_kernels::Level::available().iter().map(|level| level.name()).collect::<Vec<_>>()
    );
    if wanted("products") {
        products::run(&mut report)?;
    }
    if wanted("int8") {
        int8::run(&mut report)?;
    }
    if wanted("minilm") {
        minilm::run(&mut report, places)?;
    }
    if wanted("memory") {
        peak::run(&mut report, places)?;
    }
    if wanted("batches") {
        batches::run(&mut report, places)?;
    }
    if wanted("llama") {
        llama::run(&mut report, places)?;
    }
    if wanted("threads") {
        threads::run(&mut report, places)?;
    }
    Ok(report.end())
}
