//! What the process does to itself so that it, and nothing beside it, ends when a model takes too much memory.

use rustix::process::{getrlimit, setrlimit, Resource, Rlimit};
use std::{fs, io};

/// The kernel ends the process with the highest score first; this is the highest.
const OOM_SCORE: &str = "1000";

/// Why the process could not be confined. It must not serve then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfineError {
    /// The system refuses the limit.
    #[error("cannot limit the process to {bytes} bytes of memory; lower its limits, or raise those of the system (ulimit -d)")]
    Limit {
        /// The limit.
        bytes: u64,
        /// The operating system's answer.
        source: io::Error,
    },
    /// The system does not take the score.
    #[error(
        "cannot have the engine ended before the node when memory runs out; check that /proc is there and writable"
    )]
    Score(#[source] io::Error),
}

/// Limits the process's own memory to `bytes`, and has the kernel end it before all others when the machine has no more.
///
/// The limit is that of writable private memory (`RLIMIT_DATA`): it counts what is allocated, not what is reserved. An
/// allocation beyond it is refused, which ends the process where the code cannot go on without; nothing is dumped.
pub fn confine(bytes: u64) -> Result<(), ConfineError> {
    let limited = |resource, wanted: u64| {
        let most = getrlimit(resource).maximum.map_or(wanted, |most| most.min(wanted));
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })
            .map_err(|error| ConfineError::Limit { bytes: wanted, source: error.into() })
    };
    limited(Resource::Data, bytes)?;
    limited(Resource::Core, 0)?;
    if cfg!(target_os = "linux") {
        fs::write("/proc/self/oom_score_adj", OOM_SCORE).map_err(ConfineError::Score)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::env;
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, ExitStatus};

    const CONFINED: &str = "VOTIVE_TEST_CONFINED";
    const LIMIT: u64 = 64 << 20;

    /// Runs the test `name` again in a process of its own.
    fn confined(name: &str) -> ExitStatus {
        let test = format!("serve::confine::tests::{name}");
        let mut again = Command::new(env::current_exe().expect("the test's binary"));
        again.args(["--exact", &test, "--quiet"]).env(CONFINED, "1").status().expect("it starts")
    }

    #[test]
    fn an_allocation_beyond_the_limit_is_refused_and_one_within_it_is_not() {
        if env::var_os(CONFINED).is_none() {
            assert!(confined("an_allocation_beyond_the_limit_is_refused_and_one_within_it_is_not").success());
            return;
        }
        confine(LIMIT).expect("confined");
        assert!(Vec::<u8>::new().try_reserve_exact(256 << 20).is_err());
        assert!(Vec::<u8>::new().try_reserve_exact(8 << 20).is_ok());
        assert_eq!(fs::read_to_string("/proc/self/oom_score_adj").expect("it is read").trim(), OOM_SCORE);
    }

    #[test]
    fn code_that_cannot_go_on_without_memory_ends_its_process_and_no_other() {
        if env::var_os(CONFINED).is_none() {
            let ended = confined("code_that_cannot_go_on_without_memory_ends_its_process_and_no_other");
            assert!(ended.signal().is_some(), "{ended}");
            return;
        }
        confine(LIMIT).expect("confined");
        std::hint::black_box(vec![1_u8; 256 << 20]);
    }
}
