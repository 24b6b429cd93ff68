//! What tools see of the runtime.

use frame_metadata::RuntimeMetadata;
use votive_runtime::{Runtime, TxExtension};

#[test]
fn metadata_is_offered_from_14_to_16() {
    assert!(Runtime::metadata_versions().iter().filter(|version| (14..=16).contains(*version)).count() == 3);
}

#[test]
fn every_extension_but_authorize_call_is_one_that_polkadot_js_knows() {
    use sp_runtime::traits::TransactionExtension;
    let known = [
        "CheckNonZeroSender",
        "CheckSpecVersion",
        "CheckTxVersion",
        "CheckGenesis",
        "CheckMortality",
        "CheckNonce",
        "CheckWeight",
        "ChargeTransactionPayment",
        "CheckMetadataHash",
    ];
    let names: Vec<_> = <TxExtension as TransactionExtension<votive_runtime::RuntimeCall>>::metadata()
        .into_iter()
        .map(|extension| extension.identifier)
        .collect();
    assert_eq!(names[0], "AuthorizeCall");
    assert_eq!(names[1..], known);
}

#[test]
fn authorize_call_is_zero_sized_in_a_transaction() {
    use codec::Encode;
    assert!(frame_system::AuthorizeCall::<Runtime>::new().encode().is_empty());
}

#[test]
fn the_view_functions_are_in_the_metadata() {
    sp_io::TestExternalities::default().execute_with(|| {
        let encoded = Runtime::metadata_at_version(16).expect("version 16 is offered");
        let prefixed: &[u8] = &encoded;
        let metadata: frame_metadata::RuntimeMetadataPrefixed = codec::Decode::decode(&mut &prefixed[..]).unwrap();
        let RuntimeMetadata::V16(metadata) = metadata.1 else { panic!("version 16") };
        let views = |pallet: &str| {
            let pallet = metadata.pallets.iter().find(|found| found.name == pallet).expect("the pallet exists");
            pallet.view_functions.iter().map(|view| view.name.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(views("Inference"), ["quote", "request", "receipt", "answer", "open_seats"]);
        assert_eq!(views("Models"), ["model", "models"]);
        assert_eq!(views("Workers"), ["worker", "workers"]);
    });
}
