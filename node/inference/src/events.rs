//! When the off-chain worker runs: for each best block, and again when there is an answer; one run at a time.

use futures::{
    future::{select, BoxFuture, Either},
    FutureExt, StreamExt,
};
use futures_timer::Delay;
use parking_lot::Mutex;
use sc_client_api::{
    BlockImportNotification, BlockchainEvents, FinalityNotifications, ImportNotifications, StorageEventStream,
    StorageKey,
};
use sc_utils::mpsc::{tracing_unbounded, TracingUnboundedSender};
use sp_runtime::traits::Block as BlockT;
use std::{pin::pin, sync::Arc, time::Duration};
use tokio::sync::mpsc::{channel, Receiver, Sender};

/// How long a run waits for the transaction pool. A pool that is later than this is hardly ever in time for the block.
const POOL_LIMIT: Duration = Duration::from_secs(1);

/// How long the next run waits for the end of the last. Runs take milliseconds; one that hangs must not stop the rest.
const RUN_LIMIT: Duration = Duration::from_secs(10);

/// Resolves when the transaction pool has followed the chain to a block.
pub type PoolReady<Block> = Box<dyn Fn(<Block as BlockT>::Hash) -> BoxFuture<'static, ()> + Send + Sync>;

/// Decides when the off-chain worker runs next.
pub struct Pacer<Block: BlockT> {
    imports: ImportNotifications<Block>,
    reruns: Receiver<()>,
    ended: Receiver<()>,
    pool_ready: PoolReady<Block>,
    runs: TracingUnboundedSender<BlockImportNotification<Block>>,
    latest: Option<BlockImportNotification<Block>>,
}

impl<Block: BlockT> Pacer<Block> {
    /// A pacer for the blocks of `client`, with the events that it paces and a token for each run.
    ///
    /// A message on `reruns` has the latest best block repeated.
    pub fn new<Client: BlockchainEvents<Block>>(
        client: Arc<Client>,
        reruns: Receiver<()>,
        pool_ready: PoolReady<Block>,
    ) -> (Self, PacedEvents<Block, Client>, RunTokens) {
        // Holds one message at most, whatever its type says: the pacer waits for the run of each.
        let (runs, paced) = tracing_unbounded("mpsc_paced_best_blocks", 16);
        let (end, ended) = channel(1);
        let imports = client.import_notification_stream();
        let pacer = Self { imports, reruns, ended, pool_ready, runs, latest: None };
        (pacer, PacedEvents { client, paced: Mutex::new(Some(paced)) }, RunTokens { end })
    }

    /// Runs until the client or the service ends.
    pub async fn run(mut self) {
        while self.next_cause().await {
            let Some(block) = self.latest.clone() else { continue };
            let ready = (self.pool_ready)(block.hash);
            select(ready, Delay::new(POOL_LIMIT)).await;
            // What came in meanwhile is served by this run too, if it is not about a newer block.
            while self.reruns.try_recv().is_ok() {}
            while self.ended.try_recv().is_ok() {}
            if self.runs.unbounded_send(block).is_err() {
                return;
            }
            select(pin!(self.ended.recv()), Delay::new(RUN_LIMIT)).await;
        }
    }

    /// Waits for a best block or a rerun. `false` at the end.
    async fn next_cause(&mut self) -> bool {
        loop {
            let imported = {
                let rerun = pin!(self.reruns.recv());
                match select(self.imports.next(), rerun).await {
                    Either::Left((Some(block), _)) => Some(block),
                    Either::Right((Some(()), _)) => None,
                    _ => return false,
                }
            };
            let is_rerun = imported.is_none();
            let is_best = imported.is_some_and(|block| self.note(block));
            if self.note_waiting() || is_best || is_rerun {
                return true;
            }
        }
    }

    /// Notes the blocks that are there already: of several best blocks only the last one is worth a run.
    fn note_waiting(&mut self) -> bool {
        let mut noted = false;
        while let Some(Some(block)) = self.imports.next().now_or_never() {
            noted |= self.note(block);
        }
        noted
    }

    fn note(&mut self, block: BlockImportNotification<Block>) -> bool {
        let is_best = block.is_new_best;
        if is_best {
            self.latest = Some(block);
        }
        is_best
    }
}

/// The client's events, but for imports: these come when the off-chain worker is to run.
pub struct PacedEvents<Block: BlockT, Client> {
    client: Arc<Client>,
    paced: Mutex<Option<ImportNotifications<Block>>>,
}

impl<Block: BlockT, Client: BlockchainEvents<Block>> BlockchainEvents<Block> for PacedEvents<Block, Client> {
    /// The paced stream, once; a second one ends at once.
    fn import_notification_stream(&self) -> ImportNotifications<Block> {
        let ended = || tracing_unbounded("mpsc_paced_best_blocks_ended", 1).1;
        self.paced.lock().take().unwrap_or_else(ended)
    }

    fn every_import_notification_stream(&self) -> ImportNotifications<Block> {
        self.client.every_import_notification_stream()
    }

    fn finality_notification_stream(&self) -> FinalityNotifications<Block> {
        self.client.finality_notification_stream()
    }

    fn storage_changes_notification_stream(
        &self,
        filter_keys: Option<&[StorageKey]>,
        child_filter_keys: Option<&[(StorageKey, Option<Vec<StorageKey>>)]>,
    ) -> sp_blockchain::Result<StorageEventStream<Block::Hash>> {
        self.client.storage_changes_notification_stream(filter_keys, child_filter_keys)
    }
}

/// Gives each run of the off-chain worker a token.
#[derive(Clone, Debug)]
pub struct RunTokens {
    end: Sender<()>,
}

impl RunTokens {
    /// A token for a run that starts: registered as an extension of its runtime call, it is dropped with the call,
    /// however the call ends.
    pub fn token(&self) -> RunTokenExt {
        RunTokenExt(RunToken { end: self.end.clone() })
    }
}

/// Tells the end of a run by being dropped.
#[derive(Debug)]
pub struct RunToken {
    end: Sender<()>,
}

impl Drop for RunToken {
    fn drop(&mut self) {
        let _ = self.end.try_send(());
    }
}

sp_externalities::decl_extension! {
    /// A run's token, inside of its runtime call. No host function reads it.
    pub struct RunTokenExt(RunToken);
}

#[cfg(test)]
mod tests;
