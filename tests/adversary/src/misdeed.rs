//! The misdeeds: what each commits to, and with what it tries to open that.

use crate::{
    block_log::BlockLog,
    opening::{Opening, Place},
};
use sp_core::{Pair, H256};
use votive_primitives::{
    ids::{RequestId, Units},
    payload::RevealItem,
    request::{Answer, Output, Progress, Seat},
    worker_key::{WorkerKey, WorkerPair},
};
use votive_runtime::AccountId;

/// Whose commitment is replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Owner {
    /// The adversary's own.
    Own,
    /// Another worker's.
    Other,
}

/// What the adversary does with each of its seats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misdeed {
    /// A made-up answer that hashes properly.
    WrongBytes,
    /// The right answer with these units, or with one more than the request allows.
    WrongUnits(Option<Units>),
    /// The digest of another request.
    OtherRequest,
    /// An earlier commitment.
    ReplayedCommitment(Owner),
    /// The commitment of another seat.
    CopiedCommitment,
    /// Output bytes that do not hash to the committed hash.
    UnhashedBytes,
    /// No reveal.
    Withhold,
}

/// All that a misdeed knows of a seat.
pub struct Sight<'a> {
    /// The adversary's key.
    pub pair: &'a WorkerPair,
    /// The seat's place.
    pub place: &'a Place,
    /// The right answer.
    pub truth: &'a Opening,
    /// The most units that the request allows.
    pub max_units: Units,
    /// Another open or imagined request.
    pub other_request: RequestId,
    /// The seats of the attempt.
    pub committee: &'a [Seat<AccountId>],
    /// What blocks have carried.
    pub log: &'a BlockLog,
}

impl Sight<'_> {
    fn salt(&self) -> H256 {
        self.place.salt(self.pair)
    }

    fn honest(&self, opening: &Opening) -> H256 {
        self.place.commitment(&opening.digest(&self.place.request), &self.salt())
    }

    fn is_own(&self, key: &WorkerKey) -> bool {
        *key == self.pair.public()
    }

    fn with_units(&self, units: Option<Units>) -> Opening {
        Opening { units: units.unwrap_or(self.max_units.saturating_add(1)), ..self.truth.clone() }
    }

    /// The commitment that is replayed, and the reveals that once opened it. None before there was an earlier request.
    fn replayed(&self, of: Owner) -> Option<(H256, Vec<&RevealItem>)> {
        let is_wanted = |key: &WorkerKey| self.is_own(key) == (of == Owner::Own);
        let (key, commit) = self.log.earlier_commit(&self.place.request, is_wanted)?;
        let opened = self.log.reveals(&commit.request, move |other| other == key).collect();
        Some((commit.commitment, opened))
    }

    /// Another's reveal as if it were for this seat.
    fn moved_here(&self, item: &RevealItem) -> RevealItem {
        RevealItem { request: self.place.request, attempt: self.place.attempt, ..item.clone() }
    }
}

impl Misdeed {
    /// The commitment that it sends for a seat. `None` while it waits for another's.
    pub fn commitment(self, sight: &Sight) -> Option<H256> {
        match self {
            Misdeed::WrongBytes => Some(sight.honest(&Opening::made_up(sight.truth.answer.output.len()))),
            Misdeed::WrongUnits(units) => Some(sight.honest(&sight.with_units(units))),
            Misdeed::OtherRequest => {
                Some(sight.place.commitment(&sight.truth.digest(&sight.other_request), &sight.salt()))
            }
            Misdeed::ReplayedCommitment(of) => {
                Some(sight.replayed(of).map_or_else(|| sight.honest(sight.truth), |(commitment, _)| commitment))
            }
            Misdeed::CopiedCommitment => {
                let others = sight.committee.iter().filter(|seat| !sight.is_own(&seat.key));
                others.into_iter().find_map(|seat| match seat.progress {
                    Progress::Committed(commitment) => Some(commitment),
                    _ => None,
                })
            }
            Misdeed::UnhashedBytes | Misdeed::Withhold => Some(sight.honest(sight.truth)),
        }
    }

    /// The reveals that it tries for a seat that has committed, one after the other.
    pub fn reveals(self, sight: &Sight) -> Vec<RevealItem> {
        let honest = |opening: &Opening| opening.reveal(sight.place, sight.salt());
        match self {
            Misdeed::WrongBytes => vec![honest(&Opening::made_up(sight.truth.answer.output.len()))],
            Misdeed::WrongUnits(units) => vec![honest(&sight.with_units(units))],
            Misdeed::OtherRequest => vec![honest(sight.truth)],
            Misdeed::ReplayedCommitment(of) => {
                let opened = sight.replayed(of).map(|(_, opened)| opened).unwrap_or_default();
                opened.into_iter().map(|item| sight.moved_here(item)).chain([honest(sight.truth)]).collect()
            }
            Misdeed::CopiedCommitment => {
                let others = sight.log.reveals(&sight.place.request, |key| !sight.is_own(key));
                let copied: Vec<_> = others.map(|item| sight.moved_here(item)).collect();
                // The copy means something only once the other's reveal is public.
                if copied.is_empty() {
                    copied
                } else {
                    copied.into_iter().chain([honest(sight.truth)]).collect()
                }
            }
            Misdeed::UnhashedBytes => {
                let answer = Answer { code: sight.truth.answer.code, output: changed(&sight.truth.answer.output) };
                vec![RevealItem { answer: Some(answer), ..honest(sight.truth) }]
            }
            Misdeed::Withhold => Vec::new(),
        }
    }
}

/// Other bytes of the same length, or one byte where there was none.
fn changed(output: &Output) -> Output {
    let mut bytes = output.to_vec();
    match bytes.first_mut() {
        Some(first) => *first ^= 1,
        None => bytes.push(1),
    }
    Output::truncate_from(bytes)
}

#[cfg(test)]
mod tests;
