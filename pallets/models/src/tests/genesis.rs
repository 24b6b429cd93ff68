//! Models that exist from the first block on.

use crate::{mock::*, GenesisModel, GenesisVersion, Models, NextModelId, Versions};
use frame_support::{assert_ok, traits::fungible::Inspect};
use sp_runtime::Permill;

fn genesis_model() -> GenesisModel<AccountId, Balance> {
    GenesisModel {
        owner: ALICE,
        name: "Digits".into(),
        description: "Reads a handwritten digit.".into(),
        task: "image-classification".into(),
        licence: "Apache-2.0".into(),
        tags: vec!["vision".into()],
        royalty_percent: 5,
        versions: vec![GenesisVersion { spec: spec(), price: PRICE }; 2],
    }
}

#[test]
fn a_genesis_model_is_like_a_registered_one_without_deposit() {
    build_with_models_and_execute(vec![genesis_model(), genesis_model()], || {
        let view = ModelRegistry::model(1).unwrap();
        assert_eq!((view.owner, view.royalty, view.metadata), (ALICE, Permill::from_percent(5), metadata()));
        assert_eq!(view.versions.iter().map(|version| version.id.number).collect::<Vec<_>>(), vec![1, 2]);
        assert_eq!(Models::<Test>::get(1).unwrap().deposit, None);
        assert_eq!(Versions::<Test>::get(1, 2).unwrap().deposit, None);
        assert_eq!(NextModelId::<Test>::get(), 2);
        assert_eq!(Balances::balance(&ALICE), START_BALANCE);
    });
}

#[test]
fn a_genesis_model_is_removed_like_any_other() {
    build_with_models_and_execute(vec![GenesisModel { versions: Vec::new(), ..genesis_model() }], || {
        assert_ok!(ModelRegistry::remove_model(signed(ALICE), 0));
        assert_eq!(Balances::balance(&ALICE), START_BALANCE);
    });
}

#[test]
fn the_chain_specs_json_is_read() {
    let json = serde_json::json!({ "models": [{
        "owner": ALICE,
        "name": "Digits",
        "description": "Reads a handwritten digit.",
        "task": "image-classification",
        "licence": "Apache-2.0",
        "tags": ["vision"],
        "royaltyPercent": 5,
        "versions": [{
            "spec": {
                "packageRoot": format!("0x{}", "09".repeat(32)),
                "packageSize": 1000,
                "architecture": "mlp",
                "kernelSpec": 1,
                "limits": { "maxInput": 4096, "maxOutput": 40, "maxUnits": 1 },
                "unitsPerBlock": 16,
                "goldenVectors": [{
                    "inputHash": format!("0x{}", "01".repeat(32)),
                    "digest": format!("0x{}", "02".repeat(32)),
                }],
            },
            "price": { "perCall": 10, "perUnit": 3 },
        }],
    }]});
    let config: crate::GenesisConfig<Test> = serde_json::from_value(json.clone()).unwrap();
    let expected = GenesisModel { versions: vec![GenesisVersion { spec: spec(), price: PRICE }], ..genesis_model() };
    assert_eq!(config.models, vec![expected]);
    assert_eq!(serde_json::to_value(&config).unwrap(), json);
}

#[test]
#[should_panic(expected = "RoyaltyTooHigh")]
fn a_genesis_with_too_high_a_royalty_starts_no_chain() {
    new_test_ext(vec![GenesisModel { royalty_percent: 16, ..genesis_model() }]);
}

#[test]
#[should_panic(expected = "is too long")]
fn a_genesis_with_too_long_a_name_starts_no_chain() {
    new_test_ext(vec![GenesisModel { name: "x".repeat(65), ..genesis_model() }]);
}

#[test]
#[should_panic(expected = "UnknownKernelSpec")]
fn a_genesis_with_a_wrong_spec_starts_no_chain() {
    let mut model = genesis_model();
    model.versions[0].spec.kernel_spec = 2;
    new_test_ext(vec![model]);
}
