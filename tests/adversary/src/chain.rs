//! The chain as everybody sees it: blocks, the runtime API `InferenceApi`, and the pool's front door.

use crate::rpc::{to_hex, unhex, Rpc, RpcError};
use codec::{Decode, DecodeAll, Encode};
use serde_json::{json, Value};
use sp_core::H256;
use std::collections::BTreeSet;
use votive_primitives::{views, worker_key::WorkerKey};
use votive_runtime::{AccountId, Balance, BlockNumber, UncheckedExtrinsic};

/// An open seat of a worker key, with its request, the input and the committee.
pub type OpenSeat = views::OpenSeat<AccountId, Balance, BlockNumber>;

/// A block, on whose state everything of one round is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its hash.
    pub hash: H256,
    /// Its height.
    pub number: BlockNumber,
}

/// A connection to the chain.
#[derive(Clone)]
pub struct Chain {
    rpc: Rpc,
    genesis: H256,
}

impl Chain {
    /// Connects through the node at `url`.
    pub fn connect(url: &str) -> Result<Self, RpcError> {
        let rpc = Rpc::new(url);
        let genesis = hash(&rpc, json!([0]))?;
        Ok(Self { rpc, genesis })
    }

    /// Hash of the first block.
    pub fn genesis(&self) -> H256 {
        self.genesis
    }

    /// The best block.
    pub fn best(&self) -> Result<Block, RpcError> {
        let hash = hash(&self.rpc, json!([]))?;
        let header = self.rpc.call("chain_getHeader", json!([to_hex(hash.as_bytes())]))?;
        let number = header.get("number").and_then(Value::as_str).and_then(|text| text.strip_prefix("0x"));
        let number = number.and_then(|digits| BlockNumber::from_str_radix(digits, 16).ok());
        Ok(Block { hash, number: number.ok_or(RpcError::Unreadable("chain_getHeader"))? })
    }

    /// The transactions of the best chain's block at a height, those that this program can read.
    pub fn transactions(&self, number: BlockNumber) -> Result<Vec<UncheckedExtrinsic>, RpcError> {
        let hash = hash(&self.rpc, json!([number]))?;
        let block = self.rpc.call("chain_getBlock", json!([to_hex(hash.as_bytes())]))?;
        let texts = block.pointer("/block/extrinsics").and_then(Value::as_array);
        let texts = texts.ok_or(RpcError::Unreadable("chain_getBlock"))?;
        let bytes = texts.iter().filter_map(|text| text.as_str().and_then(unhex));
        Ok(bytes.filter_map(|bytes| UncheckedExtrinsic::decode(&mut &bytes[..]).ok()).collect())
    }

    /// The open seats of a worker key.
    pub fn open_seats(&self, key: &WorkerKey, at: Block) -> Result<Vec<OpenSeat>, RpcError> {
        self.read("InferenceApi_open_seats", &key.encode(), at)
    }

    /// The keys of the workers that serve a version, of all versions of the first models.
    pub fn worker_keys(&self, at: Block) -> Result<Vec<WorkerKey>, RpcError> {
        type Model = views::ModelView<AccountId, Balance>;
        let models: Vec<Model> = self.read("InferenceApi_models", &(0u32, views::MAX_PAGE).encode(), at)?;
        let mut keys = BTreeSet::new();
        for version in models.iter().flat_map(|model| &model.versions) {
            type Worker = views::WorkerView<AccountId, Balance>;
            let workers: Vec<Worker> = self.read("InferenceApi_workers", &version.id.encode(), at)?;
            keys.extend(workers.into_iter().map(|worker| worker.key));
        }
        Ok(keys.into_iter().collect())
    }

    /// Hands a transaction to the node's pool. Returns its hash; that says nothing about a block yet.
    pub fn submit(&self, transaction: &[u8]) -> Result<H256, RpcError> {
        let bytes = self.rpc.bytes("author_submitExtrinsic", json!([to_hex(transaction)]))?;
        H256::decode_all(&mut &bytes[..]).map_err(|_| RpcError::Unreadable("author_submitExtrinsic"))
    }

    fn read<Answer: Decode>(&self, function: &'static str, input: &[u8], at: Block) -> Result<Answer, RpcError> {
        let bytes = self.rpc.bytes("state_call", json!([function, to_hex(input), to_hex(at.hash.as_bytes())]))?;
        Answer::decode_all(&mut &bytes[..]).map_err(|_| RpcError::Unreadable(function))
    }
}

fn hash(rpc: &Rpc, height: Value) -> Result<H256, RpcError> {
    let bytes = rpc.bytes("chain_getBlockHash", height)?;
    H256::decode_all(&mut &bytes[..]).map_err(|_| RpcError::Unreadable("chain_getBlockHash"))
}
