#![doc = include_str!("../README.md")]
#![expect(clippy::result_large_err, reason = "the errors are the library's, and end a node: none is on a hot path")]

mod chain_spec;
mod cli;
mod command;
mod rpc;
mod service;

fn main() -> color_eyre::Result<()> {
    color_eyre::install()?;
    command::run()?;
    Ok(())
}
