//! The watch: settled answers, computed again by a worker that was not asked, and reported where they are wrong.
//!
//! Answers of tokens are checked by one pass over prompt and answer. The watch only reports: it signs nothing, and what a wrong
//! answer costs those who gave it is the chain's to decide.

mod settled;

pub use settled::SettledAnswer;

use crate::{fault::Fault, metrics::WatchMetrics};
use codec::Codec;
use futures::StreamExt;
use sc_client_api::BlockchainEvents;
use settled::settled_answers;
use sp_api::ProvideRuntimeApi;
use sp_runtime::traits::{Block as BlockT, NumberFor};
use std::{
    io,
    sync::{
        mpsc::{sync_channel, Receiver, SyncSender},
        Arc,
    },
    thread,
    time::Duration,
};
use votive_engine::serve::Verification;
use votive_inference_api::InferenceApi;

const LOG_TARGET: &str = "votive-watch";

/// How many answers may wait. A chain that settles more than this machine checks has others watch it too.
const MAX_WAITING: usize = 256;

/// Something that checks answers.
pub trait Verify: Send + Sync + 'static {
    /// Checks an answer within `time`. Blocks: never call it on the async executor.
    fn verify(&self, settled: &SettledAnswer, time: Duration) -> Result<Verification, Fault>;
}

/// What became of an answer; the metrics' label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finding {
    Right,
    Wrong,
    NotHeld,
    Failed,
}

impl Finding {
    fn label(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Wrong => "wrong",
            Self::NotHeld => "not_held",
            Self::Failed => "failed",
        }
    }
}

/// Starts the thread that checks, and returns where answers are left for it. It ends with the last of these.
pub fn start<E: Verify>(
    engine: Arc<E>,
    time: Duration,
    metrics: WatchMetrics,
) -> io::Result<SyncSender<SettledAnswer>> {
    let (answers, waiting) = sync_channel(MAX_WAITING);
    thread::Builder::new().name("watch".into()).spawn(move || check_all(&*engine, waiting, time, &metrics))?;
    Ok(answers)
}

/// Leaves the answers of every best block for the thread that checks. Reads the chain's state, so it wants a thread that may block.
pub async fn collect<Block, AccountId, Balance, Client>(
    client: Arc<Client>,
    answers: SyncSender<SettledAnswer>,
    metrics: WatchMetrics,
) where
    Block: BlockT,
    AccountId: Codec,
    Balance: Codec,
    Client: ProvideRuntimeApi<Block> + BlockchainEvents<Block>,
    Client::Api: InferenceApi<Block, AccountId, Balance, NumberFor<Block>>,
{
    let mut blocks = client.import_notification_stream();
    while let Some(block) = blocks.next().await {
        if !block.is_new_best {
            continue;
        }
        // The blocks of another fork that became the chain with this one were told of as they came, when they were not the best.
        let fork = block.tree_route.iter().flat_map(|route| route.enacted()).map(|enacted| enacted.hash);
        for hash in fork.chain([block.hash]) {
            match settled_answers(&*client, hash) {
                Ok(settled) => settled.into_iter().for_each(|answer| leave(&answers, answer, &metrics)),
                Err(error) => {
                    metrics.answers.with_label_values(&["skipped"]).inc();
                    log::warn!(target: LOG_TARGET, "Answers that {hash:?} settled are not known: {error}");
                }
            }
        }
    }
}

fn leave(answers: &SyncSender<SettledAnswer>, answer: SettledAnswer, metrics: &WatchMetrics) {
    if let Err(refused) = answers.try_send(answer) {
        metrics.answers.with_label_values(&["skipped"]).inc();
        log::debug!(target: LOG_TARGET, "An answer is not checked: {refused}");
    }
}

fn check_all(engine: &impl Verify, waiting: Receiver<SettledAnswer>, time: Duration, metrics: &WatchMetrics) {
    for answer in waiting {
        let finding = check(engine, &answer, time);
        metrics.answers.with_label_values(&[finding.label()]).inc();
    }
}

/// Checks one answer and logs what came of it.
fn check(engine: &impl Verify, answer: &SettledAnswer, time: Duration) -> Finding {
    let SettledAnswer { request, digest, .. } = answer;
    let wrong = |why: &str| {
        log::error!(target: LOG_TARGET, "👁 Request {request:?} settled on a wrong answer: {why} (digest {digest:?})");
        Finding::Wrong
    };
    match engine.verify(answer, time) {
        Ok(Verification::Right(completion)) if completion.digest(request.as_fixed_bytes()) == digest.0 => {
            log::debug!(target: LOG_TARGET, "Request {request:?}: the settled answer is right");
            Finding::Right
        }
        Ok(Verification::Right(_)) => wrong("its code, its units or its trace are others than the model's"),
        Ok(Verification::Wrong(why)) => wrong(&why),
        Err(fault) if fault.cause == "unknown_package" => Finding::NotHeld,
        Err(fault) => {
            log::warn!(target: LOG_TARGET, "Request {request:?}: the settled answer could not be checked, {fault}");
            Finding::Failed
        }
    }
}

#[cfg(test)]
mod tests;
