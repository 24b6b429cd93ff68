use super::*;
use crate::serve::Call;
use crate::Cancel;
use std::thread;
use std::time::Duration;
use votive_digest::Parameters;

const HOUR: Duration = Duration::from_secs(3600);

fn run(root: u8, input: u8) -> Query {
    let call = Call { root: [root; 32], input: vec![input], parameters: Parameters::default(), time_limit_ms: 0 };
    Query::Run(call)
}

fn push(queries: &QueryQueue, query: Query, seconds: u64) {
    queries.push(query, Budget::new(Duration::from_secs(seconds), Cancel::default()), mpsc::channel().0);
}

/// The first bytes of the inputs of the queries that are taken next.
fn taken(queries: &QueryQueue) -> Vec<u8> {
    let input = |query: Waiting| match query.query {
        Query::Run(call) => call.input[0],
        _ => 0,
    };
    queries.take().into_iter().map(input).collect()
}

#[test]
fn the_most_urgent_call_runs_first_with_those_of_its_package() {
    let queries = QueryQueue::new(1);
    push(&queries, run(1, 1), 30);
    push(&queries, run(2, 2), 10);
    push(&queries, run(1, 3), 20);
    push(&queries, run(2, 4), 40);
    assert_eq!(taken(&queries), [2, 4]);
    assert_eq!(taken(&queries), [3, 1]);
    assert_eq!(queries.counts(), Counts { running: 4, waiting: 0 });
    queries.replied();
    queries.replied();
    assert_eq!(queries.counts().running, 2);
}

#[test]
fn no_more_than_a_batch_runs_together() {
    let queries = QueryQueue::new(1);
    for input in 0..10 {
        push(&queries, run(1, input), u64::from(input));
    }
    assert_eq!(taken(&queries), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(taken(&queries), [8, 9]);
}

#[test]
fn calls_are_shared_with_the_threads_that_are_free() {
    let queries = QueryQueue::new(3);
    for input in 0..5 {
        push(&queries, run(1, input), u64::from(input));
    }
    assert_eq!(taken(&queries), [0, 1]);
    assert_eq!(taken(&queries), [2, 3]);
    assert_eq!(taken(&queries), [4]);
}

#[test]
fn a_call_joins_those_of_its_package_if_nothing_is_more_urgent() {
    let queries = QueryQueue::new(1);
    let joins = |root: u8| queries.join(&[root; 32]).map(|query| query.number);
    push(&queries, run(1, 1), 10);
    assert_eq!(taken(&queries), [1]);
    assert_eq!(joins(1), None);
    push(&queries, run(1, 2), 40);
    push(&queries, run(2, 3), 30);
    assert_eq!((joins(1), joins(2)), (None, Some(2)));
    assert_eq!((joins(1), joins(1)), (Some(1), None));
    assert_eq!(queries.counts(), Counts { running: 3, waiting: 0 });
}

#[test]
fn a_call_joins_no_others_where_a_thread_is_free_for_it() {
    let queries = QueryQueue::new(2);
    push(&queries, run(1, 1), 10);
    assert_eq!(taken(&queries), [1]);
    push(&queries, run(1, 2), 10);
    assert!(queries.join(&[1; 32]).is_none());
    assert_eq!(taken(&queries), [2]);
    push(&queries, run(1, 3), 10);
    assert!(queries.join(&[1; 32]).is_some());
    queries.rest();
    push(&queries, run(1, 4), 10);
    assert!(queries.join(&[1; 32]).is_none());
}

#[test]
fn only_calls_run_together_and_golden_vectors_are_checked_before_them() {
    let queries = QueryQueue::new(1);
    push(&queries, run(1, 1), 10);
    let Query::Run(call) = run(1, 9) else { unreachable!("it is a call") };
    push(&queries, Query::Verify { call, output: Vec::new() }, 20);
    push(&queries, Query::CheckGolden { root: [1; 32], time_limit_ms: 0 }, 600);
    assert!(matches!(queries.take()[..], [Waiting { query: Query::CheckGolden { .. }, .. }]));
    assert_eq!(taken(&queries), [1]);
    assert!(matches!(queries.take()[..], [Waiting { query: Query::Verify { .. }, .. }]));
}

#[test]
fn a_query_waits_for_a_thread_as_long_as_its_time_and_no_longer() {
    let queries = QueryQueue::new(1);
    let late = queries.ask(run(1, 1), Budget::new(Duration::from_millis(1), Cancel::default()));
    assert_eq!(late.err(), Some(Stopped::TimeLimit));
    assert_eq!(queries.counts(), Counts::default());
}

#[test]
fn a_waiting_query_can_be_cancelled_and_a_taken_one_has_its_reply() {
    let (queries, cancel) = (QueryQueue::new(1), Cancel::default());
    thread::scope(|scope| {
        let waiting = scope.spawn(|| queries.ask(run(1, 1), Budget::new(HOUR, cancel.clone())).err());
        cancel.cancel();
        assert_eq!(waiting.join().expect("no panic"), Some(Stopped::Cancelled));
        let answered = scope.spawn(|| queries.ask(run(1, 2), Budget::new(HOUR, Cancel::default())));
        let taken = queries.take();
        taken[0].reply(Reply::GoldenHold(7));
        assert_eq!(answered.join().expect("no panic"), Ok(Reply::GoldenHold(7)));
    });
}
