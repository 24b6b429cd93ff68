//! A call that must be refused, and the chain that it is sent to.

use crate::chain::genesis;
use codec::Encode;
use frame_support::{dispatch::RawOrigin, storage::with_transaction, traits::GetCallMetadata};
use sp_core::{ed25519, Pair};
use sp_genesis_builder::DEV_RUNTIME_PRESET;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{traits::Dispatchable, DispatchError, StateVersion, TransactionOutcome};
use votive_primitives::worker_key::{possession_message, WorkerKey, WorkerPair, WorkerSignature};
use votive_runtime::*;

/// A call that must end in a certain error.
pub struct Case {
    pub call: RuntimeCall,
    pub origin: RuntimeOrigin,
    pub refused: DispatchError,
    /// What makes the call wrong, where its arguments alone do not. It is undone after the case.
    given: fn(),
}

/// A case without anything given.
pub fn case(from: &AccountId, call: impl Into<RuntimeCall>, refused: impl Into<DispatchError>) -> Case {
    let origin = RuntimeOrigin::signed(from.clone());
    Case { call: call.into(), origin, refused: refused.into(), given: || () }
}

/// A case of a call that nobody signs.
pub fn authorised(call: impl Into<RuntimeCall>, refused: impl Into<DispatchError>) -> Case {
    let origin = RawOrigin::Authorized.into();
    Case { call: call.into(), origin, refused: refused.into(), given: || () }
}

impl Case {
    pub fn given(self, given: fn()) -> Self {
        Self { given, ..self }
    }

    /// The name of the call.
    pub fn name(&self) -> String {
        let names = self.call.get_call_metadata();
        format!("{}.{}", names.pallet_name, names.function_name)
    }

    /// Sends the call: it must end in its error and leave no trace.
    pub fn check(self) {
        let name = self.name();
        undone(|| {
            (self.given)();
            let before = root();
            let outcome = self.call.dispatch(self.origin).map(|_| ()).map_err(|refused| refused.error);
            assert_eq!(outcome, Err(self.refused), "{name}");
            assert!(root() == before, "{name} has changed the state, though it was refused with {:?}", self.refused);
        });
    }
}

/// Undoes what happens inside.
pub fn undone(inside: impl FnOnce()) {
    let undone = with_transaction(|| {
        inside();
        TransactionOutcome::Rollback(Ok::<(), DispatchError>(()))
    });
    undone.unwrap();
}

pub fn root() -> Vec<u8> {
    sp_io::storage::root(StateVersion::V1)
}

/// The development chain some blocks after its genesis.
pub fn world() -> sp_io::TestExternalities {
    let mut state = genesis(DEV_RUNTIME_PRESET);
    state.execute_with(|| System::set_block_number(100));
    state
}

pub fn account(person: Sr25519Keyring) -> AccountId {
    person.to_account_id()
}

/// An account that does not exist.
pub fn nobody() -> AccountId {
    AccountId::from([99; 32])
}

/// The operator of the one worker of the development chain, and the pair of its key.
pub fn operator() -> AccountId {
    sp_core::sr25519::Pair::from_string("//Alice//operator//1", None).unwrap().public().into()
}

pub fn operator_pair() -> WorkerPair {
    pair("//Alice//worker//1")
}

pub fn pair(seed: &str) -> WorkerPair {
    WorkerPair::from(ed25519::Pair::from_string(seed, None).unwrap())
}

/// A key that is free, and the proof that it wants to serve an operator.
pub fn free_key(operator: &AccountId) -> (WorkerKey, WorkerSignature) {
    let pair = pair("//Free");
    let message = possession_message(&System::block_hash(0), operator);
    (pair.public(), pair.sign(&message))
}

/// Sends a call that must be taken.
pub fn take(from: &AccountId, call: impl Into<RuntimeCall>) {
    let call = call.into();
    let told = format!("{} bytes of {:?}", call.encoded_size(), call.get_call_metadata());
    crate::chain::send(from, call).unwrap_or_else(|refused| panic!("{told}: {refused:?}"));
}
