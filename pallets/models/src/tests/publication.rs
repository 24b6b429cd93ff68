//! `publish_version`.

use crate::{mock::*, Error, Event, Models, Versions, MAX_VERSIONS};
use frame_support::{
    assert_noop, assert_ok,
    traits::fungible::{Inspect, InspectHold},
};
use sp_core::H256;
use sp_runtime::{DispatchError, TokenError};
use votive_primitives::{
    ids::VersionId,
    model::{Architecture, Limits, Price, VersionSpec},
    MAX_INPUT_BYTES, MAX_OUTPUT_BYTES,
};

fn assert_refused(change: impl FnOnce(&mut VersionSpec), error: Error<Test>) {
    let mut wrong = spec();
    change(&mut wrong);
    assert_noop!(ModelRegistry::publish_version(signed(ALICE), 0, wrong, PRICE), error);
}

#[test]
fn a_published_version_is_stored_as_it_was_given() {
    build_and_execute(|| {
        let model = register(ALICE);
        assert_ok!(ModelRegistry::publish_version(signed(ALICE), model, spec(), PRICE));

        let version = Versions::<Test>::get(model, 1).unwrap();
        assert_eq!((version.spec, version.price, version.deprecated), (spec(), PRICE, false));
        assert_eq!(Models::<Test>::get(model).unwrap().versions.into_inner(), vec![1]);
        assert_last_event(Event::VersionPublished {
            version: VersionId { model, number: 1 },
            package_root: spec().package_root,
            price: PRICE,
        });
    });
}

#[test]
fn a_version_takes_a_deposit_for_its_spec() {
    build_and_execute(|| {
        let model = register(ALICE);
        publish(ALICE, model);

        assert_eq!(Balances::balance_on_hold(&VersionHold::get(), &ALICE), version_deposit());
        assert_eq!(Balances::balance(&ALICE), START_BALANCE - model_deposit() - version_deposit());
    });
}

#[test]
fn numbers_ascend_from_one_in_each_model() {
    build_and_execute(|| {
        let (first, second) = (register(ALICE), register(ALICE));
        let numbers = [publish(ALICE, first), publish(ALICE, second), publish(ALICE, first)].map(|id| id.number);
        assert_eq!(numbers, [1, 1, 2]);
    });
}

#[test]
fn only_the_owner_publishes() {
    build_and_execute(|| {
        let model = register(ALICE);
        assert_noop!(ModelRegistry::publish_version(signed(BOB), model, spec(), PRICE), Error::<Test>::NotOwner);
        assert_noop!(
            ModelRegistry::publish_version(RuntimeOrigin::none(), model, spec(), PRICE),
            DispatchError::BadOrigin
        );
    });
}

#[test]
fn a_version_needs_a_model() {
    build_and_execute(|| {
        assert_noop!(ModelRegistry::publish_version(signed(ALICE), 7, spec(), PRICE), Error::<Test>::UnknownModel);
    });
}

#[test]
fn a_spec_without_a_package_is_refused() {
    build_and_execute(|| {
        register(ALICE);
        assert_refused(|spec| spec.package_root = H256::zero(), Error::PackageRootZero);
        assert_refused(|spec| spec.package_size = 0, Error::PackageEmpty);
    });
}

#[test]
fn a_spec_in_an_arithmetic_that_nobody_runs_is_refused() {
    build_and_execute(|| {
        register(ALICE);
        assert_refused(|spec| spec.kernel_spec = 0, Error::UnknownKernelSpec);
        assert_refused(|spec| spec.kernel_spec = 2, Error::UnknownKernelSpec);
    });
}

#[test]
fn a_version_that_generates_has_room_for_all_its_tokens() {
    build_and_execute(|| {
        register(ALICE);
        let generates = |max_output: u32, max_units: u32| {
            let limits = Limits { max_input: 1, max_output, max_units };
            VersionSpec { architecture: Architecture::Llama, limits, ..spec() }
        };
        let publish = |spec| ModelRegistry::publish_version(signed(ALICE), 0, spec, PRICE);
        assert_noop!(publish(generates(11, 3)), Error::<Test>::UnitLimitAboveOutput);
        assert_noop!(publish(generates(MAX_OUTPUT_BYTES, u32::MAX)), Error::<Test>::UnitLimitAboveOutput);
        assert_ok!(publish(generates(12, 3)));
        assert_ok!(publish(generates(MAX_OUTPUT_BYTES, 1_024)));
    });
}

#[test]
fn an_embedding_is_paid_per_call() {
    build_and_execute(|| {
        register(ALICE);
        assert_refused(
            |spec| (spec.architecture, spec.limits.max_units) = (Architecture::Bert, 2),
            Error::UnitLimitAboveOne,
        );
        let bert = VersionSpec { architecture: Architecture::Bert, ..spec() };
        assert_ok!(ModelRegistry::publish_version(signed(ALICE), 0, bert, PRICE));
    });
}

#[test]
fn limits_are_at_least_one_and_at_most_four_kibibytes() {
    build_and_execute(|| {
        register(ALICE);
        assert_refused(|spec| spec.limits.max_input = 0, Error::InputLimitZero);
        assert_refused(|spec| spec.limits.max_input = MAX_INPUT_BYTES + 1, Error::InputLimitTooHigh);
        assert_refused(|spec| spec.limits.max_output = 0, Error::OutputLimitZero);
        assert_refused(|spec| spec.limits.max_output = MAX_OUTPUT_BYTES + 1, Error::OutputLimitTooHigh);
        assert_refused(|spec| spec.limits.max_units = 0, Error::UnitLimitZero);
        assert_refused(|spec| spec.limits.max_units = 2, Error::UnitLimitAboveOne);
        assert_refused(|spec| spec.units_per_block = 0, Error::SpeedZero);

        let mut widest = spec();
        widest.limits.max_input = MAX_INPUT_BYTES;
        widest.limits.max_output = MAX_OUTPUT_BYTES;
        assert_ok!(ModelRegistry::publish_version(signed(ALICE), 0, widest, PRICE));
    });
}

#[test]
fn a_version_carries_a_golden_vector() {
    build_and_execute(|| {
        register(ALICE);
        assert_refused(|spec| spec.golden_vectors = Default::default(), Error::GoldenVectorsMissing);
    });
}

#[test]
fn a_price_above_the_highest_is_refused() {
    build_and_execute(|| {
        let model = register(ALICE);
        for price in [Price { per_call: MAX_PRICE + 1, per_unit: 0 }, Price { per_call: 0, per_unit: MAX_PRICE + 1 }] {
            assert_noop!(
                ModelRegistry::publish_version(signed(ALICE), model, spec(), price),
                Error::<Test>::PriceTooHigh
            );
        }
    });
}

#[test]
fn a_free_version_and_the_dearest_are_allowed() {
    build_and_execute(|| {
        let model = register(ALICE);
        for price in [Price { per_call: 0, per_unit: 0 }, Price { per_call: MAX_PRICE, per_unit: MAX_PRICE }] {
            assert_ok!(ModelRegistry::publish_version(signed(ALICE), model, spec(), price));
        }
    });
}

#[test]
fn a_model_has_a_most_of_versions() {
    build_and_execute(|| {
        let model = register(ALICE);
        for _ in 0..MAX_VERSIONS {
            publish(ALICE, model);
        }
        assert_noop!(
            ModelRegistry::publish_version(signed(ALICE), model, spec(), PRICE),
            Error::<Test>::TooManyVersions
        );
    });
}

#[test]
fn numbers_that_are_used_up_publish_nothing() {
    build_and_execute(|| {
        let model = register(ALICE);
        Models::<Test>::mutate(model, |model| model.as_mut().unwrap().next_version = u32::MAX);
        assert_noop!(ModelRegistry::publish_version(signed(ALICE), model, spec(), PRICE), Error::<Test>::IdsExhausted);
    });
}

#[test]
fn a_deposit_that_cannot_be_paid_publishes_nothing() {
    build_and_execute(|| {
        let model = register(ALICE);
        assert_ok!(ModelRegistry::transfer_model(signed(ALICE), model, POOR));
        assert_noop!(ModelRegistry::publish_version(signed(POOR), model, spec(), PRICE), TokenError::FundsUnavailable);
    });
}
