//! Orders and answers for the unit tests.

use codec::{Decode, Encode};
use sp_core::{
    offchain::{OffchainStorage, STORAGE_PREFIX},
    H256,
};
use votive_primitives::{
    ids::RequestId,
    mailbox::{order_key, Computed, WorkOrder, INDEX_KEY},
    request::Answer,
    AnswerCode, Parameters,
};

/// An order of request `[number; 32]`.
pub fn order(number: u8, deadline: u32) -> WorkOrder {
    WorkOrder {
        request: H256::repeat_byte(number),
        attempt: 0,
        package_root: H256::repeat_byte(0xaa),
        input: vec![number].try_into().expect("one byte is within the bound; qed"),
        parameters: Parameters::default(),
        deadline,
    }
}

/// An answer.
pub fn computed() -> Computed {
    let answer = Answer { code: AnswerCode::Complete, output: Default::default() };
    Computed { answer, units: 1, trace: H256::repeat_byte(0xbb) }
}

/// Leaves an order as the off-chain worker does: the order first, then its entry in the index.
pub fn leave_order(storage: &mut impl OffchainStorage, order: &WorkOrder) {
    storage.set(STORAGE_PREFIX, &order_key(&order.request), &order.encode());
    let old = storage.get(STORAGE_PREFIX, INDEX_KEY);
    let mut index: Vec<RequestId> =
        old.as_deref().and_then(|mut bytes| Decode::decode(&mut bytes).ok()).unwrap_or_default();
    index.push(order.request);
    assert!(storage.compare_and_set(STORAGE_PREFIX, INDEX_KEY, old.as_deref(), &index.encode()));
}
