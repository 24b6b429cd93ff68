//! What each command does.

use crate::{
    chain_spec::{self, ChainSpec},
    cli::{Cli, Subcommand},
    service::{self, Block, Partial},
};
use sc_cli::{Result, SubstrateCli};
use std::path::PathBuf;

impl SubstrateCli for Cli {
    fn impl_name() -> String {
        "Votive Node".into()
    }

    fn impl_version() -> String {
        env!("SUBSTRATE_CLI_IMPL_VERSION").into()
    }

    fn description() -> String {
        env!("CARGO_PKG_DESCRIPTION").into()
    }

    fn author() -> String {
        env!("CARGO_PKG_AUTHORS").into()
    }

    fn support_url() -> String {
        "the issue tracker of the repository that this node was built from".into()
    }

    fn copyright_start_year() -> i32 {
        2026
    }

    fn load_spec(&self, id: &str) -> std::result::Result<Box<dyn sc_service::ChainSpec>, String> {
        Ok(Box::new(match id {
            "dev" => chain_spec::development()?,
            "" | "local" => chain_spec::local()?,
            "throughput" => chain_spec::throughput()?,
            path => ChainSpec::from_json_file(PathBuf::from(path))?,
        }))
    }
}

/// Runs the node, or the command that the command line names.
pub fn run() -> Result<()> {
    let cli = Cli::from_args();
    let Some(subcommand) = &cli.subcommand else {
        let runner = cli.create_runner(&cli.run)?;
        let inference = cli.inference.clone();
        return runner.run_node_until_exit(|config| async move { Ok(service::start(config, &inference)?) });
    };
    match subcommand {
        Subcommand::Key(command) => command.run(&cli),
        Subcommand::ExportChainSpec(command) => command.run(cli.load_spec(&command.chain)?),
        Subcommand::BuildSpec(command) => {
            let runner = cli.create_runner(command)?;
            runner.sync_run(|config| command.run(config.chain_spec, config.network))
        }
        Subcommand::PurgeChain(command) => {
            let runner = cli.create_runner(command)?;
            runner.sync_run(|config| command.run(config.database))
        }
        Subcommand::ChainInfo(command) => {
            let runner = cli.create_runner(command)?;
            runner.sync_run(|config| command.run::<Block>(&config))
        }
        Subcommand::Engine(command) => command.clone().run().map_err(|error| sc_cli::Error::Application(error.into())),
        Subcommand::CheckBlock(command) => {
            let runner = cli.create_runner(command)?;
            runner.async_run(|config| {
                let Partial { client, import_queue, task_manager, .. } = service::partial(&config)?;
                Ok((command.run(client, import_queue), task_manager))
            })
        }
        Subcommand::ImportBlocks(command) => {
            let runner = cli.create_runner(command)?;
            runner.async_run(|config| {
                let Partial { client, import_queue, task_manager, .. } = service::partial(&config)?;
                Ok((command.run(client, import_queue), task_manager))
            })
        }
        Subcommand::ExportBlocks(command) => {
            let runner = cli.create_runner(command)?;
            runner.async_run(|config| {
                let Partial { client, task_manager, .. } = service::partial(&config)?;
                Ok((command.run(client, config.database), task_manager))
            })
        }
        Subcommand::ExportState(command) => {
            let runner = cli.create_runner(command)?;
            runner.async_run(|config| {
                let Partial { client, task_manager, .. } = service::partial(&config)?;
                Ok((command.run(client, config.chain_spec), task_manager))
            })
        }
        Subcommand::Revert(command) => {
            let runner = cli.create_runner(command)?;
            runner.async_run(|config| {
                let Partial { client, backend, task_manager, .. } = service::partial(&config)?;
                Ok((command.run(client, backend, Some(Box::new(service::revert_consensus))), task_manager))
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, Parser};

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_chain_that_is_neither_known_nor_a_file_is_refused() {
        let cli = Cli::parse_from(["votive-node"]);
        assert!(cli.load_spec("/no/such/file").is_err());
    }
}
