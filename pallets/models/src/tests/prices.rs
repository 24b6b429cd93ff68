//! `set_price` and `deprecate_version`.

use crate::{mock::*, Error, Event, Versions};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;
use votive_primitives::{ids::VersionId, model::Price};

const DEARER: Price<Balance> = Price { per_call: 20, per_unit: 6 };

#[test]
fn a_price_is_the_one_thing_of_a_version_that_changes() {
    build_and_execute(|| {
        let model = register(ALICE);
        let version = publish(ALICE, model);
        assert_ok!(ModelRegistry::set_price(signed(ALICE), version, DEARER));

        let stored = Versions::<Test>::get(model, 1).unwrap();
        assert_eq!((stored.spec, stored.price, stored.deprecated), (spec(), DEARER, false));
        assert_last_event(Event::PriceSet { version, price: DEARER });
    });
}

#[test]
fn a_price_is_set_by_the_owner_of_a_version_that_exists() {
    build_and_execute(|| {
        let model = register(ALICE);
        let version = publish(ALICE, model);
        let unknown_model = VersionId { model: 9, number: 1 };
        let unknown_version = VersionId { model, number: 2 };
        let cases = [(BOB, version, Error::<Test>::NotOwner), (ALICE, unknown_model, Error::UnknownModel)];
        for (who, version, error) in cases.into_iter().chain([(ALICE, unknown_version, Error::UnknownVersion)]) {
            assert_noop!(ModelRegistry::set_price(signed(who), version, DEARER), error);
        }
        assert_noop!(ModelRegistry::set_price(RuntimeOrigin::root(), version, DEARER), DispatchError::BadOrigin);
    });
}

#[test]
fn a_price_above_the_highest_cannot_be_set() {
    build_and_execute(|| {
        let model = register(ALICE);
        let version = publish(ALICE, model);
        for price in [Price { per_call: MAX_PRICE + 1, per_unit: 0 }, Price { per_call: 0, per_unit: MAX_PRICE + 1 }] {
            assert_noop!(ModelRegistry::set_price(signed(ALICE), version, price), Error::<Test>::PriceTooHigh);
        }
    });
}

#[test]
fn a_deprecated_version_has_a_last_price() {
    build_and_execute(|| {
        let model = register(ALICE);
        let version = publish(ALICE, model);
        assert_ok!(ModelRegistry::deprecate_version(signed(ALICE), version));
        assert_noop!(ModelRegistry::set_price(signed(ALICE), version, DEARER), Error::<Test>::VersionDeprecated);
    });
}

#[test]
fn deprecation_leaves_the_version_and_its_deposit() {
    build_and_execute(|| {
        let model = register(ALICE);
        let version = publish(ALICE, model);
        assert_ok!(ModelRegistry::deprecate_version(signed(ALICE), version));

        let stored = Versions::<Test>::get(model, 1).unwrap();
        assert_eq!((stored.spec, stored.price, stored.deprecated), (spec(), PRICE, true));
        assert!(stored.deposit.is_some());
        assert_last_event(Event::VersionDeprecated { version });
    });
}

#[test]
fn deprecation_is_the_owners_and_happens_once() {
    build_and_execute(|| {
        let model = register(ALICE);
        let version = publish(ALICE, model);
        let deprecate = |who, version| ModelRegistry::deprecate_version(signed(who), version);
        assert_noop!(deprecate(BOB, version), Error::<Test>::NotOwner);
        assert_noop!(deprecate(ALICE, VersionId { model: 9, number: 1 }), Error::<Test>::UnknownModel);
        assert_noop!(deprecate(ALICE, VersionId { model, number: 2 }), Error::<Test>::UnknownVersion);
        assert_noop!(ModelRegistry::deprecate_version(RuntimeOrigin::none(), version), DispatchError::BadOrigin);
        assert_ok!(deprecate(ALICE, version));
        assert_noop!(deprecate(ALICE, version), Error::<Test>::VersionDeprecated);
    });
}
