//! `transfer_model`.

use crate::{mock::*, Error, Event, Models};
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};
use sp_runtime::DispatchError;
use votive_primitives::traits::ModelCatalogue;

#[test]
fn the_new_owner_decides_from_now_on() {
    build_and_execute(|| {
        let model = register(ALICE);
        let version = publish(ALICE, model);
        assert_ok!(ModelRegistry::transfer_model(signed(ALICE), model, BOB));

        assert_last_event(Event::ModelTransferred { model, from: ALICE, to: BOB });
        assert_eq!(<ModelRegistry as ModelCatalogue<_>>::owner(model), Some(BOB));
        assert_noop!(ModelRegistry::set_price(signed(ALICE), version, PRICE), Error::<Test>::NotOwner);
        assert_ok!(ModelRegistry::set_price(signed(BOB), version, PRICE));
    });
}

#[test]
fn the_new_owner_pays_nothing() {
    build_and_execute(|| {
        let model = register(ALICE);
        publish(ALICE, model);
        assert_ok!(ModelRegistry::transfer_model(signed(ALICE), model, BOB));

        assert_eq!(Balances::balance(&BOB), START_BALANCE);
        assert_eq!(Balances::balance(&ALICE), START_BALANCE - model_deposit() - version_deposit());
    });
}

#[test]
fn each_deposit_returns_to_who_left_it() {
    build_and_execute(|| {
        let model = register(ALICE);
        let of_alice = publish(ALICE, model);
        assert_ok!(ModelRegistry::transfer_model(signed(ALICE), model, BOB));
        let of_bob = publish(BOB, model);
        for version in [of_alice, of_bob] {
            assert_ok!(ModelRegistry::deprecate_version(signed(BOB), version));
            assert_ok!(ModelRegistry::remove_version(signed(BOB), version));
        }
        assert_ok!(ModelRegistry::remove_model(signed(BOB), model));

        assert_eq!(Balances::balance(&ALICE), START_BALANCE);
        assert_eq!(Balances::balance(&BOB), START_BALANCE);
    });
}

#[test]
fn only_the_owner_transfers_and_to_another_account() {
    build_and_execute(|| {
        let model = register(ALICE);
        assert_noop!(ModelRegistry::transfer_model(signed(BOB), model, BOB), Error::<Test>::NotOwner);
        assert_noop!(ModelRegistry::transfer_model(signed(ALICE), model, ALICE), Error::<Test>::AlreadyOwner);
        assert_noop!(ModelRegistry::transfer_model(signed(ALICE), 9, BOB), Error::<Test>::UnknownModel);
        assert_noop!(ModelRegistry::transfer_model(RuntimeOrigin::root(), model, BOB), DispatchError::BadOrigin);
        assert_eq!(Models::<Test>::get(model).unwrap().owner, ALICE);
    });
}
