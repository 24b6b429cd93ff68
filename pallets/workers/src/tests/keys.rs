//! Worker keys: proofs of possession and rotation.

use crate::{mock::*, Error, Event, KeyOwner};
use frame_support::{assert_noop, assert_ok};
use sp_application_crypto::Pair;
use sp_core::{ed25519, H256};
use sp_runtime::DispatchError;
use votive_primitives::{
    traits::WorkerPool,
    worker_key::{possession_message, WorkerSignature},
};

fn operator_of(key: &votive_primitives::worker_key::WorkerKey) -> Option<AccountId> {
    <WorkerRegistry as WorkerPool<_>>::operator_of(key)
}

#[test]
fn a_plain_ed25519_pair_proves_its_possession() {
    build_and_execute(|| {
        let pair = ed25519::Pair::from_seed(&[7; 32]);
        let signature = pair.sign(&possession_message(&System::block_hash(0), &ALICE));
        assert_ok!(WorkerRegistry::register_worker(
            signed(ALICE),
            BOND,
            pair.public().into(),
            WorkerSignature::from(signature)
        ));
        assert_eq!(operator_of(&pair.public().into()), Some(ALICE));
    });
}

#[test]
fn a_proof_holds_for_one_key_one_operator_and_one_chain() {
    build_and_execute(|| {
        let (own, other) = (pair(ALICE), pair(BOB));
        let elsewhere = own.sign(&possession_message(&H256::repeat_byte(1), &ALICE));
        for wrong in [proof(&other, ALICE), proof(&own, BOB), elsewhere, own.sign(b"anything")] {
            assert_noop!(
                WorkerRegistry::register_worker(signed(ALICE), BOND, own.public(), wrong),
                Error::<Test>::InvalidProof
            );
        }
    });
}

#[test]
fn a_key_serves_one_operator() {
    build_and_execute(|| {
        register(ALICE);
        register(BOB);
        let of_alice = pair(ALICE);
        assert_noop!(
            WorkerRegistry::register_worker(signed(CAROL), BOND, of_alice.public(), proof(&of_alice, CAROL)),
            Error::<Test>::KeyInUse
        );
        assert_noop!(
            WorkerRegistry::rotate_key(signed(BOB), of_alice.public(), proof(&of_alice, BOB)),
            Error::<Test>::KeyInUse
        );
    });
}

#[test]
fn a_rotated_key_takes_the_old_ones_place() {
    build_and_execute(|| {
        register(ALICE);
        let new = pair(77);
        assert_ok!(WorkerRegistry::rotate_key(signed(ALICE), new.public(), proof(&new, ALICE)));

        assert_eq!(worker(ALICE).key, new.public());
        assert_eq!(operator_of(&new.public()), Some(ALICE));
        assert_eq!(operator_of(&key(ALICE)), None);
        assert_last_event(Event::KeyRotated { operator: ALICE, old: key(ALICE), new: new.public() });
    });
}

#[test]
fn a_key_that_was_rotated_away_may_return() {
    build_and_execute(|| {
        register(ALICE);
        let (old, new) = (pair(ALICE), pair(77));
        assert_ok!(WorkerRegistry::rotate_key(signed(ALICE), new.public(), proof(&new, ALICE)));
        assert_ok!(WorkerRegistry::rotate_key(signed(ALICE), old.public(), proof(&old, ALICE)));
        assert_eq!(KeyOwner::<Test>::iter().collect::<Vec<_>>(), vec![(old.public(), ALICE)]);
    });
}

#[test]
fn a_rotation_needs_a_worker_a_new_key_and_its_proof() {
    build_and_execute(|| {
        register(ALICE);
        let (old, new) = (pair(ALICE), pair(77));
        let rotate = |origin, proof| WorkerRegistry::rotate_key(origin, new.public(), proof);
        assert_noop!(rotate(signed(BOB), proof(&new, BOB)), Error::<Test>::UnknownWorker);
        assert_noop!(rotate(signed(ALICE), proof(&old, ALICE)), Error::<Test>::InvalidProof);
        assert_noop!(rotate(signed(ALICE), proof(&new, BOB)), Error::<Test>::InvalidProof);
        assert_noop!(rotate(RuntimeOrigin::root(), proof(&new, ALICE)), DispatchError::BadOrigin);
        assert_noop!(
            WorkerRegistry::rotate_key(signed(ALICE), old.public(), proof(&old, ALICE)),
            Error::<Test>::KeyInUse
        );
    });
}
