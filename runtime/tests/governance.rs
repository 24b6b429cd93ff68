//! What the council can do, and how many of it it takes.

mod chain;

use chain::{genesis, send_as};
use codec::Encode;
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo, traits::Get};
use sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve};
use sp_runtime::{
    traits::{BadOrigin, BlakeTwo256, Hash as _},
    DispatchError, DispatchResult,
};
use votive_runtime::*;

type CouncilCall = pallet_collective::Call<Runtime, CouncilInstance>;

/// What the treasury is to pay.
const PAYMENT: Balance = VOT / 2;

/// Proposes a call to the council, lets the members say yes and closes the motion. Returns how the call went.
fn motion(members: &[Sr25519Keyring], call: RuntimeCall) -> DispatchResult {
    let (hash, length) = (BlakeTwo256::hash_of(&call), call.encoded_size() as u32);
    let weight = call.get_dispatch_info().call_weight;
    let index = pallet_collective::ProposalCount::<Runtime, CouncilInstance>::get();
    let threshold = members.len() as u32;
    assert_ok!(send_as(members[0], CouncilCall::propose { threshold, proposal: Box::new(call), length_bound: length }));
    for member in members {
        assert_ok!(send_as(*member, CouncilCall::vote { proposal: hash, index, approve: true }));
    }
    close(hash, index, weight, length)
}

/// Closes a motion, as anyone may. Returns how its call went.
fn close(hash: Hash, index: u32, weight: frame_support::weights::Weight, length: u32) -> DispatchResult {
    let proposal_weight_bound = weight;
    let closing = CouncilCall::close { proposal_hash: hash, index, proposal_weight_bound, length_bound: length };
    assert_ok!(send_as(Eve, closing));
    let executed = System::events().into_iter().rev().find_map(|record| match record.event {
        RuntimeEvent::Council(pallet_collective::Event::Executed { result, .. }) => Some(result),
        _ => None,
    });
    executed.unwrap_or(Err(DispatchError::Other("the motion was not carried")))
}

/// The motion that dispatches a call as root: it whitelists the call's hash and dispatches it.
fn as_root(call: impl Into<RuntimeCall>) -> RuntimeCall {
    let call = Box::new(call.into());
    let calls = vec![
        pallet_whitelist::Call::whitelist_call { call_hash: BlakeTwo256::hash_of(&call) }.into(),
        pallet_whitelist::Call::dispatch_whitelisted_call_with_preimage { call }.into(),
    ];
    pallet_utility::Call::batch_all { calls }.into()
}

fn payment_of_the_treasury() -> pallet_balances::Call<Runtime> {
    let (source, dest) = (treasury_account().into(), Eve.to_account_id().into());
    pallet_balances::Call::force_transfer { source, dest, value: PAYMENT }
}

#[test]
fn the_treasury_has_the_address_of_the_documentation() {
    assert_eq!(treasury_account().to_string(), "5EYCAe5jw1FmgUz1YYvCg3Q5faSzvXXKNUWF2oF9iTU4mfEo");
}

#[test]
fn three_of_four_spend_from_the_treasury() {
    genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
        let before = Balances::free_balance(treasury_account());
        assert_ok!(motion(&[Alice, Bob, Charlie], as_root(payment_of_the_treasury())));
        assert_eq!(Balances::free_balance(treasury_account()), before - PAYMENT);
    });
}

#[test]
fn two_of_four_are_not_two_thirds() {
    genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
        let before = Balances::free_balance(treasury_account());
        assert_eq!(motion(&[Alice, Bob], as_root(payment_of_the_treasury())), Err(BadOrigin.into()));
        assert_eq!(motion(&[Alice, Bob], pallet_safe_mode::Call::force_enter {}.into()), Err(BadOrigin.into()));
        assert_eq!(Balances::free_balance(treasury_account()), before);
    });
}

#[test]
fn silence_is_a_no() {
    genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
        let call = as_root(payment_of_the_treasury());
        let (hash, length) = (BlakeTwo256::hash_of(&call), call.encoded_size() as u32);
        let weight = call.get_dispatch_info().call_weight;
        let proposal = Box::new(call);
        assert_ok!(send_as(Alice, CouncilCall::propose { threshold: 3, proposal, length_bound: length }));
        for member in [Alice, Bob] {
            assert_ok!(send_as(member, CouncilCall::vote { proposal: hash, index: 0, approve: true }));
        }
        System::set_block_number(3 * DAYS + 1);
        assert!(close(hash, 0, weight, length).is_err());
        assert!(!pallet_collective::ProposalOf::<Runtime, CouncilInstance>::contains_key(hash));
    });
}

#[test]
fn three_of_four_authorise_an_upgrade_that_anyone_hands_in() {
    genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
        let code_hash = Hash::repeat_byte(1);
        assert_ok!(motion(&[Bob, Charlie, Dave], as_root(frame_system::Call::authorize_upgrade { code_hash })));
        assert_eq!(System::authorized_upgrade().map(|upgrade| *upgrade.code_hash()), Some(code_hash));
        // In safe mode too: the call passes the filter and is refused for its code.
        assert_ok!(SafeMode::force_enter(RuntimeOrigin::root()));
        let code = vec![0];
        let refused = send_as(Eve, frame_system::Call::apply_authorized_upgrade { code });
        assert_eq!(refused, Err(frame_system::Error::<Runtime>::Unauthorized.into()));
    });
}

#[test]
fn three_of_four_set_a_parameter_without_root() {
    genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
        use parameters::dynamic::settlement::{FeeFloor, Parameters};
        let key_value = parameters::RuntimeParameters::Settlement(Parameters::FeeFloor(FeeFloor, Some(VOT)));
        assert_ok!(motion(&[Bob, Charlie, Dave], pallet_parameters::Call::set_parameter { key_value }.into()));
        assert_eq!(<Runtime as pallet_inference::Config>::FeeFloor::get(), VOT);
    });
}

#[test]
fn three_of_four_pause_a_call_and_enter_safe_mode_without_root() {
    genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
        let call = (b"Balances".to_vec().try_into().unwrap(), b"burn".to_vec().try_into().unwrap());
        assert_ok!(motion(&[Alice, Bob, Charlie], pallet_tx_pause::Call::pause { full_name: call }.into()));
        assert_ok!(motion(&[Alice, Bob, Charlie], pallet_safe_mode::Call::force_enter {}.into()));
        assert!(SafeMode::is_entered());
        // From there, root is as near as before.
        assert_ok!(motion(&[Alice, Bob, Charlie], as_root(payment_of_the_treasury())));
    });
}

#[test]
fn the_council_changes_its_members() {
    genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
        let new_members = [Alice, Bob, Eve].map(|member| member.to_account_id()).to_vec();
        let change = CouncilCall::set_members { new_members, prime: None, old_count: 4 };
        assert_ok!(motion(&[Alice, Bob, Charlie], change.into()));
        assert_ok!(motion(&[Bob, Eve], pallet_safe_mode::Call::force_enter {}.into()));
    });
}

#[test]
fn the_word_of_a_prime_does_not_count_for_the_silent() {
    genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
        let new_members = [Alice, Bob, Charlie].map(|member| member.to_account_id()).to_vec();
        let change = CouncilCall::set_members { new_members, prime: Some(Alice.to_account_id()), old_count: 4 };
        assert_ok!(motion(&[Alice, Bob, Charlie], change.into()));

        let call = as_root(payment_of_the_treasury());
        let (hash, length) = (BlakeTwo256::hash_of(&call), call.encoded_size() as u32);
        let weight = call.get_dispatch_info().call_weight;
        let index = pallet_collective::ProposalCount::<Runtime, CouncilInstance>::get();
        let proposal = Box::new(call);
        assert_ok!(send_as(Alice, CouncilCall::propose { threshold: 3, proposal, length_bound: length }));
        assert_ok!(send_as(Alice, CouncilCall::vote { proposal: hash, index, approve: true }));
        // Long after the last vote could be cast.
        System::set_block_number(System::block_number() + 4 * DAYS);
        let proposal_weight_bound = weight;
        let closing = CouncilCall::close { proposal_hash: hash, index, proposal_weight_bound, length_bound: length };
        assert_ok!(send_as(Alice, closing));
        let disapproved =
            |event: &RuntimeEvent| matches!(event, RuntimeEvent::Council(pallet_collective::Event::Disapproved { .. }));
        assert!(System::events().iter().any(|record| disapproved(&record.event)));
    });
}

#[test]
fn a_single_member_or_a_stranger_gets_nowhere() {
    genesis(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
        let length_bound = 1_000;
        let proposal = Box::new(as_root(payment_of_the_treasury()));
        let alone = CouncilCall::propose { threshold: 1, proposal: proposal.clone(), length_bound };
        assert_ok!(send_as(Alice, alone.clone()));
        let refused = RuntimeEvent::Council(pallet_collective::Event::Executed {
            proposal_hash: BlakeTwo256::hash_of(&proposal),
            result: Err(BadOrigin.into()),
        });
        assert!(System::events().iter().any(|record| record.event == refused));
        assert_noop!(send_as(Eve, alone), pallet_collective::Error::<Runtime, CouncilInstance>::NotMember);
        assert_noop!(send_as(Alice, payment_of_the_treasury()), BadOrigin);
    });
}
