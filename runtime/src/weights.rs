//! Measured weights of this runtime's own pallets, and of pallet-parameters, which has none to come with it. Written by
//! `scripts/bench.sh weights`; the other pallets' come with them.

#![allow(missing_docs, clippy::unnecessary_cast)]

pub mod pallet_inference;
pub mod pallet_models;
pub mod pallet_parameters;
pub mod pallet_workers;
