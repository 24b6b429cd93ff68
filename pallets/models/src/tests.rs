//! Tests by behaviour. Each ends in `do_try_state` and in a count of all deposits.

mod catalogue;
mod genesis;
mod invariants;
mod prices;
mod publication;
mod registration;
mod removal;
mod transfer;
