//! Keeps one engine's process running.

use super::launch::{Launch, LaunchError};
use super::process::Process;
use crate::serve::Status;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use votive_digest::Hash;

/// How often the process is asked for its status.
const STATUS_PAUSE: Duration = Duration::from_secs(5);

/// How long nothing is started after a first death, and at most after many in a row.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// A process that lived so long counts as sound: the next death is a first one.
const SOUND: Duration = Duration::from_secs(60);

/// What becomes of the process, for logs and metrics.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// It listens.
    Started {
        /// Its id.
        pid: u32,
    },
    /// It ended, and is started again after `pause`.
    Died {
        /// Its id.
        pid: u32,
        /// How it ended.
        exit: String,
        /// Until the next start.
        pause: Duration,
    },
    /// It could not be started, which is tried again after `pause`.
    NotStarted {
        /// Why.
        error: LaunchError,
        /// Until the next start.
        pause: Duration,
    },
    /// How it does.
    Status(Status),
    /// A package's golden vectors hold in it.
    GoldenHold {
        /// The package.
        root: Hash,
        /// How many.
        vectors: u32,
    },
}

/// Hears of events. Called by several threads.
pub(super) type Listener = dyn Fn(Event) + Send + Sync;

/// The process that runs now, as all threads see it.
#[derive(Debug, Default)]
pub(super) struct Present {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    process: Option<Arc<Process>>,
    closed: bool,
}

impl Present {
    /// The process that runs; waits until there is one, at most until `deadline`.
    pub fn wait(&self, deadline: Instant) -> Option<Arc<Process>> {
        let mut state = self.state();
        loop {
            if state.process.is_some() || state.closed {
                return state.process.clone();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Forgets a process that is found dead, unless another has taken its place.
    pub fn lose(&self, process: &Arc<Process>) {
        let mut state = self.state();
        if state.process.as_ref().is_some_and(|present| Arc::ptr_eq(present, process)) {
            state.process = None;
        }
    }

    /// Ends the process for good.
    fn close(&self) {
        let process = {
            let mut state = self.state();
            state.closed = true;
            state.process.take()
        };
        self.changed.notify_all();
        if let Some(process) = process {
            process.end();
        }
    }

    /// Has `process` used from now on. `false` if the engine was closed.
    fn set(&self, process: &Arc<Process>) -> bool {
        let mut state = self.state();
        if !state.closed {
            state.process = Some(process.clone());
            self.changed.notify_all();
        }
        !state.closed
    }

    /// Waits for `pause`. `false` if the engine was closed.
    fn pause(&self, pause: Duration) -> bool {
        let state = self.state();
        let waited = self.changed.wait_timeout_while(state, pause, |state| !state.closed);
        !waited.unwrap_or_else(PoisonError::into_inner).0.closed
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread that starts the process, again and again. Dropped, it ends both.
#[derive(Debug)]
pub(super) struct Supervisor {
    pub present: Arc<Present>,
    thread: Option<JoinHandle<()>>,
}

impl Supervisor {
    /// Starts a process, and supervises it once it listens.
    pub fn start(launch: Launch, listener: Arc<Listener>) -> Result<Self, LaunchError> {
        let first = Arc::new(Process::start(&launch)?);
        let present = Arc::new(Present::default());
        // Before the thread runs: a call may come at once.
        present.set(&first);
        let work = Work { launch, listener, present: present.clone() };
        let spawned = thread::Builder::new().name("engine-supervisor".into()).spawn(move || work.run(first));
        Ok(Self { present, thread: Some(spawned.map_err(LaunchError::Thread)?) })
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.present.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Work {
    launch: Launch,
    listener: Arc<Listener>,
    present: Arc<Present>,
}

impl Work {
    fn run(self, first: Arc<Process>) {
        let (mut started, mut deaths) = (Ok(first), 0);
        loop {
            let pause = match started {
                Ok(process) => match self.serve(process, &mut deaths) {
                    Some(pause) => pause,
                    None => return,
                },
                Err(error) => {
                    let pause = pause_after(&mut deaths);
                    (self.listener)(Event::NotStarted { error, pause });
                    pause
                }
            };
            if !self.present.pause(pause) {
                return;
            }
            started = Process::start(&self.launch).map(Arc::new);
        }
    }

    /// Has a process used until it dies, and tells how long to wait then; `None` if the engine was closed.
    fn serve(&self, process: Arc<Process>, deaths: &mut u32) -> Option<Duration> {
        let (since, pid) = (Instant::now(), process.pid);
        if !self.present.set(&process) {
            process.end();
            return None;
        }
        (self.listener)(Event::Started { pid });
        process.watch(STATUS_PAUSE, |status| (self.listener)(Event::Status(status)));
        self.present.lose(&process);
        let exit = process.end().map_or_else(|| "not known how".into(), |exit| exit.to_string());
        if since.elapsed() >= SOUND {
            *deaths = 0;
        }
        let pause = pause_after(deaths);
        // A process that was ended for good has not died.
        if !self.present.pause(Duration::ZERO) {
            return None;
        }
        (self.listener)(Event::Died { pid, exit, pause });
        Some(pause)
    }
}

/// Counts a death, and tells how long to wait after it.
fn pause_after(deaths: &mut u32) -> Duration {
    let pause = FIRST_PAUSE.saturating_mul(1 << (*deaths).min(10));
    *deaths = deaths.saturating_add(1);
    pause.min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let mut deaths = 0;
        let pauses: Vec<u128> = (0..9).map(|_| pause_after(&mut deaths).as_millis()).collect();
        assert_eq!(pauses, [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
        deaths = u32::MAX;
        assert_eq!(pause_after(&mut deaths), LONGEST_PAUSE);
    }
}
