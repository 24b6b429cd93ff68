use super::*;
use crate::{
    compute::Compute,
    fault::Fault,
    fixtures::{computed, leave_order, order},
    threads::Worker,
};
use futures::{executor::block_on, future::join, stream};
use parking_lot::Mutex;
use sp_api::ApiError;
use sp_core::{
    offchain::{testing::TestPersistentOffchainDB, STORAGE_PREFIX},
    H256,
};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::mpsc::{channel, Sender};
use votive_primitives::mailbox::{order_key, Computed, MachineFailure, WorkOrder};

/// A chain whose best block and open requests the test sets.
#[derive(Default)]
struct TestChain {
    best: Mutex<u32>,
    open: Mutex<Option<HashSet<RequestId>>>,
}

impl Chain for TestChain {
    fn best_number(&self) -> u32 {
        *self.best.lock()
    }

    fn open_requests(&self) -> Result<HashSet<RequestId>, ApiError> {
        self.open.lock().clone().ok_or_else(|| ApiError::Application("no such state".into()))
    }

    fn served_packages(&self) -> Result<BTreeSet<H256>, ApiError> {
        Ok(BTreeSet::new())
    }
}

/// Answers by the first byte of the input: 0 panics, 1 fails, any other is answered.
struct TestEngine;

impl Compute for TestEngine {
    fn compute(&self, order: &WorkOrder, _time: Duration) -> Result<Computed, Fault> {
        match order.input[0] {
            0 => panic!("an engine's panic, on purpose"),
            1 => Err(Fault { failure: MachineFailure::OverLimits, cause: "memory", source: "too large".into() }),
            _ => Ok(computed()),
        }
    }
}

struct Bench {
    storage: TestPersistentOffchainDB,
    chain: Arc<TestChain>,
    handover: Arc<Handover>,
    metrics: Metrics,
}

impl Bench {
    fn new(capacity: usize) -> Self {
        let metrics = Metrics::new(None).unwrap();
        let handover = Arc::new(Handover::new(capacity, metrics.clone()));
        Self { storage: Default::default(), chain: Default::default(), handover, metrics }
    }

    fn mailbox(&self) -> Mailbox<TestPersistentOffchainDB> {
        Mailbox::new(self.storage.clone())
    }

    fn service(&self) -> Service<TestPersistentOffchainDB, TestChain> {
        Service::new(self.mailbox(), self.chain.clone(), self.handover.clone(), self.metrics.clone())
    }

    fn worker(&self, answered: Sender<()>) -> Worker<TestPersistentOffchainDB, TestChain, TestEngine> {
        Worker {
            handover: self.handover.clone(),
            mailbox: self.mailbox(),
            chain: self.chain.clone(),
            engine: Arc::new(TestEngine),
            answered,
            block_time: Duration::from_secs(3),
            metrics: self.metrics.clone(),
        }
    }

    /// Leaves an order whose input is its request's first byte.
    fn leave(&self, number: u8, deadline: u32) -> RequestId {
        let order = order(number, deadline);
        leave_order(&mut self.storage.clone(), &order);
        order.request
    }

    fn queued(&self) -> Vec<RequestId> {
        std::iter::from_fn(|| self.handover.change(|queue| queue.start_next())).collect()
    }
}

/// Runs the service and one thread until `answers` orders are answered and none is open. The ping comes after both.
fn run_until_answered(bench: &Bench, answers: usize) {
    let (answered, mut was_answered) = channel(1);
    let (pings, pinged) = channel(1);
    let threads = Threads::start(1, bench.worker(answered)).unwrap();
    let service = bench.service().run(threads, pinged, stream::pending());
    let end = async move {
        while answers_in(bench) < answers || !bench.mailbox().open_orders().is_empty() {
            was_answered.recv().await;
        }
        drop(pings);
    };
    block_on(join(service, end));
}

fn answers_in(bench: &Bench) -> usize {
    (0..=u8::MAX).filter(|number| bench.mailbox().answer(&RequestId::repeat_byte(*number)).is_some()).count()
}

#[test]
fn orders_left_before_the_start_are_answered() {
    let bench = Bench::new(8);
    let requests = [bench.leave(2, 10), bench.leave(3, 20)];
    run_until_answered(&bench, 2);
    for request in requests {
        assert_eq!(bench.mailbox().answer(&request), Some(Ok(computed())));
    }
    assert_eq!(bench.mailbox().open_orders(), vec![]);
    assert_eq!((bench.metrics.answers.get(), bench.metrics.units.get()), (2, 2));
}

#[test]
fn a_ping_brings_a_new_order_to_the_engine() {
    let bench = Bench::new(8);
    let (answered, mut was_answered) = channel(1);
    let (pings, pinged) = channel(1);
    let threads = Threads::start(1, bench.worker(answered)).unwrap();
    let service = bench.service().run(threads, pinged, stream::pending());
    let ping = async {
        let request = bench.leave(2, 10);
        pings.send(()).await.unwrap();
        was_answered.recv().await.unwrap();
        assert_eq!(bench.mailbox().answer(&request), Some(Ok(computed())));
        drop(pings);
    };
    block_on(join(service, ping));
}

#[test]
fn failures_and_panics_are_answers_that_say_so() {
    let bench = Bench::new(8);
    let requests = [bench.leave(0, 10), bench.leave(1, 20), bench.leave(2, 30)];
    run_until_answered(&bench, 3);
    let answers = requests.map(|request| bench.mailbox().answer(&request).unwrap());
    assert_eq!(answers, [Err(MachineFailure::EngineFailed), Err(MachineFailure::OverLimits), Ok(computed())]);
    assert_eq!(bench.metrics.failures.with_label_values(&["panic"]).get(), 1);
    assert_eq!(bench.metrics.failures.with_label_values(&["memory"]).get(), 1);
}

#[test]
fn an_order_whose_seat_is_not_open_is_ended() {
    let bench = Bench::new(8);
    let (closed, open) = (bench.leave(2, 10), bench.leave(3, 10));
    let mut service = bench.service();
    service.look();
    *bench.chain.open.lock() = Some([open].into());
    service.look();
    assert_eq!(bench.mailbox().open_orders(), vec![open]);
    assert_eq!(bench.mailbox().order(&closed), None);
    assert_eq!(bench.queued(), vec![open]);
}

#[test]
fn orders_are_kept_while_the_open_seats_are_not_known() {
    let bench = Bench::new(8);
    let request = bench.leave(2, 10);
    bench.service().look();
    assert_eq!(bench.queued(), vec![request]);
}

#[test]
fn late_orders_are_ended_without_an_answer() {
    let bench = Bench::new(8);
    let waiting = bench.leave(2, 10);
    let mut service = bench.service();
    service.look();
    *bench.chain.best.lock() = 11;
    let late_from_the_start = bench.leave(3, 5);
    service.look();
    assert_eq!(bench.queued(), vec![]);
    assert_eq!(bench.mailbox().open_orders(), vec![]);
    for request in [waiting, late_from_the_start] {
        assert_eq!(bench.mailbox().answer(&request), None);
    }
    assert_eq!(bench.metrics.failures.with_label_values(&["deadline_passed"]).get(), 2);
}

#[test]
fn orders_beyond_the_queue_stay_in_the_mailbox() {
    let bench = Bench::new(1);
    let (first, second) = (bench.leave(2, 10), bench.leave(3, 20));
    let mut service = bench.service();
    service.look();
    assert_eq!(bench.queued(), vec![first]);
    assert_eq!(bench.mailbox().open_orders(), vec![first, second]);
    service.look();
    assert_eq!(bench.queued(), vec![second]);
}

#[test]
fn an_entry_without_an_order_is_ended_when_it_is_seen_twice() {
    let bench = Bench::new(8);
    let request = bench.leave(2, 10);
    OffchainStorage::remove(&mut bench.storage.clone(), STORAGE_PREFIX, &order_key(&request));
    let mut service = bench.service();
    service.look();
    assert_eq!(bench.mailbox().open_orders(), vec![request]);
    service.look();
    assert_eq!(bench.mailbox().open_orders(), vec![]);
}

#[test]
fn an_order_that_ended_while_it_waited_is_not_computed() {
    let bench = Bench::new(8);
    let (ended, last) = (bench.leave(2, 10), bench.leave(3, 20));
    bench.service().look();
    bench.mailbox().end_order(&ended);
    run_until_answered(&bench, 1);
    assert_eq!(bench.mailbox().answer(&ended), None);
    assert_eq!(bench.mailbox().answer(&last), Some(Ok(computed())));
}

#[test]
fn an_order_beside_its_answer_is_ended_and_not_computed_again() {
    let bench = Bench::new(8);
    let (answered, last) = (bench.leave(2, 10), bench.leave(3, 20));
    bench.mailbox().put_answer(&answered, &Ok(computed()), 0);
    bench.leave(2, 10);
    run_until_answered(&bench, 2);
    assert!(bench.mailbox().answer(&last).is_some());
    assert_eq!(bench.mailbox().open_orders(), vec![]);
    assert_eq!(bench.metrics.answers.get(), 1);
}
