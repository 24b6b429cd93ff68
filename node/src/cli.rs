//! What the command line takes.

use sc_cli::{
    BuildSpecCmd, ChainInfoCmd, CheckBlockCmd, ExportBlocksCmd, ExportChainSpecCmd, ExportStateCmd, ImportBlocksCmd,
    KeySubcommand, PurgeChainCmd, RevertCmd, RunCmd,
};
use votive_inference::{EngineCommand, InferenceParams};

/// The command line.
#[derive(Debug, clap::Parser)]
pub struct Cli {
    /// Does one thing and ends. Without it, the node runs.
    #[command(subcommand)]
    pub subcommand: Option<Subcommand>,

    /// How the node runs.
    #[command(flatten)]
    pub run: RunCmd,

    /// How it computes answers.
    #[command(flatten)]
    pub inference: InferenceParams,
}

/// What the node does instead of running.
#[derive(Debug, clap::Subcommand)]
pub enum Subcommand {
    /// Make, inspect and insert keys
    #[command(subcommand)]
    Key(KeySubcommand),

    /// Write the chain specification of a chain
    ExportChainSpec(ExportChainSpecCmd),

    /// Write the chain specification of a chain, with this node as its bootnode
    BuildSpec(BuildSpecCmd),

    /// Check blocks again
    CheckBlock(CheckBlockCmd),

    /// Write blocks to a file
    ExportBlocks(ExportBlocksCmd),

    /// Write the state of a block as a chain specification
    ExportState(ExportStateCmd),

    /// Import blocks from a file
    ImportBlocks(ImportBlocksCmd),

    /// Remove the whole chain
    PurgeChain(PurgeChainCmd),

    /// Take blocks back
    Revert(RevertCmd),

    /// Show the database's best, finalised and genesis blocks
    ChainInfo(ChainInfoCmd),

    /// Compute answers for the node that started this process
    #[command(hide = true)]
    Engine(EngineCommand),
}
