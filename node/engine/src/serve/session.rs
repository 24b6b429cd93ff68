//! One connection: a thread that reads, so that a cancellation is heard, beside the one that answers.

use super::frame::{read_frame, write_frame};
use super::protocol::{Query, Reply, Request};
use super::server::{Server, CONNECTION_STACK_BYTES};
use super::{OutputTooLong, Refusal, RefusalKind};
use crate::Cancel;
use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{sync_channel, Receiver, SyncSender};
use std::thread;

/// A query, and what ends it.
type Pending = (Query, Cancel);

/// Serves one connection until its client closes it, or sends what is no frame.
pub(super) fn serve(server: &Server, stream: &UnixStream) {
    let Ok(reading) = stream.try_clone() else { return };
    // Without room: a client asks anew once it has its reply.
    let (queries, pending) = sync_channel(0);
    thread::scope(|scope| {
        let reader = thread::Builder::new().name("reader".into()).stack_size(CONNECTION_STACK_BYTES);
        let reader = reader.spawn_scoped(scope, || read(reading, queries));
        match reader {
            Ok(_) => answer(server, stream, pending),
            // Nobody could cancel.
            Err(error) => refuse(stream, error),
        }
        // Lets the reader go, which may wait for a client that sends nothing.
        let _ = stream.shutdown(Shutdown::Both);
    });
}

/// Says that there is no thread for a connection, before that is closed: the process lives, and a client need not end it.
pub(super) fn refuse(mut stream: &UnixStream, error: io::Error) {
    let refusal = Refusal::new(RefusalKind::OverLimits, "memory", &NoThread(error));
    // The client may be gone; so is this connection in any case.
    let _ = write_frame(&mut stream, &Reply::Refused(refusal));
}

/// The system gives no thread.
#[derive(Debug, thiserror::Error)]
#[error("the engine has no thread for this connection; give it more memory, or let it serve fewer packages")]
struct NoThread(#[source] io::Error);

fn answer(server: &Server, mut stream: &UnixStream, pending: Receiver<Pending>) {
    for (query, cancel) in pending {
        let reply = server.answer(query, cancel);
        let written = write_frame(&mut stream, &reply).or_else(|_| write_frame(&mut stream, &too_long()));
        if written.is_err() {
            return;
        }
    }
}

/// Instead of an answer that no frame can carry.
fn too_long() -> Reply {
    Reply::Refused(Refusal::new(RefusalKind::EngineFailed, "output_too_long", &OutputTooLong))
}

/// Reads until the client closes or sends what is no frame; either cancels what runs.
fn read(mut stream: UnixStream, queries: SyncSender<Pending>) {
    let mut latest = Cancel::default();
    while let Ok(Some(request)) = read_frame(&mut stream) {
        match request {
            Request::Cancel => latest.cancel(),
            Request::Ask(query) => {
                latest = Cancel::default();
                if queries.send((query, latest.clone())).is_err() {
                    return;
                }
            }
        }
    }
    latest.cancel();
}
