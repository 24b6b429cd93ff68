//! `remove_version` and `remove_model`.

use crate::{mock::*, Error, Event, MetadataOf, Models, Versions, MAX_VERSIONS};
use frame_support::{
    assert_noop, assert_ok,
    traits::fungible::{Inspect, InspectHold},
};
use sp_runtime::DispatchError;
use std::collections::BTreeSet;
use votive_primitives::ids::VersionId;

#[test]
fn a_removed_version_is_gone_and_its_deposit_back() {
    build_and_execute(|| {
        let model = register(ALICE);
        let version = publish(ALICE, model);
        assert_ok!(ModelRegistry::deprecate_version(signed(ALICE), version));
        assert_ok!(ModelRegistry::remove_version(signed(ALICE), version));

        assert_eq!(Versions::<Test>::get(model, 1), None);
        assert!(Models::<Test>::get(model).unwrap().versions.is_empty());
        assert_eq!(Balances::balance_on_hold(&VersionHold::get(), &ALICE), 0);
        assert_eq!(Balances::balance(&ALICE), START_BALANCE - model_deposit());
        assert_last_event(Event::VersionRemoved { version });
    });
}

#[test]
fn a_version_is_deprecated_before_it_is_removed() {
    build_and_execute(|| {
        let model = register(ALICE);
        let version = publish(ALICE, model);
        assert_noop!(ModelRegistry::remove_version(signed(ALICE), version), Error::<Test>::VersionNotDeprecated);
    });
}

#[test]
fn a_version_in_use_stays() {
    build_and_execute(|| {
        let model = register(ALICE);
        let version = publish(ALICE, model);
        assert_ok!(ModelRegistry::deprecate_version(signed(ALICE), version));
        VersionsInUse::set(BTreeSet::from([version]));
        assert_noop!(ModelRegistry::remove_version(signed(ALICE), version), Error::<Test>::VersionInUse);

        VersionsInUse::set(BTreeSet::new());
        assert_ok!(ModelRegistry::remove_version(signed(ALICE), version));
    });
}

#[test]
fn a_version_is_removed_by_the_owner_and_once() {
    build_and_execute(|| {
        let model = register(ALICE);
        let version = publish(ALICE, model);
        assert_ok!(ModelRegistry::deprecate_version(signed(ALICE), version));
        let remove = |who, version| ModelRegistry::remove_version(signed(who), version);
        assert_noop!(remove(BOB, version), Error::<Test>::NotOwner);
        assert_noop!(remove(ALICE, VersionId { model: 9, number: 1 }), Error::<Test>::UnknownModel);
        assert_noop!(ModelRegistry::remove_version(RuntimeOrigin::none(), version), DispatchError::BadOrigin);
        assert_ok!(remove(ALICE, version));
        assert_noop!(remove(ALICE, version), Error::<Test>::UnknownVersion);
    });
}

#[test]
fn a_number_is_never_used_again() {
    build_and_execute(|| {
        let model = register(ALICE);
        let first = publish(ALICE, model);
        assert_ok!(ModelRegistry::deprecate_version(signed(ALICE), first));
        assert_ok!(ModelRegistry::remove_version(signed(ALICE), first));
        assert_eq!(publish(ALICE, model).number, 2);
    });
}

#[test]
fn a_removed_version_makes_room_for_another() {
    build_and_execute(|| {
        let model = register(ALICE);
        for _ in 0..MAX_VERSIONS {
            publish(ALICE, model);
        }
        let old = VersionId { model, number: 3 };
        assert_ok!(ModelRegistry::deprecate_version(signed(ALICE), old));
        assert_ok!(ModelRegistry::remove_version(signed(ALICE), old));
        assert_eq!(publish(ALICE, model).number, MAX_VERSIONS + 1);
    });
}

#[test]
fn a_removed_model_is_gone_and_its_deposit_back() {
    build_and_execute(|| {
        let model = register(ALICE);
        assert_ok!(ModelRegistry::remove_model(signed(ALICE), model));

        assert_eq!(Models::<Test>::get(model), None);
        assert_eq!(MetadataOf::<Test>::get(model), None);
        assert_eq!(Balances::balance(&ALICE), START_BALANCE);
        assert_last_event(Event::ModelRemoved { model });
    });
}

#[test]
fn a_model_with_versions_stays() {
    build_and_execute(|| {
        let model = register(ALICE);
        let version = publish(ALICE, model);
        assert_ok!(ModelRegistry::deprecate_version(signed(ALICE), version));
        assert_noop!(ModelRegistry::remove_model(signed(ALICE), model), Error::<Test>::ModelHasVersions);
    });
}

#[test]
fn a_model_is_removed_by_the_owner_and_once() {
    build_and_execute(|| {
        let model = register(ALICE);
        assert_noop!(ModelRegistry::remove_model(signed(BOB), model), Error::<Test>::NotOwner);
        assert_noop!(ModelRegistry::remove_model(RuntimeOrigin::root(), model), DispatchError::BadOrigin);
        assert_ok!(ModelRegistry::remove_model(signed(ALICE), model));
        assert_noop!(ModelRegistry::remove_model(signed(ALICE), model), Error::<Test>::UnknownModel);
    });
}

#[test]
fn a_model_id_is_never_used_again() {
    build_and_execute(|| {
        let model = register(ALICE);
        assert_ok!(ModelRegistry::remove_model(signed(ALICE), model));
        assert_eq!(register(ALICE), 1);
    });
}
