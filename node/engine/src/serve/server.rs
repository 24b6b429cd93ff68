//! Answers the queries of all connections.

use super::protocol::{Call, Query, Reply, Status, Verification};
use super::query_queue::{QueryQueue, Waiting, MAX_BATCH};
use super::taken::Taken;
use super::{session, EnginePanicked, Refusal, RefusalKind};
use crate::{Budget, Cancel, Engine, EngineError, RunError};
use std::collections::HashMap;
use std::os::unix::net::{UnixListener, UnixStream};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fs, io, thread};
use votive_digest::Hash;

/// Connections beyond one for each call that may run: for those that ask how the process does, or wait.
const MORE_CONNECTIONS: usize = 16;

/// The stack of a thread that reads and writes frames, and computes nothing.
pub(super) const CONNECTION_STACK_BYTES: usize = 512 << 10;

/// How long nothing is accepted after the system had no place for a connection.
const REST: Duration = Duration::from_millis(100);

/// An engine whose packages answer only once their golden vectors held in this process.
#[derive(Debug)]
pub struct Server {
    engine: Engine,
    queries: QueryQueue,
    threads: usize,
    /// Calls that ran together with others.
    batched: AtomicU64,
    /// Packages that were checked, with the number of their vectors.
    checked: Mutex<HashMap<Hash, u32>>,
}

impl Server {
    /// A server over `engine` that computes with so many threads.
    pub fn new(engine: Engine, threads: u32) -> Self {
        let threads = usize::try_from(threads).unwrap_or(usize::MAX);
        Self {
            engine,
            queries: QueryQueue::new(threads),
            threads,
            batched: AtomicU64::default(),
            checked: Mutex::default(),
        }
    }

    /// Serves connections of `listener` for as long as the process lives. One too many is closed at once.
    ///
    /// # Errors
    /// That the system gives no thread, before anything is served.
    pub fn listen(self, listener: &UnixListener) -> io::Result<()> {
        let connections = self.threads.saturating_mul(MAX_BATCH).saturating_add(MORE_CONNECTIONS);
        let server = Arc::new(self);
        for number in 0..server.threads {
            let server = server.clone();
            thread::Builder::new().name(format!("compute-{number}")).spawn(move || server.compute())?;
        }
        for stream in listener.incoming() {
            match stream {
                // The threads hold the server too, and so does this one.
                Ok(stream) if Arc::strong_count(&server) <= connections + server.threads => accept(&server, stream),
                Ok(_) => {}
                Err(_) => thread::sleep(REST),
            }
        }
        Ok(())
    }

    /// Answers one query, once a thread has computed what there is to compute.
    pub(super) fn answer(&self, query: Query, cancel: Cancel) -> Reply {
        let time_limit_ms = match &query {
            Query::Status => return Reply::Status(self.status()),
            Query::Run(call) | Query::Verify { call, .. } => call.time_limit_ms,
            Query::CheckGolden { time_limit_ms, .. } => *time_limit_ms,
        };
        let budget = Budget::new(Duration::from_millis(time_limit_ms), cancel);
        self.queries.ask(query, budget).unwrap_or_else(|stopped| refused(&EngineError::Run(RunError::Stopped(stopped))))
    }

    /// Takes queries and replies to them, for ever.
    fn compute(&self) {
        loop {
            let mut taken = Taken::from(&self.queries, &self.batched);
            // Unwind safety: the engine keeps no half-made state behind a panic, its locks recover from poison.
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.reply_to(&mut taken))) {
                let refusal = Refusal::new(RefusalKind::EngineFailed, "panic", &EnginePanicked::new(&*panic));
                taken.reply_all(&Reply::Refused(refusal));
            }
            self.queries.rest();
        }
    }

    /// Replies to a query, or to calls of one package.
    fn reply_to(&self, taken: &mut Taken) {
        let Waiting { query, budget, .. } = &taken.ahead()[0];
        let reply = match query {
            Query::Run(call) => {
                let root = call.root;
                return self.run(&root, taken);
            }
            Query::Verify { call, output } => self.verify(call, output, budget).map(Reply::Verified),
            Query::CheckGolden { root, .. } => self.check(root, budget).map(Reply::GoldenHold),
            Query::Status => Ok(Reply::Status(self.status())),
        };
        taken.reply_all(&reply.unwrap_or_else(|error| refused(&error)));
    }

    fn run(&self, root: &Hash, taken: &mut Taken) {
        match self.check(root, &Budget::joint(taken.ahead().iter().map(|query| &query.budget))) {
            Ok(_) => self.engine.run_batch(root, taken),
            Err(error) => taken.reply_all(&refused(&error)),
        }
    }

    fn verify(&self, call: &Call, output: &[u8], budget: &Budget) -> Result<Verification, EngineError> {
        self.check(&call.root, budget)?;
        let Call { root, input, parameters, .. } = call;
        Ok(self.engine.verify_within(root, input, parameters, output, budget)?.into())
    }

    /// Two threads may check the same package at the same time; that costs a little and spares a lock over the check.
    fn check(&self, root: &Hash, budget: &Budget) -> Result<u32, EngineError> {
        if let Some(vectors) = self.checked().get(root) {
            return Ok(*vectors);
        }
        let vectors = u32::try_from(self.engine.check_golden_within(root, budget)?).unwrap_or(u32::MAX);
        self.checked().insert(*root, vectors);
        Ok(vectors)
    }

    fn status(&self) -> Status {
        let usage = self.engine.usage();
        let counts = self.queries.counts();
        Status {
            package_bytes: usage.package_bytes,
            resident_bytes: resident_bytes().unwrap_or(0),
            cache_hits: usage.cache_hits,
            cache_misses: usage.cache_misses,
            load_ms: usage.load_ms,
            running: u32::try_from(counts.running).unwrap_or(u32::MAX),
            waiting: u32::try_from(counts.waiting).unwrap_or(u32::MAX),
            batched: self.batched.load(Ordering::Relaxed),
        }
    }

    fn checked(&self) -> MutexGuard<'_, HashMap<Hash, u32>> {
        self.checked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves a connection on a thread of its own.
fn accept(server: &Arc<Server>, stream: UnixStream) {
    let (server, stream) = (server.clone(), Arc::new(stream));
    let connection = stream.clone();
    let thread = thread::Builder::new().name("connection".into()).stack_size(CONNECTION_STACK_BYTES);
    if let Err(error) = thread.spawn(move || session::serve(&server, &connection)) {
        session::refuse(&stream, error);
    }
}

/// The reply that says why there is no answer.
pub(super) fn refused(error: &EngineError) -> Reply {
    Reply::Refused(Refusal::from(error))
}

/// Bytes of this process that are in memory; `None` where the system does not tell.
fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}
