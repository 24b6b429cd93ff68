#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod case;
#[cfg(all(feature = "executor", feature = "std"))]
mod executor;
mod kernels;
#[cfg(feature = "std")]
mod models;
mod operands;
mod split;
mod transcript;
#[cfg(target_family = "wasm")]
mod wasm;

pub use case::Case;
#[cfg(all(feature = "executor", feature = "std"))]
pub use executor::wasm_kernel_lines;
pub use kernels::kernel_cases;
#[cfg(feature = "std")]
pub use models::{minilm_cases, model_cases, Site};
pub use split::Split;
pub use transcript::Transcript;

// The kernels' cases as a Wasm module: WASM_BINARY and WASM_BINARY_BLOATY.
#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));
