//! How the pallets are configured, by concern.

mod accounts;
mod consensus;
mod governance;
mod money;
pub mod parameters;
mod safety;
mod settlement;
mod system;

pub use accounts::ProxyType;
pub use governance::{CouncilInstance, Governance};
pub use settlement::treasury_account;
