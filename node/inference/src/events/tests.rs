use super::*;
use futures::executor::LocalPool;
use futures::task::LocalSpawnExt;
use sp_blockchain::Result as ClientResult;
use sp_consensus::BlockOrigin;
use sp_runtime::{
    generic,
    traits::{BlakeTwo256, Header as _},
    OpaqueExtrinsic,
};

type Header = generic::Header<u32, BlakeTwo256>;
type Block = generic::Block<Header, OpaqueExtrinsic>;
type Notification = BlockImportNotification<Block>;

/// A client whose only events are the imports of the test.
struct TestClient(Mutex<Option<ImportNotifications<Block>>>);

impl BlockchainEvents<Block> for TestClient {
    fn import_notification_stream(&self) -> ImportNotifications<Block> {
        self.0.lock().take().expect("taken once by the pacer")
    }
    fn every_import_notification_stream(&self) -> ImportNotifications<Block> {
        tracing_unbounded("test", 1).1
    }
    fn finality_notification_stream(&self) -> FinalityNotifications<Block> {
        tracing_unbounded("test", 1).1
    }
    fn storage_changes_notification_stream(
        &self,
        _: Option<&[StorageKey]>,
        _: Option<&[(StorageKey, Option<Vec<StorageKey>>)]>,
    ) -> ClientResult<StorageEventStream<<Block as BlockT>::Hash>> {
        Err(sp_blockchain::Error::Backend("no storage here".into()))
    }
}

struct Bench {
    pool: LocalPool,
    imports: TracingUnboundedSender<Notification>,
    reruns: Sender<()>,
    runs: ImportNotifications<Block>,
    tokens: RunTokens,
}

impl Bench {
    fn new() -> Self {
        let (imports, imported) = tracing_unbounded("test", 16);
        let (reruns, reran) = channel(1);
        let client = Arc::new(TestClient(Mutex::new(Some(imported))));
        let (pacer, events, tokens) = Pacer::new(client, reran, Box::new(|_| futures::future::ready(()).boxed()));
        let pool = LocalPool::new();
        pool.spawner().spawn_local(pacer.run()).unwrap();
        Self { pool, imports, reruns, runs: events.import_notification_stream(), tokens }
    }

    fn import(&self, number: u32, is_new_best: bool) {
        let header =
            Header::new(number, Default::default(), Default::default(), Default::default(), Default::default());
        let unpin = tracing_unbounded("test", 16).0;
        let block = Notification::new(header.hash(), BlockOrigin::NetworkBroadcast, header, is_new_best, None, unpin);
        self.imports.unbounded_send(block).unwrap();
    }

    /// Numbers of the blocks for which runs were asked so far.
    fn asked(&mut self) -> Vec<u32> {
        self.pool.run_until_stalled();
        std::iter::from_fn(|| self.runs.next().now_or_never().flatten()).map(|block| *block.header.number()).collect()
    }

    fn end_run(&self) {
        drop(self.tokens.token());
    }
}

#[test]
fn each_best_block_has_its_run() {
    let mut bench = Bench::new();
    bench.import(1, true);
    assert_eq!(bench.asked(), vec![1]);
    bench.end_run();
    bench.import(2, true);
    assert_eq!(bench.asked(), vec![2]);
}

#[test]
fn a_block_that_is_not_best_has_none() {
    let mut bench = Bench::new();
    bench.import(1, false);
    assert!(bench.asked().is_empty());
}

#[test]
fn a_rerun_repeats_the_latest_best_block() {
    let mut bench = Bench::new();
    bench.import(1, true);
    bench.import(2, false);
    assert_eq!(bench.asked(), vec![1]);
    bench.end_run();
    bench.reruns.try_send(()).unwrap();
    assert_eq!(bench.asked(), vec![1]);
}

#[test]
fn a_rerun_before_the_first_block_is_forgotten() {
    let mut bench = Bench::new();
    bench.reruns.try_send(()).unwrap();
    assert!(bench.asked().is_empty());
    bench.import(1, true);
    assert_eq!(bench.asked(), vec![1]);
}

#[test]
fn a_run_starts_only_after_the_last_has_ended_and_at_the_newest_block() {
    let mut bench = Bench::new();
    bench.import(1, true);
    assert_eq!(bench.asked(), vec![1]);
    bench.import(2, true);
    bench.reruns.try_send(()).unwrap();
    bench.import(3, true);
    assert!(bench.asked().is_empty());
    bench.end_run();
    assert_eq!(bench.asked(), vec![3]);
    bench.end_run();
    assert!(bench.asked().is_empty());
}
