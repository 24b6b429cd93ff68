//! How calls reach the chain: as real transactions through the executive, or dispatched, which is faster.

use codec::Encode;
use frame_support::traits::Authorize;
use frame_system::RawOrigin;
use sp_core::Pair;
use sp_runtime::{
    generic::Era,
    traits::Dispatchable,
    transaction_validity::{TransactionSource, TransactionValidityError},
    DispatchError,
};
use votive_runtime::*;

use super::people::Person;

/// Name of an error, as the reference has it.
fn name(error: DispatchError) -> String {
    match error {
        DispatchError::Module(error) => error.message.expect("errors of pallets have names").into(),
        DispatchError::Token(error) => format!("{error:?}"),
        other => format!("{other:?}"),
    }
}

/// Dispatches a call of a person.
pub fn dispatch(person: &Person, call: RuntimeCall) -> Result<(), String> {
    let outcome = call.dispatch(RuntimeOrigin::signed(person.account.clone()));
    outcome.map(|_| ()).map_err(|refused| name(refused.error))
}

/// Dispatches a call of governance.
pub fn dispatch_as_root(call: RuntimeCall) {
    call.dispatch(RuntimeOrigin::root()).expect("governance can do this");
}

/// Signs and applies a transaction. Returns its fee too.
pub fn apply_signed(person: &Person, call: RuntimeCall) -> (Result<(), String>, Balance) {
    let extension: TxExtension = (
        frame_system::AuthorizeCall::new(),
        frame_system::CheckNonZeroSender::new(),
        frame_system::CheckSpecVersion::new(),
        frame_system::CheckTxVersion::new(),
        frame_system::CheckGenesis::new(),
        frame_system::CheckMortality::from(Era::Immortal),
        frame_system::CheckNonce::from(System::account_nonce(&person.account)),
        frame_system::CheckWeight::new(),
        pallet_transaction_payment::ChargeTransactionPayment::from(0),
        frame_metadata_hash_extension::CheckMetadataHash::new(false),
    );
    let payload = SignedPayload::new(call, extension).expect("all that is signed is known");
    let signature = payload.using_encoded(|bytes| person.pair.sign(bytes));
    let (call, extension, _) = payload.deconstruct();
    let transaction = UncheckedExtrinsic::new_signed(call, person.account.clone().into(), signature.into(), extension);
    let outcome = Executive::apply_extrinsic(transaction).expect("the transaction is valid");
    let fee = System::events().into_iter().rev().find_map(|record| match record.event {
        RuntimeEvent::TransactionPayment(pallet_transaction_payment::Event::TransactionFeePaid {
            actual_fee, ..
        }) => Some(actual_fee),
        _ => None,
    });
    (outcome.map_err(name), fee.expect("a signed transaction pays a fee"))
}

/// Applies a transaction that the call itself authorises.
pub fn apply_authorised(call: RuntimeCall) -> Result<(), String> {
    use frame_system::offchain::CreateAuthorizedTransaction;
    let extension = <Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_extension();
    match Executive::apply_extrinsic(UncheckedExtrinsic::new_transaction(call, extension)) {
        Ok(outcome) => outcome.map_err(name),
        Err(refused) => Err(format!("{refused:?}")),
    }
}

/// Checks a call as a block does, and dispatches it if it passes.
pub fn dispatch_authorised(call: RuntimeCall) -> Result<(), String> {
    let checked = call.authorize(TransactionSource::InBlock).expect("the call authorises itself");
    checked.map_err(|refused: TransactionValidityError| format!("{refused:?}"))?;
    let outcome = call.dispatch(RawOrigin::Authorized.into());
    outcome.map(|_| ()).map_err(|refused| name(refused.error))
}
