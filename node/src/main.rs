#![doc = include_str!("../README.md")]

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
