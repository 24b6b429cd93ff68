//! The engine of another process: started as a child, asked over its socket, started again when it dies.
//!
//! A call whose engine dies is run once more, alone: whatever kills the engine then was the call. So one call cannot have
//! others fail with it, and cannot keep an engine from its work for longer than two deaths.

mod connection;
mod engine;
mod launch;
mod process;
mod supervisor;

pub use connection::{Canceller, Connection, ConnectionError};
pub use engine::{RemoteEngine, RemoteError};
pub use launch::{Launch, LaunchError};
pub use supervisor::Event;
