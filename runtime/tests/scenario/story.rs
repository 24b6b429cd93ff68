//! The chain that stories are told on, and what Dave, who asks, sees of it. Transaction fees are left out: calls of people
//! are dispatched, not signed.

use super::workers::{worker_with, Worker};
use crate::{
    blocks::Blocks,
    chain::{genesis, send, DIGITS},
};
use frame_support::{
    assert_ok,
    traits::fungible::{Inspect, InspectHold},
};
use sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET;
use sp_keyring::Sr25519Keyring::{Charlie, Dave};
use sp_runtime::{traits::Dispatchable, DispatchResult, Permill};
use std::collections::BTreeMap;
use votive_primitives::{
    ids::RequestId,
    receipt::{Outcome, Receipt},
    request::{Answer, Seats, State},
    Parameters,
};
use votive_runtime::*;

pub type Event = pallet_inference::Event<Runtime>;

/// The chain `local`: eight workers with 50,000 VOT each serve the digits model of Charlie, at 1 VOT a call.
pub struct Chain {
    blocks: Blocks,
    balances: BTreeMap<AccountId, Balance>,
    issuance: Balance,
}

/// Tells a story from block 1 of the chain on. What must hold after every block is checked at its end.
pub fn on_a_chain_of_eight_workers(story: impl FnOnce(&mut Chain)) {
    genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
        let balances = frame_system::Account::<Runtime>::iter_keys().map(|who| (who.clone(), total(&who))).collect();
        let mut chain = Chain { blocks: Blocks::new(), balances, issuance: Balances::total_issuance() };
        // The genesis counts as block 1 where no real block follows it.
        System::set_block_number(0);
        chain.blocks.open(true);
        story(&mut chain);
        chain.blocks.close();
        Inference::do_try_state().unwrap();
    });
}

impl Chain {
    pub fn next_block(&mut self) {
        self.blocks.close();
        self.blocks.open(true);
        Inference::do_try_state().unwrap();
    }

    /// Lets blocks go by until the one of this height is open.
    pub fn run_to(&mut self, height: BlockNumber) {
        while System::block_number() < height {
            self.next_block();
        }
    }

    /// What an account has more than at the start.
    pub fn gain(&self, who: &AccountId) -> Balance {
        total(who) - self.balances[who]
    }

    /// What Dave has less than at the start.
    pub fn cost(&self) -> Balance {
        self.balances[&dave()] - total(&dave())
    }

    pub fn burnt(&self) -> Balance {
        self.issuance - Balances::total_issuance()
    }
}

/// Dave asks which digit it is. Returns his request.
pub fn ask(seats: Seats) -> RequestId {
    assert_ok!(try_to_ask(seats));
    let submitted = System::events().into_iter().rev().find_map(|record| match record.event {
        RuntimeEvent::Inference(Event::RequestSubmitted { request, .. }) => Some(request),
        _ => None,
    });
    submitted.expect("a submission ends with an event")
}

pub fn try_to_ask(seats: Seats) -> DispatchResult {
    let call = pallet_inference::Call::submit_request {
        version: DIGITS,
        input: vec![0; 64].try_into().unwrap(),
        parameters: Parameters { max_units: 1, ..Default::default() },
        seats,
        audit: Permill::from_percent(2),
        max_fee: 7 * VOT,
    };
    send(&dave(), call)
}

/// Sends a call as governance.
pub fn govern(call: impl Into<RuntimeCall>) {
    assert_ok!(call.into().dispatch(RuntimeOrigin::root()));
}

/// The workers of the present attempt of a request, in the order in which they were drawn.
pub fn drawn<const SEATS: usize>(request: RequestId) -> [Worker; SEATS] {
    let committee = pallet_inference::Requests::<Runtime>::get(request).expect("the request is open").committee;
    let workers: Vec<Worker> = committee.into_iter().map(|seat| worker_with(seat.operator, &seat.key)).collect();
    workers.try_into().map_err(|_| "another number of seats was asked for").unwrap()
}

pub fn state(request: RequestId) -> State<BlockNumber> {
    pallet_inference::Requests::<Runtime>::get(request).expect("the request is open").state
}

pub fn answer(request: RequestId) -> Option<Answer> {
    pallet_inference::Answers::<Runtime>::get(request)
}

pub fn receipt(request: RequestId) -> Receipt<AccountId, Balance, BlockNumber> {
    pallet_inference::Receipts::<Runtime>::get(request).expect("the request has ended")
}

pub fn outcome(request: RequestId) -> Outcome<Balance, BlockNumber> {
    receipt(request).outcome
}

/// Whether an event is among those of the present block.
pub fn happened(event: Event) -> bool {
    System::events().into_iter().any(|record| record.event == event.clone().into())
}

/// What Dave has in escrow.
pub fn escrow() -> Balance {
    Balances::balance_on_hold(&pallet_inference::HoldReason::Escrow.into(), &dave())
}

/// What the bonds of all workers have locked, or have promised to open seats.
pub fn locked_and_promised() -> Balance {
    pallet_workers::Workers::<Runtime>::iter_values().map(|worker| worker.locked + worker.promised).sum()
}

pub fn dave() -> AccountId {
    Dave.to_account_id()
}

/// Who owns the model.
pub fn owner() -> AccountId {
    Charlie.to_account_id()
}

pub fn treasury() -> AccountId {
    treasury_account()
}

/// What an account has, free and held.
fn total(who: &AccountId) -> Balance {
    Balances::total_balance(who)
}
