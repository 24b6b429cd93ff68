//! The node's services: what is built from a configuration, and in which order.

mod consensus;
mod full;
mod partial;

pub use full::start;
pub use partial::{partial, revert_consensus, Partial};
pub use votive_runtime::opaque::Block;

use sc_executor::WasmExecutor;
use sp_inherents::CreateInherentDataProviders;
use std::sync::Arc;
use votive_runtime::apis::RuntimeApi;

/// Runs the runtime with the standard host functions and no others, so that every Substrate client can.
type Executor = WasmExecutor<sp_io::SubstrateHostFunctions>;

/// The client.
pub type Client = sc_service::TFullClient<Block, RuntimeApi, Executor>;

/// Its database.
pub type Backend = sc_service::TFullBackend<Block>;

/// The transaction pool.
pub type Pool = sc_transaction_pool::TransactionPoolHandle<Block, Client>;

/// Chooses the best chain.
pub type SelectChain = sc_consensus::LongestChain<Backend, Block>;

/// What a block's author states by itself: the slot and the time.
type Inherents = (sp_consensus_babe::inherents::InherentDataProvider, sp_timestamp::InherentDataProvider);

/// Makes the inherents of a block.
type InherentSource = Arc<dyn CreateInherentDataProviders<Block, (), InherentDataProviders = Inherents>>;

/// Imports justifications and the changes of GRANDPA's authorities.
type GrandpaImport = sc_consensus_grandpa::GrandpaBlockImport<Backend, Block, Client, SelectChain>;

/// Imports blocks: BABE's checks first, then GRANDPA's.
type BlockImport = sc_consensus_babe::BabeBlockImport<Block, Client, GrandpaImport, InherentSource, SelectChain>;

/// Ties GRANDPA's import to its voter.
type GrandpaLink = sc_consensus_grandpa::LinkHalf<Block, Client, SelectChain>;
