//! A worker that serves two versions has the same seats for both: what a draw for one version takes, the next draw for the
//! other must miss, in the same sweep too.

use super::blocks::Blocks;
use crate::chain::{genesis, send, send_as, DIGITS};
use sp_core::{sr25519, Pair};
use sp_genesis_builder::DEV_RUNTIME_PRESET;
use sp_keyring::Sr25519Keyring::{Charlie, Dave};
use sp_runtime::Permill;
use votive_primitives::{
    ids::VersionId,
    model::{Price, VersionSpec},
    request::Seats,
    Parameters,
};
use votive_runtime::*;

const OTHER: VersionId = VersionId { model: 0, number: 2 };

fn ask(version: VersionId, seats: Seats) {
    let call = pallet_inference::Call::submit_request {
        version,
        input: vec![1; 64].try_into().unwrap(),
        parameters: Parameters::default(),
        seats,
        audit: Permill::from_percent(2),
        max_fee: Balance::MAX,
    };
    send_as(Dave, call).unwrap();
}

pub fn run() {
    let operator: AccountId = sr25519::Pair::from_string("//Alice//operator//1", None).unwrap().public().into();
    genesis(DEV_RUNTIME_PRESET).execute_with(|| {
        System::set_block_number(0);
        let mut blocks = Blocks::new();
        blocks.open(true);
        let spec: VersionSpec = serde_json::from_str(include_str!("../../../models/digits/version.json")).unwrap();
        let price = Price { per_call: VOT, per_unit: 0 };
        send_as(Charlie, pallet_models::Call::publish_version { model: 0, spec, price }).unwrap();
        send(&operator, pallet_workers::Call::serve { version: OTHER }).unwrap();
        send(&operator, pallet_workers::Call::set_capacity { capacity: 1 }).unwrap();
        // The first looks at the workers of one version and cannot be drawn; the second takes the one seat for the other
        // version; the third must not find it free.
        ask(DIGITS, Seats::Three);
        ask(OTHER, Seats::One);
        ask(DIGITS, Seats::One);
        blocks.close();
        blocks.open(true);
        let worker = pallet_workers::Workers::<Runtime>::get(&operator).unwrap();
        assert_eq!(worker.open_seats, 1, "the worker takes one seat at a time");
    });
}
