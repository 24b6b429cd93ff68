//! One connection: a thread that reads, so that a cancellation is heard, beside the one that answers.

use super::frame::{read_frame, write_frame};
use super::protocol::{Query, Refusal, RefusalKind, Reply, Request};
use super::server::Server;
use crate::Cancel;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{sync_channel, Receiver, SyncSender};
use std::thread;

/// A query, and what ends it.
type Pending = (Query, Cancel);

/// Serves one connection until its client closes it, or sends what is no frame.
pub(super) fn serve(server: &Server, stream: UnixStream) {
    let Ok(reading) = stream.try_clone() else { return };
    // Without room: a client asks anew once it has its reply.
    let (queries, pending) = sync_channel(0);
    thread::scope(|scope| {
        // Without a second thread nobody could cancel, so the connection ends.
        let reader = thread::Builder::new().name("reader".into()).spawn_scoped(scope, || read(reading, queries));
        if reader.is_ok() {
            answer(server, &stream, pending);
        }
        // Lets the reader go, which may wait for a client that sends nothing.
        let _ = stream.shutdown(Shutdown::Both);
    });
}

fn answer(server: &Server, mut stream: &UnixStream, pending: Receiver<Pending>) {
    for (query, cancel) in pending {
        let reply = server.answer(&query, cancel);
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

/// An answer that no request could carry; the version's limits keep honest packages below it.
#[derive(Debug, thiserror::Error)]
#[error("the package's output is longer than an answer may be; report it to the model's owner")]
struct OutputTooLong;

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
