#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

use alloc::vec::Vec;
use codec::Codec;
use sp_core::H256;
use votive_primitives::{
    ids::{ModelId, RequestId, Units, VersionId},
    receipt::Receipt,
    request::{Answer, Request, Seats},
    views::{ModelView, OpenSeat, WorkerView},
    worker_key::WorkerKey,
};

sp_api::decl_runtime_apis! {
    /// Everything that a dApp or a worker reads. Each has a view function of the same name, but for `settled`, which reads the
    /// events of its block, and `served_packages`, which joins what two pallets know.
    pub trait InferenceApi<AccountId, Balance, BlockNumber>
    where
        AccountId: Codec,
        Balance: Codec,
        BlockNumber: Codec,
    {
        /// What a request holds in escrow: the fee of an answer of `max_units` by all seats. `None` if the version takes no requests.
        fn quote(version: VersionId, seats: Seats, max_units: Units) -> Option<Balance>;

        /// An open request with its committee. `None` before submission and after the end.
        fn request(id: RequestId) -> Option<Request<AccountId, Balance, BlockNumber>>;

        /// The receipt of a request that has ended.
        fn receipt(id: RequestId) -> Option<Receipt<AccountId, Balance, BlockNumber>>;

        /// The answer of a settled request, kept for a while after its end.
        fn answer(id: RequestId) -> Option<Answer>;

        /// The open seats of a worker key.
        fn open_seats(key: WorkerKey) -> Vec<OpenSeat<AccountId, Balance, BlockNumber>>;

        /// The packages of the versions that the operator of a worker key serves.
        fn served_packages(key: WorkerKey) -> Vec<H256>;

        /// The requests that settled in the block at whose end this is called.
        fn settled() -> Vec<RequestId>;

        /// Models from id `from` on, at most `limit` (and at most 100).
        fn models(from: ModelId, limit: u32) -> Vec<ModelView<AccountId, Balance>>;

        /// A model.
        fn model(id: ModelId) -> Option<ModelView<AccountId, Balance>>;

        /// The workers that serve a version.
        fn workers(version: VersionId) -> Vec<WorkerView<AccountId, Balance>>;

        /// The worker of an operator.
        fn worker(operator: AccountId) -> Option<WorkerView<AccountId, Balance>>;
    }
}
