//! What the process is started with. Two programs have it: `votive-engine serve` and `votive-node engine`.

use super::{confine, private_listener, ConfineError, Server, SocketError};
use crate::{Engine, EngineLimits, PackageStore, StoreError, Threads, ThreadsError};
use std::io::{self, Read};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::{process, thread};

/// The limits of an engine.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct LimitArgs {
    /// The most bytes that a package may have.
    #[arg(long, global = true, value_name = "BYTES", default_value_t = EngineLimits::default().max_package_bytes)]
    max_package_bytes: u64,
    /// The most memory that packages may need.
    #[arg(long, global = true, value_name = "BYTES", default_value_t = EngineLimits::default().max_memory_bytes)]
    max_memory_bytes: u64,
}

impl LimitArgs {
    /// The limits.
    pub fn limits(self) -> EngineLimits {
        EngineLimits { max_package_bytes: self.max_package_bytes, max_memory_bytes: self.max_memory_bytes }
    }
}

/// How an engine serves.
#[derive(Clone, Debug, clap::Args)]
pub struct ServeArgs {
    /// The socket. Its folder is made private, or must be.
    #[arg(long, value_name = "PATH")]
    socket: PathBuf,
    /// The folder of the packages.
    #[arg(long, value_name = "FOLDER")]
    store: PathBuf,
    /// How many threads compute. Each runs one call at a time, or several of one package together; those without a call help the
    /// others.
    #[arg(long, value_name = "N", default_value = "1")]
    threads: NonZeroU32,
    /// The most memory that the process may take. By default what packages may need, and some more.
    #[arg(long, value_name = "BYTES")]
    process_memory_bytes: Option<u64>,
    /// End when the standard input is closed: with the process that started this one, however that ends.
    #[arg(long)]
    end_with_stdin: bool,
}

/// Why an engine does not serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The process cannot be confined.
    #[error(transparent)]
    Confine(#[from] ConfineError),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no socket.
    #[error(transparent)]
    Socket(#[from] SocketError),
    /// The system gives no threads to share products.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
    /// The system gives no thread.
    #[error("cannot start a thread; raise the system's limits, or the process's memory")]
    Thread(#[source] io::Error),
}

impl ServeArgs {
    /// Serves for as long as the process lives.
    ///
    /// # Errors
    /// What [`ServeError`] lists, before anything is served.
    pub fn run(self, limits: EngineLimits) -> Result<(), ServeError> {
        // How lists of processes show it, whatever program it is in. Without that it serves all the same.
        let _ = rustix::thread::set_name(c"votive-engine");
        if self.end_with_stdin {
            thread::Builder::new().name("lifeline".into()).spawn(end_with_stdin).map_err(ServeError::Thread)?;
        }
        confine(self.process_memory_bytes.unwrap_or_else(|| process_bytes(&limits, self.threads)))?;
        let store = PackageStore::open(self.store)?;
        let listener = private_listener(&self.socket)?;
        let threads = NonZeroUsize::try_from(self.threads).unwrap_or(NonZeroUsize::MAX);
        let engine = Engine::new(store, limits).with_threads(Threads::new(threads)?);
        Server::new(engine, self.threads.get()).listen(&listener).map_err(ServeError::Thread)
    }
}

/// Memory of the process: what the packages need, a quarter more for what an allocator leaves unused between them, and
/// something for the process itself and each of its threads: for what a thread takes to share in a call, and for what the
/// tokenizers' library keeps of the texts that it has read, which are states of a regular expression that outlive each package.
fn process_bytes(limits: &EngineLimits, threads: NonZeroU32) -> u64 {
    const PROCESS: u64 = 128 << 20;
    const THREAD: u64 = 32 << 20;
    let packages = limits.max_memory_bytes.saturating_add(limits.max_memory_bytes / 4);
    packages.saturating_add(PROCESS).saturating_add(THREAD.saturating_mul(threads.get().into()))
}

/// Ends the process once nobody holds the other end of its standard input.
fn end_with_stdin() {
    let mut input = io::stdin().lock();
    let mut ignored = [0; 64];
    loop {
        match input.read(&mut ignored) {
            Ok(1..) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => process::exit(0),
        }
    }
}
