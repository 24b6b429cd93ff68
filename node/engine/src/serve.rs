//! The engine as a process of its own, behind a Unix socket.
//!
//! A frame is its length (u32, little-endian), the protocol's version, and a SCALE-encoded [`Request`] or [`Reply`]. A
//! connection carries one query at a time; a cancellation may come while it is answered, and closing the connection is one.

mod command;
mod confine;
mod failure;
mod frame;
mod protocol;
mod query_queue;
mod refusal;
mod server;
mod session;
mod socket;
mod taken;

pub use command::{LimitArgs, ServeArgs, ServeError};
pub use confine::{confine, ConfineError};
pub use failure::{EnginePanicked, OutputTooLong};
pub use frame::{read_frame, write_frame, FrameError, MAX_FRAME_BYTES, PROTOCOL};
pub use protocol::{Call, Query, Reply, Request, Status, Verification};
pub use query_queue::MAX_BATCH;
pub use refusal::{Refusal, RefusalKind};
pub use server::Server;
pub use socket::{private_listener, SocketError};
