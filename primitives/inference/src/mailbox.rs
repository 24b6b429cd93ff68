//! The mailbox: work orders in, answers out, between the off-chain worker and the node's inference service.
//!
//! It lies in the node's persistent offchain storage, which outlives restarts and does not know forks: so every key
//! carries the request id, and nothing lies there that cannot be computed again. The list of open orders is one value
//! under [`INDEX_KEY`], changed by compare-and-set alone.

use crate::{
    ids::{Attempt, RequestId, Units},
    request::{Answer, Input},
    Parameters,
};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use sp_core::H256;

/// Key of the index: the SCALE-encoded `Vec<RequestId>` of the open orders.
pub const INDEX_KEY: &[u8] = b"votive/mailbox/index";

/// Key of what the off-chain worker has sent to the pool. A process that starts has an empty pool, so the service removes it.
pub const SENT_KEY: &[u8] = b"votive/worker/sent";

/// The most open orders; a worker leaves no more until some are done.
pub const MAX_OPEN_ORDERS: usize = 4096;

/// Key of the work order of a request.
pub fn order_key(request: &RequestId) -> Vec<u8> {
    [b"votive/mailbox/order/".as_slice(), request.as_bytes()].concat()
}

/// Key of the answer to a request. One answer serves all local seats and all attempts of it.
pub fn answer_key(request: &RequestId) -> Vec<u8> {
    [b"votive/mailbox/answer/".as_slice(), request.as_bytes()].concat()
}

/// What the off-chain worker asks of the service.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct WorkOrder {
    /// The request.
    pub request: RequestId,
    /// The attempt for which it was left first.
    pub attempt: Attempt,
    /// The package to run.
    pub package_root: H256,
    /// The input.
    pub input: Input,
    /// How the model is run.
    pub parameters: Parameters,
    /// Last block in which the answer is of use.
    pub deadline: u32,
}

/// What the service computed. From it any local seat derives its digest, commitment and reveal.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Computed {
    /// Code and output bytes.
    pub answer: Answer,
    /// Units of the answer.
    pub units: Units,
    /// The trace; only its hash is revealed.
    pub trace: H256,
}

/// Why this machine, not the model, could not answer. Such a failure is never committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[non_exhaustive]
pub enum MachineFailure {
    /// The package is not in the store, or not whole.
    #[codec(index = 0)]
    PackageUnavailable,
    /// The package asks for more than the operator's limits, or the order for more time than it had.
    #[codec(index = 1)]
    OverLimits,
    /// The engine failed in another way; the node's log has the cause.
    #[codec(index = 2)]
    EngineFailed,
}

/// What the service leaves for the off-chain worker.
pub type MailboxAnswer = Result<Computed, MachineFailure>;
