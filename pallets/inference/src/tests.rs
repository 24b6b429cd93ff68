//! Tests by behaviour.

mod authorization;
mod clock;
mod commits;
mod draws;
mod invariants;
mod money;
mod off_chain;
mod reveals;
mod seats;
mod submission;
