#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects))]

extern crate alloc;

pub mod ids;
pub mod mailbox;
pub mod model;
pub mod payload;
pub mod pricing;
pub mod receipt;
pub mod request;
pub mod traits;
pub mod views;
pub mod worker_key;

pub use votive_digest::{self as digest, AnswerCode, Parameters, MAX_INPUT_BYTES, MAX_OUTPUT_BYTES};
