//! Answers the queries of all connections.

use super::protocol::{Call, Query, Refusal, RefusalKind, Reply, Status, Verification};
use super::session;
use super::slots::Slots;
use crate::{Budget, Cancel, Completion, Engine, EngineError, RunError, Stopped};
use std::any::Any;
use std::collections::HashMap;
use std::os::unix::net::{UnixListener, UnixStream};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fs, thread};
use votive_digest::Hash;

/// Connections beyond one for each call that may run: for those that ask how the process does, or wait.
const MORE_CONNECTIONS: usize = 16;

/// How long nothing is accepted after the system had no place for a connection.
const REST: Duration = Duration::from_millis(100);

/// An engine whose packages answer only once their golden vectors held in this process.
#[derive(Debug)]
pub struct Server {
    engine: Engine,
    slots: Slots,
    connections: usize,
    /// Packages that were checked, with the number of their vectors.
    checked: Mutex<HashMap<Hash, u32>>,
}

impl Server {
    /// A server over `engine` that runs `threads` calls at once.
    pub fn new(engine: Engine, threads: u32) -> Self {
        let connections = usize::try_from(threads).unwrap_or(usize::MAX).saturating_add(MORE_CONNECTIONS);
        Self { engine, slots: Slots::new(threads), connections, checked: Mutex::default() }
    }

    /// Serves connections of `listener` for as long as the process lives. One too many is closed at once.
    pub fn listen(self, listener: &UnixListener) {
        let server = Arc::new(self);
        for stream in listener.incoming() {
            match stream {
                Ok(stream) if Arc::strong_count(&server) <= server.connections => accept(&server, stream),
                Ok(_) => {}
                Err(_) => thread::sleep(REST),
            }
        }
    }

    /// Answers one query; never panics.
    pub(super) fn answer(&self, query: &Query, cancel: Cancel) -> Reply {
        // Unwind safety: the engine keeps no half-made state behind a panic, its locks recover from poison.
        let answered = catch_unwind(AssertUnwindSafe(|| match query {
            Query::Run(call) => self.run(call, cancel).map(Reply::Completed),
            Query::CheckGolden { root, time_limit_ms } => {
                let budget = budget(*time_limit_ms, cancel);
                self.in_slot(&budget, || self.check(root, &budget)).map(Reply::GoldenHold)
            }
            Query::Status => Ok(Reply::Status(self.status())),
            Query::Verify { call, output } => self.verify(call, output, cancel).map(Reply::Verified),
        }));
        match answered {
            Ok(Ok(reply)) => reply,
            Ok(Err(error)) => Reply::Refused(Refusal::from(&error)),
            Err(panic) => {
                let panicked = EnginePanicked(message(&*panic).to_owned());
                Reply::Refused(Refusal::new(RefusalKind::EngineFailed, "panic", &panicked))
            }
        }
    }

    fn run(&self, call: &Call, cancel: Cancel) -> Result<Completion, EngineError> {
        let budget = budget(call.time_limit_ms, cancel);
        self.in_slot(&budget, || {
            self.check(&call.root, &budget)?;
            self.engine.run_within(&call.root, &call.input, &call.parameters, &budget)
        })
    }

    fn verify(&self, call: &Call, output: &[u8], cancel: Cancel) -> Result<Verification, EngineError> {
        let budget = budget(call.time_limit_ms, cancel);
        self.in_slot(&budget, || {
            self.check(&call.root, &budget)?;
            let Call { root, input, parameters, .. } = call;
            Ok(self.engine.verify_within(root, input, parameters, output, &budget)?.into())
        })
    }

    /// Two calls may check the same package at the same time; that costs a little and spares a lock over the check.
    fn check(&self, root: &Hash, budget: &Budget) -> Result<u32, EngineError> {
        if let Some(vectors) = self.checked().get(root) {
            return Ok(*vectors);
        }
        let vectors = u32::try_from(self.engine.check_golden_within(root, budget)?).unwrap_or(u32::MAX);
        self.checked().insert(*root, vectors);
        Ok(vectors)
    }

    fn in_slot<T>(&self, budget: &Budget, call: impl FnOnce() -> Result<T, EngineError>) -> Result<T, EngineError> {
        let stopped = |stopped: Stopped| EngineError::Run(RunError::Stopped(stopped));
        let _slot = self.slots.take(budget).map_err(stopped)?;
        budget.check().map_err(stopped)?;
        call()
    }

    fn status(&self) -> Status {
        let usage = self.engine.usage();
        let counts = self.slots.counts();
        Status {
            package_bytes: usage.package_bytes,
            resident_bytes: resident_bytes().unwrap_or(0),
            cache_hits: usage.cache_hits,
            cache_misses: usage.cache_misses,
            load_ms: usage.load_ms,
            running: counts.running,
            waiting: counts.waiting,
        }
    }

    fn checked(&self) -> MutexGuard<'_, HashMap<Hash, u32>> {
        self.checked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves a connection on a thread of its own. Without a thread for it the connection is closed.
fn accept(server: &Arc<Server>, stream: UnixStream) {
    let server = server.clone();
    let _ = thread::Builder::new().name("connection".into()).spawn(move || session::serve(&server, stream));
}

fn budget(time_limit_ms: u64, cancel: Cancel) -> Budget {
    Budget::new(Duration::from_millis(time_limit_ms), cancel)
}

/// Bytes of this process that are in memory; `None` where the system does not tell.
fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// The engine panicked; its process goes on.
#[derive(Debug, thiserror::Error)]
#[error("the engine panicked ({0}); report it with the package's root and the lines above")]
struct EnginePanicked(String);

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&'static str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
