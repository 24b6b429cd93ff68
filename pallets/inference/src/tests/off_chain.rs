//! The off-chain worker against real offchain storage, a real keystore and a pool that collects what is submitted.

use super::seats::honest;
use crate::{mock::*, *};
use codec::{Decode, Encode};
use frame_support::traits::Hooks;
use sp_core::{
    offchain::{
        testing::{PoolState, TestOffchainExt, TestTransactionPoolExt},
        OffchainDbExt, OffchainWorkerExt, TransactionPoolExt,
    },
    H256,
};
use sp_keystore::{testing::MemoryKeystore, Keystore, KeystoreExt};
use sp_runtime::offchain::storage::StorageValueRef;
use std::sync::Arc;
use votive_primitives::{
    ids::RequestId,
    mailbox::{answer_key, order_key, Computed, MachineFailure, MailboxAnswer, WorkOrder, INDEX_KEY},
    request::{Answer, Seats, State},
    worker_key::WORKER_KEY_TYPE,
    AnswerCode,
};

type PoolHandle = Arc<parking_lot::RwLock<PoolState>>;

/// Runs a test on a chain with one worker, whose key is in the local keystore.
fn with_local_worker(test: impl FnOnce(PoolHandle)) {
    let mut ext = new_test_ext();
    let (offchain, _) = TestOffchainExt::new();
    let (pool, handle) = TestTransactionPoolExt::new();
    let keystore = MemoryKeystore::new();
    let suri = format!("0x{}", hex::encode([10u8; 32]));
    keystore.ed25519_generate_new(WORKER_KEY_TYPE, Some(&suri)).unwrap();
    ext.register_extension(OffchainDbExt::new(offchain.clone()));
    ext.register_extension(OffchainWorkerExt::new(offchain));
    ext.register_extension(TransactionPoolExt::new(pool));
    ext.register_extension(KeystoreExt::new(keystore));
    ext.execute_with(|| {
        Pool::set(&[5]);
        run_to(1);
        test(handle);
        Inference::do_try_state().unwrap();
    });
}

fn run_worker() {
    Inference::offchain_worker(System::block_number());
}

fn index() -> Vec<RequestId> {
    StorageValueRef::persistent(INDEX_KEY).get().unwrap().unwrap_or_default()
}

fn order(request: &RequestId) -> Option<WorkOrder> {
    StorageValueRef::persistent(&order_key(request)).get().unwrap()
}

/// What the service does when an order is done.
fn answer(request: &RequestId, answer: MailboxAnswer) {
    StorageValueRef::persistent(&answer_key(request)).set(&answer);
    let open: Vec<RequestId> = index().into_iter().filter(|open| open != request).collect();
    StorageValueRef::persistent(INDEX_KEY).set(&open);
}

fn computed() -> MailboxAnswer {
    let given = honest();
    Ok(Computed {
        answer: Answer { code: AnswerCode::Complete, output: given.output.try_into().unwrap() },
        units: given.units,
        trace: H256(given.trace),
    })
}

/// Takes what was submitted and dispatches it, as the next block would.
fn include(pool: &PoolHandle) -> usize {
    let submitted = std::mem::take(&mut pool.write().transactions);
    for bytes in &submitted {
        let extrinsic = Extrinsic::decode(&mut bytes.as_slice()).unwrap();
        let origin: RuntimeOrigin = frame_system::RawOrigin::Authorized.into();
        use sp_runtime::traits::Dispatchable;
        extrinsic.function.dispatch(origin).unwrap();
    }
    submitted.len()
}

#[test]
fn a_request_goes_from_order_to_commit_to_reveal_and_settles() {
    with_local_worker(|pool| {
        let request = ask(Seats::One);
        next_block();
        run_worker();
        assert_eq!(index(), [request]);
        assert_eq!(order(&request).unwrap().package_root, H256([9; 32]));
        assert!(pool.read().transactions.is_empty());

        answer(&request, computed());
        run_worker();
        next_block();
        assert_eq!(include(&pool), 1);
        assert!(matches!(Requests::<Test>::get(request).unwrap().state, State::Revealing { .. }));

        run_worker();
        next_block();
        assert_eq!(include(&pool), 1);
        assert!(matches!(Requests::<Test>::get(request).unwrap().state, State::Settled { .. }));
        next_block();
        assert!(Receipts::<Test>::contains_key(request));
    });
}

#[test]
fn what_is_in_flight_is_not_sent_twice_but_signed_anew_when_it_does_not_show() {
    with_local_worker(|pool| {
        let request = ask(Seats::One);
        next_block();
        answer(&request, computed());
        run_worker();
        run_worker();
        next_block();
        run_worker();
        assert_eq!(pool.read().transactions.len(), 1);
        next_block();
        run_worker();
        let submitted = pool.read().transactions.clone();
        assert_eq!(submitted.len(), 2);
        assert_ne!(submitted[0], submitted[1]);
    });
}

#[test]
fn a_worker_whose_storage_is_wiped_between_commit_and_reveal_still_reveals() {
    with_local_worker(|pool| {
        let request = ask(Seats::One);
        next_block();
        answer(&request, computed());
        run_worker();
        next_block();
        include(&pool);
        for key in [answer_key(&request), order_key(&request), INDEX_KEY.to_vec(), b"votive/worker/sent".to_vec()] {
            StorageValueRef::persistent(&key).clear();
        }
        run_worker();
        assert_eq!(index(), [request]);
        answer(&request, computed());
        run_worker();
        next_block();
        assert_eq!(include(&pool), 1);
        assert!(matches!(Requests::<Test>::get(request).unwrap().state, State::Settled { .. }));
    });
}

#[test]
fn a_machine_failure_is_never_committed_and_ordered_again_in_a_later_block() {
    with_local_worker(|pool| {
        let request = ask(Seats::One);
        next_block();
        run_worker();
        answer(&request, Err(MachineFailure::PackageUnavailable));
        run_worker();
        assert_eq!(index(), []);
        next_block();
        run_worker();
        assert_eq!(index(), [request]);
        assert!(pool.read().transactions.is_empty());
    });
}

#[test]
fn an_order_that_the_engine_fails_at_is_tried_ever_more_rarely() {
    with_local_worker(|_| {
        let request = ask(Seats::One);
        let mut tried = Vec::new();
        for block in 0..5 {
            next_block();
            run_worker();
            if index() == [request] {
                tried.push(block);
                answer(&request, Err(MachineFailure::EngineFailed));
            }
        }
        assert_eq!(tried, [0, 1, 3]);
    });
}

#[test]
fn an_answer_that_could_not_be_revealed_is_never_committed_to() {
    with_local_worker(|pool| {
        let request = ask(Seats::One);
        next_block();
        answer(&request, computed());
        let output = honest().output.len() as u32;
        // Of a version whose limits are below what its package gives.
        Requests::<Test>::mutate(request, |request| request.as_mut().unwrap().limits.max_output = output - 1);
        run_worker();
        assert!(pool.read().transactions.is_empty());
        Requests::<Test>::mutate(request, |request| request.as_mut().unwrap().limits.max_output = output);
        run_worker();
        assert_eq!(pool.read().transactions.len(), 1);
    });
}

#[test]
fn the_mailbox_is_cleared_when_the_seats_are_closed() {
    with_local_worker(|pool| {
        let request = ask(Seats::One);
        next_block();
        run_worker();
        answer(&request, computed());
        run_worker();
        next_block();
        include(&pool);
        run_worker();
        next_block();
        include(&pool);
        next_block();
        run_worker();
        assert!(order(&request).is_none());
        assert_eq!(StorageValueRef::persistent(&answer_key(&request)).get::<MailboxAnswer>().unwrap(), None);
        assert_eq!(index(), []);
    });
}

#[test]
fn nothing_is_left_or_sent_for_seats_of_other_machines() {
    with_local_worker(|pool| {
        Pool::set(&[0, 5]);
        let request = ask(Seats::One);
        next_block();
        run_worker();
        assert_eq!(index(), []);
        assert!(order(&request).is_none());
        assert!(pool.read().transactions.is_empty());
        assert!(!computed().encode().is_empty());
    });
}
