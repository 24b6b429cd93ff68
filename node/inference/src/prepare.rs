//! Packages are checked when a worker starts to serve them, not only when a seat depends on it.

use crate::{chain::Chain, fault::Fault};
use futures::{Stream, StreamExt};
use sp_core::H256;
use std::{
    collections::{BTreeSet, HashMap},
    io,
    pin::pin,
    sync::{
        mpsc::{sync_channel, Receiver, SyncSender},
        Arc,
    },
    thread,
};
use votive_engine::remote::RemoteEngine;

const LOG_TARGET: &str = "votive-inference";

/// Something that checks packages.
pub trait Prepare: Send + Sync + 'static {
    /// The process that computes now. Another one has checked nothing yet.
    fn process(&self) -> Option<u32>;

    /// Checks a package's root and its golden vectors, unless this process has done so. Blocks: never call it on the async executor.
    fn prepare(&self, package_root: &H256) -> Result<(), Fault>;
}

impl Prepare for RemoteEngine {
    fn process(&self) -> Option<u32> {
        self.process_id()
    }

    fn prepare(&self, package_root: &H256) -> Result<(), Fault> {
        Ok(self.check_golden(package_root.as_fixed_bytes())?)
    }
}

/// Starts the thread that checks, and returns where the packages are left that are served. It ends with the last of these.
pub fn start<E: Prepare>(engine: Arc<E>) -> io::Result<SyncSender<BTreeSet<H256>>> {
    let (packages, served) = sync_channel(1);
    thread::Builder::new().name("prepare".into()).spawn(move || prepare_all(&*engine, served))?;
    Ok(packages)
}

/// Leaves what the workers of this machine serve, by each best block. Reads the chain's state, so it wants a thread that may block.
pub async fn collect<C: Chain>(
    chain: Arc<C>,
    best_blocks: impl Stream<Item = ()>,
    packages: SyncSender<BTreeSet<H256>>,
) {
    let mut best_blocks = pin!(best_blocks);
    loop {
        match chain.served_packages() {
            // Full: the thread is at work, and the next block will say the same.
            Ok(served) => drop(packages.try_send(served)),
            Err(error) => log::debug!(target: LOG_TARGET, "Served packages not known: {error}"),
        }
        if best_blocks.next().await.is_none() {
            return;
        }
    }
}

fn prepare_all(engine: &impl Prepare, served: Receiver<BTreeSet<H256>>) {
    let mut tried = Tried::default();
    for packages in served {
        tried.prepare(engine, packages);
    }
}

/// The process in which each served package was checked last.
#[derive(Default)]
struct Tried(HashMap<H256, u32>);

impl Tried {
    /// Checks each package once in each process: one that was refused is tried again with the first order for it.
    fn prepare(&mut self, engine: &impl Prepare, packages: BTreeSet<H256>) {
        self.0.retain(|root, _| packages.contains(root));
        for root in packages {
            let Some(process) = engine.process() else { return };
            if self.0.insert(root, process) == Some(process) {
                continue;
            }
            if let Err(fault) = engine.prepare(&root) {
                log::warn!(target: LOG_TARGET, "Package {root:?} is served, and cannot be: {fault}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parking_lot::Mutex;
    use votive_primitives::mailbox::MachineFailure;

    /// Notes what it is asked, and refuses package 2.
    #[derive(Default)]
    struct Noting {
        process: Option<u32>,
        asked: Mutex<Vec<H256>>,
    }

    impl Prepare for Noting {
        fn process(&self) -> Option<u32> {
            self.process
        }

        fn prepare(&self, package_root: &H256) -> Result<(), Fault> {
            self.asked.lock().push(*package_root);
            match *package_root == root(2) {
                true => Err(Fault { failure: MachineFailure::EngineFailed, cause: "golden", source: "wrong".into() }),
                false => Ok(()),
            }
        }
    }

    fn root(number: u8) -> H256 {
        H256::repeat_byte(number)
    }

    #[test]
    fn each_package_is_checked_once_in_each_process_while_it_is_served() {
        let (mut tried, mut engine) = (Tried::default(), Noting::default());
        let rounds: [(Option<u32>, &[u8], &[u8]); 6] = [
            (None, &[1], &[]),
            (Some(7), &[1, 2], &[1, 2]),
            (Some(7), &[1, 2, 3], &[3]),
            (Some(7), &[2], &[]),
            (Some(7), &[1, 2], &[1]),
            (Some(8), &[2], &[2]),
        ];
        for (process, served, asked) in rounds {
            engine.process = process;
            tried.prepare(&engine, served.iter().copied().map(root).collect());
            assert_eq!(std::mem::take(engine.asked.get_mut()), asked.iter().copied().map(root).collect::<Vec<_>>());
        }
    }
}
