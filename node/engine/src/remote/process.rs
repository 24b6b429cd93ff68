//! One engine's process, from its start to its death.

use super::connection::{Connection, ConnectionError};
use super::launch::{Launch, LaunchError};
use crate::serve::{Query, Reply, Status};
use std::collections::HashSet;
use std::path::PathBuf;
use std::process::{Child, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, io, thread};
use votive_digest::Hash;

/// How long a process may take until it listens.
const START: Duration = Duration::from_secs(30);

/// How often a process that starts is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// How long a status may take. It needs no model, so a process that is later than this hangs.
const STATUS: Duration = Duration::from_secs(60);

/// A process that listens, or did.
#[derive(Debug)]
pub(super) struct Process {
    child: Mutex<Child>,
    socket: PathBuf,
    pub pid: u32,
    /// Connections that nobody uses.
    idle: Mutex<Vec<Connection>>,
    /// Packages whose golden vectors hold in this process.
    golden: Mutex<HashSet<Hash>>,
}

impl Process {
    /// Starts a process and returns once it listens.
    pub fn start(launch: &Launch) -> Result<Self, LaunchError> {
        let socket = launch.socket.clone();
        match fs::remove_file(&socket) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(LaunchError::Stale { socket, source });
            }
            _ => {}
        }
        let spawned = launch.command().spawn();
        let child = spawned.map_err(|source| LaunchError::Spawn { program: launch.program.clone(), source })?;
        let pid = child.id();
        let process = Self { child: child.into(), socket, pid, idle: Mutex::default(), golden: Mutex::default() };
        let late = Instant::now() + START;
        loop {
            if let Ok(connection) = Connection::open(&process.socket) {
                process.put_back(connection);
                return Ok(process);
            }
            if let Some(exit) = process.exit() {
                return Err(LaunchError::Ended(exit.to_string()));
            }
            if Instant::now() >= late {
                process.end();
                return Err(LaunchError::Mute(process.socket));
            }
            thread::sleep(LOOK);
        }
    }

    /// A connection that nobody else uses.
    pub fn connection(&self) -> io::Result<Connection> {
        let idle = lock(&self.idle).pop();
        idle.map_or_else(|| Connection::open(&self.socket), Ok)
    }

    /// Gives a connection back whose last query was answered.
    pub fn put_back(&self, connection: Connection) {
        lock(&self.idle).push(connection);
    }

    /// Packages whose golden vectors hold in this process.
    pub fn golden(&self) -> MutexGuard<'_, HashSet<Hash>> {
        lock(&self.golden)
    }

    /// Watches the process until it dies or hangs; tells its status every `pause`.
    pub fn watch(&self, pause: Duration, tell: impl Fn(Status)) {
        let Ok(mut connection) = self.connection() else { return };
        loop {
            match connection.ask(Query::Status, STATUS) {
                Ok(Reply::Status(status)) => tell(status),
                Ok(_) | Err(ConnectionError::Closed | ConnectionError::Silent | ConnectionError::Frame(_)) => return,
            }
            if !connection.lives(pause) {
                return;
            }
        }
    }

    /// Kills the process, if it lives, and tells how it ended.
    pub fn end(&self) -> Option<ExitStatus> {
        let mut child = lock(&self.child);
        // It may have died meanwhile; then there is nothing to kill.
        let _ = child.kill();
        child.wait().ok()
    }

    fn exit(&self) -> Option<ExitStatus> {
        lock(&self.child).try_wait().ok().flatten()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
