//! Calls, whatever becomes of the process.

use super::connection::{Connection, ConnectionError};
use super::launch::{Launch, LaunchError};
use super::process::Process;
use super::supervisor::{Event, Listener, Supervisor};
use crate::serve::{Call, Query, Refusal, Reply, Verification};
use crate::Completion;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use votive_digest::Hash;

/// How much longer than a call's time its reply may take. A process that lives replies at once when the time is over, whatever its
/// threads compute.
const GRACE: Duration = Duration::from_secs(30);

/// How long loading a package and checking its golden vectors may take. It serves all later calls, so no call's time bounds it.
const GOLDEN: Duration = Duration::from_secs(600);

/// Why a call has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// The engine refused it.
    #[error(transparent)]
    Refused(Refusal),
    /// The engine died of it.
    #[error("the engine died twice of this order; if it comes again: give the engine more memory, or stop serving the package, and report it with its root")]
    DiedTwice,
    /// The engine died while it checked a package.
    #[error("the engine died while it checked the package: give it more memory, or stop serving the package, and report it with its root")]
    Died,
    /// No engine ran in time.
    #[error("no engine ran in the order's time; see the lines above for why it does not start")]
    NotRunning,
    /// The engine was silent, and was killed.
    #[error("the engine hung and was killed; look at the machine's load, and report it if it comes again")]
    Hung,
}

impl RemoteError {
    /// A short label of the cause, for metrics.
    pub fn cause(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.cause(),
            Self::DiedTwice => "engine_died_twice",
            Self::Died => "engine_died",
            Self::NotRunning => "engine_not_running",
            Self::Hung => "engine_hung",
        }
    }
}

/// An engine in a process of its own, which is kept running. Shared by threads; each runs one call at a time.
pub struct RemoteEngine {
    supervisor: Supervisor,
    listener: Arc<Listener>,
    /// Held for reading by calls, and for writing by one that runs alone because the engine died of it or of another.
    alone: RwLock<()>,
}

/// What is asked of the process, and how its reply is read; a reply of another kind is given back.
struct Question<'a, T> {
    call: &'a Call,
    query: &'a dyn Fn(Call) -> Query,
    read: fn(Reply) -> Result<T, Reply>,
}

/// How one attempt ended without an answer.
enum Attempt {
    Died,
    Ended(RemoteError),
}

impl RemoteEngine {
    /// Starts the process and returns once it listens. `listener` hears what becomes of it.
    ///
    /// # Errors
    /// What [`LaunchError`] lists, of this first start. Later ones are tried again for ever.
    pub fn start(launch: Launch, listener: impl Fn(Event) + Send + Sync + 'static) -> Result<Self, LaunchError> {
        let listener: Arc<Listener> = Arc::new(listener);
        let supervisor = Supervisor::start(launch, listener.clone())?;
        Ok(Self { supervisor, listener, alone: RwLock::default() })
    }

    /// Runs a call; once more, with no other call beside it, if the engine dies meanwhile.
    ///
    /// # Errors
    /// What [`RemoteError`] lists.
    pub fn run(&self, call: &Call) -> Result<Completion, RemoteError> {
        let read = |reply| match reply {
            Reply::Completed(completion) => Ok(completion),
            other => Err(other),
        };
        self.put(&Question { call, query: &Query::Run, read })
    }

    /// Checks the answer `output` to a call, and goes on as [`run`](Self::run) does if the engine dies.
    ///
    /// # Errors
    /// What [`RemoteError`] lists.
    pub fn verify(&self, call: &Call, output: &[u8]) -> Result<Verification, RemoteError> {
        let read = |reply| match reply {
            Reply::Verified(verification) => Ok(verification),
            other => Err(other),
        };
        self.put(&Question { call, query: &|call| Query::Verify { call, output: output.to_vec() }, read })
    }

    /// Has the golden vectors of a package checked, unless the process that runs has done so.
    ///
    /// # Errors
    /// What [`RemoteError`] lists.
    pub fn check_golden(&self, root: &Hash) -> Result<(), RemoteError> {
        let _beside_others = self.alone.read().unwrap_or_else(PoisonError::into_inner);
        let process = self.supervisor.present.wait(Instant::now()).ok_or(RemoteError::NotRunning)?;
        let mut connection = process.connection().map_err(|_| RemoteError::NotRunning)?;
        self.check_golden_in(&process, &mut connection, root).map_err(|attempt| match attempt {
            Attempt::Died => RemoteError::Died,
            Attempt::Ended(error) => error,
        })?;
        process.put_back(connection);
        Ok(())
    }

    /// The id of the process that runs; `None` while none does.
    pub fn process_id(&self) -> Option<u32> {
        Some(self.supervisor.present.wait(Instant::now())?.pid)
    }

    fn put<T>(&self, question: &Question<T>) -> Result<T, RemoteError> {
        let Question { call, .. } = question;
        let now = Instant::now();
        let deadline = now.checked_add(Duration::from_millis(call.time_limit_ms)).unwrap_or(now + GOLDEN);
        let first = {
            let _beside_others = self.alone.read().unwrap_or_else(PoisonError::into_inner);
            self.attempt(question, deadline)
        };
        match first {
            Ok(answer) => return Ok(answer),
            Err(Attempt::Ended(error)) => return Err(error),
            Err(Attempt::Died) => {}
        }
        let _alone = self.alone.write().unwrap_or_else(PoisonError::into_inner);
        self.attempt(question, deadline).map_err(|attempt| match attempt {
            Attempt::Died => RemoteError::DiedTwice,
            Attempt::Ended(error) => error,
        })
    }

    fn attempt<T>(&self, question: &Question<T>, deadline: Instant) -> Result<T, Attempt> {
        loop {
            let present = self.supervisor.present.wait(deadline);
            let process = present.ok_or(Attempt::Ended(RemoteError::NotRunning))?;
            match process.connection() {
                Ok(mut connection) => {
                    let answer = self.ask(&process, &mut connection, question, deadline)?;
                    process.put_back(connection);
                    return Ok(answer);
                }
                // It died before it knew of the call, which is not to blame.
                Err(_) => self.supervisor.present.lose(&process),
            }
        }
    }

    fn ask<T>(
        &self,
        process: &Arc<Process>,
        connection: &mut Connection,
        question: &Question<T>,
        deadline: Instant,
    ) -> Result<T, Attempt> {
        let Question { call, query, read } = question;
        self.check_golden_in(process, connection, &call.root)?;
        let left = deadline.saturating_duration_since(Instant::now());
        let time_limit_ms = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
        let query = query(Call { time_limit_ms, ..(*call).clone() });
        match connection.ask(query, left + GRACE) {
            Ok(Reply::Refused(refusal)) => Err(Attempt::Ended(RemoteError::Refused(refusal))),
            Ok(reply) => read(reply).map_err(|other| self.lost(process, Ok(other))),
            Err(error) => Err(self.lost(process, Err(error))),
        }
    }

    /// Has the golden vectors of a package checked, if this process has not done so.
    fn check_golden_in(&self, process: &Arc<Process>, connection: &mut Connection, root: &Hash) -> Result<(), Attempt> {
        if process.golden().contains(root) {
            return Ok(());
        }
        let time_limit_ms = u64::try_from(GOLDEN.as_millis()).unwrap_or(u64::MAX);
        match connection.ask(Query::CheckGolden { root: *root, time_limit_ms }, GOLDEN + GRACE) {
            Ok(Reply::GoldenHold(vectors)) => {
                process.golden().insert(*root);
                (self.listener)(Event::GoldenHold { root: *root, vectors });
                Ok(())
            }
            Ok(Reply::Refused(refusal)) => Err(Attempt::Ended(RemoteError::Refused(refusal))),
            other => Err(self.lost(process, other)),
        }
    }

    /// What to make of a process that does not reply as it should: it is killed, if it lives, and another will run.
    fn lost(&self, process: &Arc<Process>, reply: Result<Reply, ConnectionError>) -> Attempt {
        self.supervisor.present.lose(process);
        process.end();
        match reply {
            Err(ConnectionError::Silent) => Attempt::Ended(RemoteError::Hung),
            Ok(_) | Err(ConnectionError::Closed | ConnectionError::Frame(_)) => Attempt::Died,
        }
    }
}

impl fmt::Debug for RemoteEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteEngine").field("supervisor", &self.supervisor).finish_non_exhaustive()
    }
}
