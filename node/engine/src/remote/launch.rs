//! How an engine's process is started.

use crate::EngineLimits;
use std::ffi::OsString;
use std::io;
use std::num::NonZeroU32;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// How an engine's process is started.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The program.
    pub program: PathBuf,
    /// Its command: `serve` of `votive-engine`, `engine` of `votive-node`.
    pub command: OsString,
    /// Where it listens. Nobody else may use this path: what lies there is replaced.
    pub socket: PathBuf,
    /// The folder of the packages.
    pub store: PathBuf,
    /// How many threads compute: as many calls at once.
    pub threads: NonZeroU32,
    /// What the engine may spend.
    pub limits: EngineLimits,
    /// The most memory of the process, in bytes, if not what follows from the limits.
    pub process_memory_bytes: Option<u64>,
}

/// Why an engine's process does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LaunchError {
    /// The program cannot be started.
    #[error("cannot start the engine {program}; check that it is there and that memory and processes are free")]
    Spawn {
        /// The program.
        program: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// What lies at the socket's path cannot be removed.
    #[error("cannot replace {socket}; remove it")]
    Stale {
        /// The socket.
        socket: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// It ended at once.
    #[error("the engine ended at its start ({0}); its own message stands above")]
    Ended(String),
    /// It does not listen.
    #[error("the engine does not listen on {0} after 30 s; is the machine overloaded?")]
    Mute(PathBuf),
    /// The system gives no thread.
    #[error("cannot start a thread to watch the engine; raise the system's limits")]
    Thread(#[source] io::Error),
}

impl Launch {
    /// The command line. The process lives as long as its standard input is held open.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.arg0("votive-engine");
        command.arg(&self.command).arg("--socket").arg(&self.socket).arg("--store").arg(&self.store);
        command.arg("--threads").arg(self.threads.to_string());
        command.arg("--max-package-bytes").arg(self.limits.max_package_bytes.to_string());
        command.arg("--max-memory-bytes").arg(self.limits.max_memory_bytes.to_string());
        if let Some(bytes) = self.process_memory_bytes {
            command.arg("--process-memory-bytes").arg(bytes.to_string());
        }
        // A group of its own: a terminal's interrupt is for the node, which then ends this process.
        command.process_group(0);
        command.arg("--end-with-stdin").stdin(Stdio::piped()).stdout(Stdio::null());
        command
    }
}
