//! Storage that is corrupted on purpose is found out.

use crate::{mock::*, MetadataOf, Models, NextModelId, Versions};
use sp_runtime::{DispatchError, Permill};

/// Corrupts the storage of a model with two versions and asserts what `do_try_state` says.
fn assert_found(corrupt: impl FnOnce(), finding: &'static str) {
    new_test_ext(Vec::new()).execute_with(|| {
        let model = register(ALICE);
        publish(ALICE, model);
        publish(ALICE, model);
        assert_eq!(ModelRegistry::do_try_state(), Ok(()));
        corrupt();
        assert_eq!(ModelRegistry::do_try_state(), Err(DispatchError::Other(finding)));
    });
}

fn change_model(change: impl FnOnce(&mut crate::ModelOf<Test>)) {
    Models::<Test>::mutate(0, |model| change(model.as_mut().unwrap()));
}

#[test]
fn an_id_that_was_never_given_out() {
    assert_found(NextModelId::<Test>::kill, "a model has an id that was never given out");
}

#[test]
fn a_model_without_metadata() {
    assert_found(|| MetadataOf::<Test>::remove(0), "a model has no metadata");
}

#[test]
fn metadata_without_a_model() {
    assert_found(|| MetadataOf::<Test>::insert(5, metadata()), "metadata without a model");
}

#[test]
fn a_version_without_a_model() {
    assert_found(
        || {
            let version = Versions::<Test>::get(0, 1).unwrap();
            Versions::<Test>::insert(5, 1, version);
        },
        "a version has no model",
    );
}

#[test]
fn a_version_that_its_model_does_not_list() {
    assert_found(
        || change_model(|model| model.versions.retain(|number| *number != 1)),
        "a version is not listed by its model",
    );
}

#[test]
fn a_listed_version_that_does_not_exist() {
    assert_found(|| Versions::<Test>::remove(0, 1), "a model lists a version that does not exist");
}

#[test]
fn versions_out_of_order() {
    assert_found(
        || change_model(|model| model.versions = vec![2, 1].try_into().unwrap()),
        "a model's versions are not in order",
    );
}

#[test]
fn a_counter_behind_its_versions() {
    assert_found(|| change_model(|model| model.next_version = 2), "a version has a number that was never given out");
}

#[test]
fn a_version_without_a_package() {
    assert_found(
        || {
            Versions::<Test>::mutate(0, 1, |version| {
                version.as_mut().unwrap().spec.package_root = Default::default();
            })
        },
        "a version has no package",
    );
}

#[test]
fn a_royalty_above_the_highest() {
    new_test_ext(Vec::new()).execute_with(|| {
        register(ALICE);
        change_model(|model| model.royalty = Permill::one());
        assert_eq!(ModelRegistry::do_try_state(), Err(crate::Error::<Test>::RoyaltyTooHigh.into()));
    });
}
