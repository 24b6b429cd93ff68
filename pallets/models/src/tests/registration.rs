//! `register_model`.

use crate::{mock::*, Error, Event, MetadataOf, Models, NextModelId};
use frame_support::{
    assert_noop, assert_ok,
    traits::fungible::{Inspect, InspectHold},
};
use sp_runtime::{DispatchError, Permill, TokenError};
use votive_primitives::model::{Metadata, MAX_ROYALTY};

fn assert_refused(metadata: Metadata, royalty: Permill, error: Error<Test>) {
    assert_noop!(ModelRegistry::register_model(signed(ALICE), metadata, royalty), error);
}

#[test]
fn a_registered_model_has_an_owner_a_royalty_and_no_versions() {
    build_and_execute(|| {
        assert_ok!(ModelRegistry::register_model(signed(ALICE), metadata(), ROYALTY));

        let model = Models::<Test>::get(0).unwrap();
        assert_eq!((model.owner, model.royalty, model.next_version), (ALICE, ROYALTY, 1));
        assert!(model.versions.is_empty());
        assert_eq!(MetadataOf::<Test>::get(0), Some(metadata()));
        assert_last_event(Event::ModelRegistered { model: 0, owner: ALICE, royalty: ROYALTY });
    });
}

#[test]
fn a_model_takes_a_deposit_for_its_metadata() {
    build_and_execute(|| {
        register(ALICE);

        assert_eq!(Balances::balance_on_hold(&ModelHold::get(), &ALICE), model_deposit());
        assert_eq!(Balances::balance(&ALICE), START_BALANCE - model_deposit());
    });
}

#[test]
fn ids_ascend_from_zero() {
    build_and_execute(|| {
        assert_eq!([register(ALICE), register(BOB), register(ALICE)], [0, 1, 2]);
        assert_eq!(NextModelId::<Test>::get(), 3);
    });
}

#[test]
fn the_highest_royalty_is_allowed_and_no_higher_one() {
    build_and_execute(|| {
        assert_ok!(ModelRegistry::register_model(signed(ALICE), metadata(), MAX_ROYALTY));
        let above = Permill::from_parts(MAX_ROYALTY.deconstruct() + 1);
        assert_refused(metadata(), above, Error::RoyaltyTooHigh);
    });
}

#[test]
fn a_blank_name_is_refused() {
    build_and_execute(|| {
        for name in ["", " ", "\t\n"] {
            let name = name.as_bytes().to_vec().try_into().unwrap();
            assert_refused(Metadata { name, ..metadata() }, ROYALTY, Error::NameEmpty);
        }
    });
}

#[test]
fn texts_other_than_the_name_may_be_empty() {
    build_and_execute(|| {
        let bare = Metadata { name: metadata().name, ..Default::default() };
        assert_ok!(ModelRegistry::register_model(signed(ALICE), bare, ROYALTY));
    });
}

#[test]
fn each_text_must_be_utf8() {
    build_and_execute(|| {
        let wrong = vec![0xff, 0xfe];
        let each: [fn(&mut Metadata, Vec<u8>); 5] = [
            |metadata, text| metadata.name = text.try_into().unwrap(),
            |metadata, text| metadata.description = text.try_into().unwrap(),
            |metadata, text| metadata.task = text.try_into().unwrap(),
            |metadata, text| metadata.licence = text.try_into().unwrap(),
            |metadata, text| metadata.tags = vec![text.try_into().unwrap()].try_into().unwrap(),
        ];
        for spoil in each {
            let mut spoilt = metadata();
            spoil(&mut spoilt, wrong.clone());
            assert_refused(spoilt, ROYALTY, Error::TextNotUtf8);
        }
    });
}

#[test]
fn a_deposit_that_cannot_be_paid_registers_nothing() {
    build_and_execute(|| {
        assert_noop!(ModelRegistry::register_model(signed(POOR), metadata(), ROYALTY), TokenError::FundsUnavailable);
    });
}

#[test]
fn ids_that_are_used_up_register_nothing() {
    build_and_execute(|| {
        NextModelId::<Test>::put(u32::MAX);
        assert_refused(metadata(), ROYALTY, Error::IdsExhausted);
    });
}

#[test]
fn only_a_signed_origin_registers() {
    build_and_execute(|| {
        assert_noop!(
            ModelRegistry::register_model(RuntimeOrigin::root(), metadata(), ROYALTY),
            DispatchError::BadOrigin
        );
    });
}
