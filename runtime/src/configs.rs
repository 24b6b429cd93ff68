//! How the pallets are configured, by concern.

mod consensus;
mod money;
pub mod parameters;
mod settlement;
mod system;

pub use settlement::treasury_account;
