//! How many requests a second the measured weights allow: the whole life of a request with one seat, from its submission
//! to the day on which its answer is forgotten.

use frame_support::dispatch::{DispatchClass, GetDispatchInfo};
use pallet_inference::{WeightInfo, PAGE};
use sp_core::{crypto::UncheckedFrom, ed25519, H256};
use sp_runtime::{generic::Preamble, traits::ExtensionVariant};
use votive_primitives::{
    ids::VersionId,
    payload::{Bundle, CommitItem, RevealItem, MAX_REVEALS},
    request::{Answer, Seats},
    worker_key::{WorkerKey, WorkerSignature},
    AnswerCode, Parameters,
};
use votive_runtime::*;

type Weights = <Runtime as pallet_inference::Config>::WeightInfo;

/// What is aimed at.
const TARGET_PER_SECOND: u64 = 300;

/// What the weights have allowed so far, rounded down: no change may take from it.
const REACHED_PER_SECOND: u64 = 300;

/// Requests in a block, and workers that share their seats.
const REQUESTS: u64 = 900;
const WORKERS: u64 = 32;

/// Bytes of a request and of an answer of the digits model.
const INPUT_BYTES: usize = 64;
const OUTPUT_BYTES: usize = 40;

fn key() -> (WorkerKey, WorkerSignature) {
    (ed25519::Public::unchecked_from([1; 32]).into(), ed25519::Signature::unchecked_from([1; 64]).into())
}

/// What the block's weight limit is charged for a transaction: call, extensions and base.
fn charged(call: RuntimeCall, preamble: Preamble<Address, Signature, TxExtension>) -> u64 {
    let transaction = UncheckedExtrinsic::from_parts(call, preamble);
    let base = <Runtime as frame_system::Config>::BlockWeights::get().get(DispatchClass::Normal).base_extrinsic;
    transaction.get_dispatch_info().total_weight().saturating_add(base).ref_time()
}

fn submission() -> u64 {
    let call = pallet_inference::Call::submit_request {
        version: VersionId { model: 0, number: 1 },
        input: vec![1; INPUT_BYTES].try_into().unwrap(),
        parameters: Parameters { max_units: 1, ..Default::default() },
        seats: Seats::One,
        audit: sp_runtime::Permill::from_percent(2),
        max_fee: VOT,
    };
    let signed = Preamble::Signed(
        AccountId::from([1; 32]).into(),
        Signature::Sr25519(sp_core::sr25519::Signature::unchecked_from([1; 64])),
        extension(),
    );
    charged(call.into(), signed)
}

fn extension() -> TxExtension {
    use frame_system::offchain::CreateAuthorizedTransaction;
    <Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_extension()
}

fn commits(count: u64) -> u64 {
    let (key, signature) = key();
    let item = CommitItem { request: H256::zero(), attempt: 0, commitment: H256::zero() };
    let items = vec![item; count as usize].try_into().unwrap();
    let call = pallet_inference::Call::commit { bundle: Bundle { key, signed_at: 1, items }, signature };
    charged(call.into(), Preamble::General(ExtensionVariant::V0(extension())))
}

fn reveals(count: u64) -> u64 {
    let (key, signature) = key();
    let output = vec![1; OUTPUT_BYTES].try_into().unwrap();
    let item = RevealItem {
        request: H256::zero(),
        attempt: 0,
        answer_hash: H256::zero(),
        units: 1,
        trace_hash: H256::zero(),
        salt: H256::zero(),
        answer: Some(Answer { code: AnswerCode::Complete, output }),
    };
    let items = vec![item; count as usize].try_into().unwrap();
    let call = pallet_inference::Call::reveal { bundle: Bundle { key, signed_at: 1, items }, signature };
    charged(call.into(), Preamble::General(ExtensionVariant::V0(extension())))
}

/// Weight of all transactions of a block with `REQUESTS` of each step.
fn transactions() -> u64 {
    let each = REQUESTS.div_ceil(WORKERS);
    let most = u64::from(MAX_REVEALS);
    let reveal_bundles =
        (each / most) * reveals(most) + if each.is_multiple_of(most) { 0 } else { reveals(each % most) };
    REQUESTS * submission() + WORKERS * (commits(each) + reveal_bundles)
}

/// Weight of the sweep of such a block.
fn sweep() -> u64 {
    let database: frame_support::weights::RuntimeDbWeight = <Runtime as frame_system::Config>::DbWeight::get();
    // Its entries: to be drawn, at the deadline of its commits (stale by then), to be final, and to forget its answer.
    let each = Weights::look() * 3 + Weights::draw(1) + Weights::finalise(1) + Weights::forget_answer();
    let pages = Weights::agenda_page() * (4 * REQUESTS).div_ceil(u64::from(PAGE));
    let operators = (Weights::book_operator() + database.reads_writes(1, 1)) * WORKERS;
    let times = database.reads_writes(2, 2) * 3;
    let owner = database.reads_writes(2, 1);
    let once =
        Weights::on_initialize() + Weights::candidates() + Weights::book_money() + pages + operators + times + owner;
    (each * REQUESTS + once).ref_time()
}

#[test]
fn the_weights_allow_as_many_requests_a_second_as_before() {
    let limits = <Runtime as frame_system::Config>::BlockWeights::get();
    let normal = limits.get(DispatchClass::Normal).max_total.unwrap().ref_time();
    let swept = Inference::sweep_limit().ref_time();
    // What a full sweep leaves of the block.
    let normal = normal.min(limits.max_block.ref_time() - swept);
    let seconds = |weight: u64| weight as f64 / 1e12;
    let per_second =
        |limit: u64, used: u64| (REQUESTS as f64 * limit as f64 / used as f64) * 1e3 / SLOT_MILLISECONDS as f64;
    let (by_transactions, by_sweep) = (per_second(normal, transactions()), per_second(swept, sweep()));
    println!(
        "submission {:.0} µs, commit {:.0} µs, reveal {:.0} µs, sweep {:.0} µs a request",
        submission() as f64 / 1e6,
        commits(REQUESTS.div_ceil(WORKERS)) as f64 / 1e6 / REQUESTS.div_ceil(WORKERS) as f64,
        reveals(u64::from(MAX_REVEALS)) as f64 / 1e6 / f64::from(MAX_REVEALS),
        sweep() as f64 / 1e6 / REQUESTS as f64
    );
    println!(
        "transactions fill {:.3} s of {:.1} s, the sweep {:.3} s of {:.1} s",
        seconds(transactions()),
        seconds(normal),
        seconds(sweep()),
        seconds(swept)
    );
    println!("ceiling: {by_transactions:.0} requests/s by transactions, {by_sweep:.0} by the sweep; target {TARGET_PER_SECOND}");
    assert!(by_transactions.min(by_sweep) >= REACHED_PER_SECOND as f64);
}
