//! A crowd: far more requests are due at one time than the sweep of a block can take.

use super::{blocks::Blocks, transactions};
use crate::chain::{genesis, send_as, DIGITS};
use frame_support::{
    dispatch::RawOrigin,
    traits::{Get, Hooks},
    weights::Weight,
    BoundedVec,
};
use pallet_inference::{AgendaCursor, Call, OpenSeats, Requests, Windows};
use parameters::{
    dynamic::settlement::{self, Parameters as Settlement},
    RuntimeParameters,
};
use sp_core::{crypto::UncheckedFrom, ed25519, H256};
use sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET;
use sp_keyring::Sr25519Keyring::{Dave, Eve};
use sp_runtime::{traits::Dispatchable, Permill};
use votive_primitives::{
    digest,
    ids::RequestId,
    payload::{Bundle, CommitItem, RevealItem},
    request::{Answer, Progress, Seats, State},
    worker_key::{WorkerKey, WorkerSignature},
    AnswerCode, Parameters,
};
use votive_runtime::*;

/// Requests that settle, and requests that nobody serves; all are due at the same time.
const SETTLED: usize = 1_200;
const UNSERVED: usize = 4_000;

/// Blocks from settled to final, and for which a request waits.
const FINAL_BLOCKS: u32 = 40;
const WAITING_BLOCKS: u32 = 20;

/// The most blocks that the crowd may take to end once it is due.
const PATIENCE: u32 = 60;

const SALT: H256 = H256([1; 32]);

/// Runs the crowd and checks each block's sweep.
pub fn run() {
    genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
        System::set_block_number(0);
        let mut blocks = Blocks::new();
        sweep_of_next_block(&mut blocks);
        set_up();
        submit(Dave, Seats::One, SETTLED);
        while waits() {
            sweep_of_next_block(&mut blocks);
        }
        answer_all();
        let settled = Inference::now();
        pallet_workers::Workers::<Runtime>::translate_values(|mut worker: pallet_workers::WorkerOf<Runtime>| {
            worker.chilled = true;
            Some(worker)
        });
        while Inference::now() < settled + FINAL_BLOCKS - WAITING_BLOCKS {
            sweep_of_next_block(&mut blocks);
        }
        submit(Eve, Seats::Seven, UNSERVED);
        assert!(Requests::<Runtime>::iter_keys().count() == SETTLED + UNSERVED, "nothing has ended yet");
        let mut blocks_behind = 0;
        while Requests::<Runtime>::iter_keys().next().is_some() {
            sweep_of_next_block(&mut blocks);
            blocks_behind += u32::from(AgendaCursor::<Runtime>::get().time <= Inference::now());
            assert!(Inference::now() <= settled + FINAL_BLOCKS + PATIENCE, "everything ends");
        }
        println!("{} requests took {blocks_behind} blocks more than one", SETTLED + UNSERVED);
        assert!(blocks_behind > 0, "the crowd is too small to show anything");
        Inference::do_try_state().unwrap();
        Workers::do_try_state().unwrap();
    });
}

/// Opens the next block as the executive does, as far as the draws need it, and checks what the sweep took of it.
fn sweep_of_next_block(blocks: &mut Blocks) {
    let limits = <Runtime as frame_system::Config>::BlockWeights::get();
    let digest = blocks.next(true);
    let height = blocks.height();
    System::reset_events();
    System::initialize(&height, &Hash::zero(), &digest);
    Babe::on_initialize(height);
    let taken: Weight = Inference::on_initialize(height);
    Babe::on_finalize(height);
    assert!(taken.all_lte(limits.max_block / 10 * 3), "the sweep took {taken:?} of a block of {:?}", limits.max_block);
}

/// Wide windows, and eight workers with as many seats as they can have.
fn set_up() {
    let windows = Windows {
        waiting_blocks: WAITING_BLOCKS,
        final_blocks: FINAL_BLOCKS,
        reveal_blocks: 2,
        answer_blocks: 5,
        ..Windows::DEFAULT
    };
    for change in
        [Settlement::Windows(settlement::Windows, Some(windows)), Settlement::MinLock(settlement::MinLock, Some(VOT))]
    {
        let key_value = RuntimeParameters::Settlement(change);
        transactions::dispatch_as_root(pallet_parameters::Call::set_parameter { key_value }.into());
    }
    pallet_workers::Workers::<Runtime>::translate_values(|mut worker: pallet_workers::WorkerOf<Runtime>| {
        worker.capacity = 256;
        Some(worker)
    });
}

fn submit(who: sp_keyring::Sr25519Keyring, seats: Seats, count: usize) {
    for _ in 0..count {
        let call = Call::submit_request {
            version: DIGITS,
            input: vec![1; 64].try_into().unwrap(),
            parameters: Parameters::default(),
            seats,
            audit: Permill::from_percent(2),
            max_fee: Balance::MAX,
        };
        send_as(who, call).unwrap();
    }
}

fn waits() -> bool {
    Requests::<Runtime>::iter_values().any(|request| matches!(request.state, State::Waiting { .. }))
}

fn answer() -> Answer {
    Answer { code: AnswerCode::Complete, output: vec![2; 40].try_into().unwrap() }
}

/// Commits and reveals for every open seat.
fn answer_all() {
    let keys: Vec<WorkerKey> = OpenSeats::<Runtime>::iter_keys().collect();
    for key in &keys {
        let open = OpenSeats::<Runtime>::get(key).into_inner();
        for requests in open.chunks(64) {
            let items = bounded(requests.iter().map(commit_of));
            authorise(Call::commit { bundle: Bundle { key: key.clone(), signed_at: 0, items }, signature: unsigned() });
        }
    }
    for key in &keys {
        let open = OpenSeats::<Runtime>::get(key).into_inner();
        for requests in open.chunks(16) {
            let items = bounded(requests.iter().map(reveal_of));
            authorise(Call::reveal { bundle: Bundle { key: key.clone(), signed_at: 0, items }, signature: unsigned() });
        }
    }
}

fn bounded<T, N: Get<u32>>(items: impl Iterator<Item = T>) -> BoundedVec<T, N> {
    BoundedVec::truncate_from(items.collect())
}

/// A signature that nobody asks for, because the bundle is dispatched without its check.
fn unsigned() -> WorkerSignature {
    ed25519::Signature::unchecked_from([0; 64]).into()
}

fn authorise(call: Call<Runtime>) {
    RuntimeCall::from(call).dispatch(RawOrigin::Authorized.into()).unwrap();
}

fn commit_of(id: &RequestId) -> CommitItem {
    let request = Requests::<Runtime>::get(id).expect("its seat is open");
    assert_eq!(request.committee[0].progress, Progress::Drawn);
    let item = reveal_of(id);
    let digest = digest::digest(&id.0, &item.answer_hash.0, item.units, &item.trace_hash.0);
    let genesis = System::block_hash(0);
    let operator = &request.committee[0].operator;
    let commitment = digest::commitment(&genesis.0, &id.0, request.attempt, operator, &digest, &SALT.0);
    CommitItem { request: *id, attempt: request.attempt, commitment: H256(commitment) }
}

fn reveal_of(id: &RequestId) -> RevealItem {
    let answer = answer();
    RevealItem {
        request: *id,
        attempt: 0,
        answer_hash: H256(digest::answer_hash(answer.code, &answer.output)),
        units: 1,
        trace_hash: H256::zero(),
        salt: SALT,
        answer: Some(answer),
    }
}
