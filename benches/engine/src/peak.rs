//! The most memory that a package takes, from hashing it to its longest call.

use crate::report::{Report, Target};
use crate::Places;
use color_eyre::eyre::{ensure, eyre, OptionExt, Result};
use std::path::Path;
use std::process::Command;
use votive_engine::{Engine, EngineLimits, Package, PackageStore};

/// The argument that makes this program a process to be measured.
pub const MEASURED: &str = "--measured";

pub fn run(report: &mut Report, places: &Places) -> Result<()> {
    report.section("peak memory: VmHWM less that of an engine without packages, as a multiple of the package");
    let Some(package) = &places.minilm else {
        report.leave_out("MiniLM", "there is no package of it: run models/minilm/build.py, or give --minilm");
        return Ok(());
    };
    of_package(report, "MiniLM, its golden vectors answered", package)
}

/// Prints the peak of the package in `folder`.
pub fn of_package(report: &mut Report, name: &str, folder: &Path) -> Result<()> {
    let (empty, loaded) = (measured(&[])?, measured(&[folder])?);
    let (taken, size) = (loaded.peak.saturating_sub(empty.peak), loaded.size);
    let detail = format!("{:.1} MB for {:.1} MB", 1e-6 * taken as f64, 1e-6 * size as f64);
    report.ratio(name, taken as f64 / size as f64, Target::AtMost(1.15), &detail);
    report.note("counted before it is loaded", &format!("{:.1} MB", 1e-6 * loaded.counted as f64));
    Ok(())
}

/// What a process reports of itself, in bytes.
struct Measured {
    peak: u64,
    size: u64,
    counted: u64,
}

fn measured(folder: &[&Path]) -> Result<Measured> {
    let out = Command::new(std::env::current_exe()?).arg(MEASURED).args(folder).output()?;
    let text = String::from_utf8(out.stdout)?;
    ensure!(out.status.success(), "a process to be measured failed: {}", String::from_utf8_lossy(&out.stderr));
    let numbers: Vec<u64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let [peak, size, counted] = numbers[..] else { return Err(eyre!("a process to be measured says {text:?}")) };
    Ok(Measured { peak, size, counted })
}

/// Loads the package in `folder`, if one is given, answers its golden inputs, and prints the process' peak, the package's size and
/// what the engine counted.
pub fn measure(folder: Option<&Path>) -> Result<()> {
    let limits = EngineLimits { max_package_bytes: 1 << 34, max_memory_bytes: 1 << 34 };
    let _engine = Engine::new(PackageStore::open(std::env::temp_dir())?, limits);
    let (mut size, mut counted) = (0, 0);
    if let Some(folder) = folder {
        let package = Package::load(folder, None, &limits)?;
        package.answer_golden()?;
        (size, counted) = (package.size(), package.memory_bytes());
    }
    println!("{} {size} {counted}", peak()?);
    Ok(())
}

/// VmHWM of this process, in bytes.
fn peak() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or_eyre("no VmHWM in /proc/self/status")?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes << 10)
}
