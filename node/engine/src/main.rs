//! Packs, verifies and runs model packages.

mod cli;

use clap::Parser;

fn main() -> color_eyre::Result<()> {
    color_eyre::config::HookBuilder::default().display_env_section(false).install()?;
    cli::Cli::parse().run()
}
