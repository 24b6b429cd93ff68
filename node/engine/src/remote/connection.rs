//! A connection to an engine's process.

use crate::serve::{read_frame, write_frame, FrameError, Query, Reply, Request};
use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// Why a query has no reply. The connection is of no use any more.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectionError {
    /// The engine closed the connection: it died, or has too many of them.
    #[error("the engine closed the connection")]
    Closed,
    /// No reply came in time.
    #[error("the engine was silent for too long")]
    Silent,
    /// What came is no reply.
    #[error("the engine sent what is no reply")]
    Frame(#[source] FrameError),
}

/// A connection, which carries one query at a time.
#[derive(Debug)]
pub struct Connection {
    stream: UnixStream,
}

impl Connection {
    /// Connects to the engine at `socket`.
    pub fn open(socket: &Path) -> io::Result<Self> {
        Ok(Self { stream: UnixStream::connect(socket)? })
    }

    /// Asks, and waits for the reply for as long as `patience`.
    pub fn ask(&mut self, query: Query, patience: Duration) -> Result<Reply, ConnectionError> {
        // The shortest time that is not refused as "for ever" would be.
        let patience = patience.max(Duration::from_millis(1));
        self.stream.set_read_timeout(Some(patience)).map_err(|error| ended(error.into()))?;
        write_frame(&mut self.stream, &Request::Ask(query)).map_err(ended)?;
        read_frame(&mut self.stream).map_err(ended)?.ok_or(ConnectionError::Closed)
    }

    /// Waits until the engine closes the connection, at most as long as `patience`. `false` if it did.
    pub fn lives(&mut self, patience: Duration) -> bool {
        if self.stream.set_read_timeout(Some(patience)).is_err() {
            return false;
        }
        // An engine sends nothing that it is not asked for, so a frame is no sign of life.
        matches!(read_frame::<Reply>(&mut self.stream).map_err(ended), Err(ConnectionError::Silent))
    }

    /// Ends the query that waits for its reply, from another thread.
    pub fn canceller(&self) -> io::Result<Canceller> {
        Ok(Canceller { stream: self.stream.try_clone()? })
    }
}

/// Ends queries of one connection.
#[derive(Debug)]
pub struct Canceller {
    stream: UnixStream,
}

impl Canceller {
    /// Ends the query that is being answered. Its reply says so, or is its answer if that came first.
    pub fn cancel(&mut self) -> Result<(), ConnectionError> {
        write_frame(&mut self.stream, &Request::Cancel).map_err(ended)
    }
}

fn ended(error: FrameError) -> ConnectionError {
    match error {
        FrameError::Io(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
            ConnectionError::Silent
        }
        FrameError::Io(_) => ConnectionError::Closed,
        error => ConnectionError::Frame(error),
    }
}
