//! The engine's process: how the node starts it, and what is told of it.

use crate::{cli::InferenceConfig, metrics::Metrics};
use parking_lot::Mutex;
use sp_core::hexdisplay::HexDisplay;
use std::{env, io, path::PathBuf};
use votive_engine::{
    remote::{Event, Launch},
    serve::Status,
};

const LOG_TARGET: &str = "votive-inference";

/// The subcommand of the node's program that is the engine.
const COMMAND: &str = "engine";

/// How the node starts its engine: by its own program, which is the same release for certain.
pub fn launch(config: &InferenceConfig) -> io::Result<Launch> {
    Ok(Launch {
        program: own_program()?,
        command: COMMAND.into(),
        socket: config.engine_socket.clone(),
        store: config.package_folder.clone(),
        threads: config.threads.saturating_add(u32::from(config.watch)),
        limits: config.limits,
        process_memory_bytes: None,
    })
}

/// On Linux not the path but the program that runs, which may have been replaced on disk by another release.
fn own_program() -> io::Result<PathBuf> {
    if cfg!(target_os = "linux") {
        Ok("/proc/self/exe".into())
    } else {
        env::current_exe()
    }
}

/// Logs and counts what becomes of the process.
pub fn listener(metrics: Metrics) -> impl Fn(Event) + Send + Sync {
    let last = Mutex::new(Status::default());
    move |event| {
        log_event(&event);
        match event {
            Event::Started { .. } => *last.lock() = Status::default(),
            Event::Died { .. } => {
                metrics.engine.restarts.inc();
                metrics.engine.memory_bytes.set(0);
                metrics.engine.package_bytes.set(0);
                metrics.engine.waiting.set(0);
            }
            Event::Status(status) => {
                let before = std::mem::replace(&mut *last.lock(), status);
                count(&metrics, &before, &status);
            }
            _ => {}
        }
    }
}

/// Counts what a process did from one status to the next.
fn count(metrics: &Metrics, before: &Status, now: &Status) {
    let engine = &metrics.engine;
    engine.memory_bytes.set(now.resident_bytes);
    engine.package_bytes.set(now.package_bytes);
    engine.cache_hits.inc_by(now.cache_hits.saturating_sub(before.cache_hits));
    engine.cache_misses.inc_by(now.cache_misses.saturating_sub(before.cache_misses));
    engine.waiting.set(now.waiting.into());
    engine.batched.inc_by(now.batched.saturating_sub(before.batched));
    // Milliseconds of loading are far below 2^53, so nothing is lost.
    engine.load_seconds.inc_by(now.load_ms.saturating_sub(before.load_ms) as f64 / 1_000.0);
}

fn log_event(event: &Event) {
    match event {
        Event::Started { pid } => log::info!(target: LOG_TARGET, "🧮 Engine runs as process {pid}"),
        Event::Died { pid, exit, pause } => {
            log::warn!(target: LOG_TARGET, "Engine process {pid} ended ({exit}), another one starts in {pause:?}");
        }
        Event::NotStarted { error, pause } => {
            log::error!(target: LOG_TARGET, "Engine does not start, tried again in {pause:?}: {error}");
        }
        Event::GoldenHold { root, vectors } => {
            let package = HexDisplay::from(root);
            log::info!(target: LOG_TARGET, "🧮 Package 0x{package} ready, {vectors} golden vectors hold");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn status(cache_hits: u64, load_ms: u64) -> Event {
        Event::Status(Status { cache_hits, load_ms, resident_bytes: 7, ..Status::default() })
    }

    #[test]
    fn counts_go_on_over_the_death_of_a_process() {
        let metrics = Metrics::new(None).unwrap();
        let hear = listener(metrics.clone());
        hear(Event::Started { pid: 1 });
        hear(status(5, 1_500));
        hear(status(6, 1_500));
        assert_eq!((metrics.engine.cache_hits.get(), metrics.engine.memory_bytes.get()), (6, 7));
        hear(Event::Died { pid: 1, exit: "signal: 9".into(), pause: Duration::ZERO });
        assert_eq!((metrics.engine.restarts.get(), metrics.engine.memory_bytes.get()), (1, 0));
        hear(Event::Started { pid: 2 });
        hear(status(2, 500));
        assert_eq!(metrics.engine.cache_hits.get(), 8);
        assert!((metrics.engine.load_seconds.get() - 2.0).abs() < 1e-9);
    }
}
