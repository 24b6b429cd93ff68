#![doc = include_str!("../README.md")]

mod acts;
mod adversary;
mod block_log;
mod bundles;
mod chain;
mod command_line;
mod misdeed;
mod opening;
mod rpc;
mod spam;

use clap::Parser;

fn main() -> color_eyre::Result<()> {
    color_eyre::config::HookBuilder::default().display_env_section(false).install()?;
    command_line::CommandLine::parse().run()
}
