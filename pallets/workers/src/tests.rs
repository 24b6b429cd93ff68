//! Tests by behaviour. Each ends in `do_try_state`.

mod candidates;
mod genesis;
mod invariants;
mod keys;
mod locks;
mod operation;
mod registration;
mod serving;
mod unbonding;
