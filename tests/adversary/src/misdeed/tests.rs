//! Each misdeed by the rules that the chain applies to it: what opens its commitment, and what does not.

use super::*;
use crate::{
    bundles::{transaction, Items, Signer},
    opening::tests::place,
};
use codec::DecodeAll;
use votive_primitives::{digest, payload::CommitItem};
use votive_runtime::UncheckedExtrinsic;

struct Scene {
    pair: WorkerPair,
    place: Place,
    truth: Opening,
    committee: Vec<Seat<AccountId>>,
    log: BlockLog,
}

fn pair(uri: &str) -> WorkerPair {
    WorkerPair::from_string(uri, None).unwrap()
}

impl Scene {
    fn new() -> Self {
        let truth = Opening { trace_hash: H256([4; 32]), ..Opening::made_up(8) };
        Self { pair: pair("//Mallory"), place: place(1, 1), truth, committee: vec![], log: BlockLog::default() }
    }

    fn sight(&self) -> Sight<'_> {
        Sight {
            pair: &self.pair,
            place: &self.place,
            truth: &self.truth,
            max_units: 1,
            other_request: H256([2; 32]),
            committee: &self.committee,
            log: &self.log,
        }
    }

    /// Lets a block carry an honest commit and reveal of `pair` at `place`. Returns the commitment.
    fn honest_round(&mut self, pair: &WorkerPair, place: &Place) -> H256 {
        let salt = place.salt(pair);
        let commitment = place.commitment(&self.truth.digest(&place.request), &salt);
        let commit = CommitItem { request: place.request, attempt: place.attempt, commitment };
        for items in [Items::Commits(vec![commit]), Items::Reveals(vec![self.truth.reveal(place, salt)])] {
            let bytes = transaction(&Signer::Pair(pair), &place.genesis, 1, items);
            self.log.push(vec![UncheckedExtrinsic::decode_all(&mut &bytes[..]).unwrap()]);
        }
        commitment
    }

    /// What the chain checks of a reveal, in the chain's order: commitment, units, bytes.
    fn check(&self, misdeed: Misdeed, item: &RevealItem) -> [bool; 3] {
        let (sight, place) = (self.sight(), &self.place);
        let digest = digest::digest(&item.request.0, &item.answer_hash.0, item.units, &item.trace_hash.0);
        let opens = misdeed.commitment(&sight) == Some(place.commitment(&H256(digest), &item.salt));
        let answer = item.answer.as_ref().unwrap();
        let hashes = digest::answer_hash(answer.code, &answer.output) == item.answer_hash.0;
        [opens, (1..=sight.max_units).contains(&item.units), hashes]
    }

    fn checks(&self, misdeed: Misdeed) -> Vec<[bool; 3]> {
        misdeed.reveals(&self.sight()).iter().map(|item| self.check(misdeed, item)).collect()
    }
}

#[test]
fn wrong_bytes_are_well_formed_and_differ_from_the_truth() {
    let scene = Scene::new();
    assert_eq!(scene.checks(Misdeed::WrongBytes), [[true; 3]]);
    let item = &Misdeed::WrongBytes.reveals(&scene.sight())[0];
    assert_ne!((item.answer_hash, item.trace_hash), (scene.truth.answer_hash(), scene.truth.trace_hash));
}

#[test]
fn wrong_units_fail_by_their_units_alone() {
    for units in [None, Some(0), Some(7)] {
        assert_eq!(Scene::new().checks(Misdeed::WrongUnits(units)), [[true, false, true]]);
    }
}

#[test]
fn the_digest_of_another_request_does_not_open() {
    assert_eq!(Scene::new().checks(Misdeed::OtherRequest), [[false, true, true]]);
}

#[test]
fn bytes_that_do_not_hash_fail_by_their_bytes_alone() {
    assert_eq!(Scene::new().checks(Misdeed::UnhashedBytes), [[true, true, false]]);
}

#[test]
fn who_withholds_commits_to_the_truth() {
    let scene = Scene::new();
    let honest = scene.place.commitment(&scene.truth.digest(&scene.place.request), &scene.place.salt(&scene.pair));
    assert_eq!(Misdeed::Withhold.commitment(&scene.sight()), Some(honest));
    assert!(scene.checks(Misdeed::Withhold).is_empty());
}

#[test]
fn a_replay_needs_an_honest_round_before_it_and_never_opens() {
    for (owner, whose) in [(Owner::Own, "//Mallory"), (Owner::Other, "//Bob")] {
        let (mut scene, misdeed) = (Scene::new(), Misdeed::ReplayedCommitment(owner));
        assert_eq!(scene.checks(misdeed), [[true; 3]], "the first round is honest");
        let earlier = scene.honest_round(&pair(whose), &place(3, 5));
        assert_eq!(misdeed.commitment(&scene.sight()), Some(earlier));
        assert_eq!(scene.checks(misdeed), [[false, true, true]; 2]);
    }
}

#[test]
fn a_copy_waits_for_the_original_and_never_opens() {
    let (mut scene, misdeed) = (Scene::new(), Misdeed::CopiedCommitment);
    assert_eq!(misdeed.commitment(&scene.sight()), None);
    assert!(misdeed.reveals(&scene.sight()).is_empty());

    let (bob, place_of_bob) = (pair("//Bob"), place(1, 5));
    let original = scene.honest_round(&bob, &place_of_bob);
    let progress = Progress::Committed(original);
    scene.committee = vec![Seat { operator: place_of_bob.operator, key: bob.public(), weight: 1, progress }];
    assert_eq!(misdeed.commitment(&scene.sight()), Some(original));
    assert_eq!(scene.checks(misdeed), [[false, true, true]; 2]);
}
