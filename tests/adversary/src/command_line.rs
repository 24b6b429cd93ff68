//! The command line.

use crate::{
    adversary::Adversary,
    chain::Chain,
    misdeed::{Misdeed, Owner},
    spam::{Kind, Spam},
};
use clap::{Parser, Subcommand};
use color_eyre::eyre::{eyre, Result};
use sp_core::Pair;
use std::path::PathBuf;
use votive_engine::{Engine, EngineLimits, PackageStore};
use votive_primitives::{ids::Units, worker_key::WorkerPair};

/// A worker that misbehaves on purpose, for tests. Without an end, but for `spam`; each act is a line of JSON.
#[derive(Debug, Parser)]
#[command(name = "votive-adversary", version)]
pub struct CommandLine {
    /// JSON-RPC of the node to go through, over plain HTTP.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9944")]
    url: String,
    /// Secret URI of the ed25519 worker key.
    #[arg(long, value_name = "URI")]
    seed: String,
    /// Folder of the packages, for the answers that must be right.
    #[arg(long, value_name = "PATH", default_value = "models/digits")]
    package_folder: PathBuf,
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Debug, Subcommand)]
enum Deed {
    /// Commits to and reveals a made-up output. It hashes properly; only the answer is wrong.
    WrongBytes,
    /// Commits to and reveals the right output with wrong units.
    WrongUnits {
        /// The units to claim; one more than the request allows unless given.
        #[arg(long, value_name = "N")]
        units: Option<Units>,
    },
    /// Commits to the right answer's digest for another request, and reveals the answer for this one.
    OtherRequest,
    /// Answers one request honestly, then sends an earlier commitment for every later seat.
    ReplayedCommitment {
        /// Whose commitment.
        #[arg(long, value_name = "OWNER", default_value = "own")]
        of: Owner,
    },
    /// Waits for another seat's commitment, sends it as its own, then sends that seat's reveal.
    CopiedCommitment,
    /// Commits honestly, then reveals output bytes that do not hash to the revealed hash.
    UnhashedBytes,
    /// Commits honestly and never reveals.
    Withhold,
    /// Sends invalid authorised transactions at an even pace, and counts what becomes of them.
    Spam {
        /// How many.
        #[arg(long, value_name = "N")]
        count: u64,
        /// In how many seconds.
        #[arg(long, value_name = "S")]
        seconds: u64,
        /// What is wrong with them.
        #[arg(long, value_name = "KIND", default_value = "mixed")]
        kind: Kind,
        /// How many items each bundle of unknown requests has.
        #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=64))]
        items: u32,
    },
}

impl CommandLine {
    /// Does what was asked.
    pub fn run(self) -> Result<()> {
        let pair = WorkerPair::from_string(&self.seed, None).map_err(|_| eyre!("--seed is no secret URI"))?;
        let chain = Chain::connect(&self.url)?;
        let misdeed = match self.deed {
            Deed::WrongBytes => Misdeed::WrongBytes,
            Deed::WrongUnits { units } => Misdeed::WrongUnits(units),
            Deed::OtherRequest => Misdeed::OtherRequest,
            Deed::ReplayedCommitment { of } => Misdeed::ReplayedCommitment(of),
            Deed::CopiedCommitment => Misdeed::CopiedCommitment,
            Deed::UnhashedBytes => Misdeed::UnhashedBytes,
            Deed::Withhold => Misdeed::Withhold,
            Deed::Spam { count, seconds, kind, items } => {
                return Spam { count, seconds, kind, items }.run(&chain, &pair)
            }
        };
        let engine = Engine::new(PackageStore::open(self.package_folder)?, EngineLimits::default());
        Adversary::new(chain, pair, engine, misdeed).run()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        CommandLine::command().debug_assert();
    }

    #[test]
    fn a_bundle_takes_no_more_items_than_the_chain_does() {
        let with = |items| ["x", "--seed", "//M", "spam", "--count", "1", "--seconds", "1", "--items", items];
        assert!(CommandLine::try_parse_from(with("64")).is_ok());
        assert!(CommandLine::try_parse_from(with("65")).is_err());
    }
}
