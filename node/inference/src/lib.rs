#![doc = include_str!("../README.md")]

mod chain;
mod cli;
mod compute;
mod engine_process;
mod error;
mod events;
mod fault;
#[cfg(test)]
mod fixtures;
mod handover;
mod keys;
mod mailbox;
mod metrics;
mod prepare;
mod queue;
mod service;
mod start;
mod storage;
mod threads;
mod watch;

pub use cli::{EngineCommand, InferenceConfig, InferenceParams};
pub use error::StartError;
pub use keys::insert_development_keys;
pub use start::{start, Setup};
