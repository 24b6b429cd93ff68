//! Steps of workers: bundles of commits and of reveals, honest ones and others.

use super::{
    machine::Machine,
    requests::{Brings, Claim, Commit, Opening, Progress, Revelation, Seat, Stand, HONEST, TOO_LONG},
};
use sp_core::{Pair, H256};
use votive_primitives::{
    digest,
    ids::RequestId,
    payload::{Bundle, CommitItem, RevealItem},
    request::Answer,
    worker_key::WorkerSignature,
};
use votive_runtime::*;

/// An open seat of a key: its request, attempt, operator and progress.
type OpenSeat = (RequestId, u8, AccountId, Progress);

impl Machine {
    pub fn commit(&mut self) {
        let key = self.key_that(owes_commit);
        let mut items = Vec::new();
        for (request, attempt, operator, progress) in self.open_seats(key) {
            let again = progress != Progress::Drawn && !self.random.one_in(6);
            if again || is_silent(&request, key) || self.random.one_in(10) {
                continue;
            }
            items.push(self.commit_item(key, request, attempt, &operator));
        }
        if items.is_empty() || self.random.one_in(10) {
            let (request, operator) = (self.any_request(), self.people.account(0).clone());
            let attempt = self.random.below(3) as u8;
            items.push(self.commit_item(key, request, attempt, &operator));
        }
        if self.random.one_in(40) {
            let copy = items[0].clone();
            items.push(copy);
        }
        items.truncate(64);
        let (commits, items): (Vec<Commit>, Vec<CommitItem>) = items.into_iter().unzip();
        let signed_at = self.time_of_signing();
        let bundle = Bundle { key: self.people.key(key), signed_at, items: items.try_into().unwrap() };
        let (is_signed, signature) = self.sign(key, &bundle.message(&self.genesis));
        let subjects: Vec<_> = commits.iter().map(|commit| (commit.request, commit.attempt)).collect();
        let seats: Vec<_> = commits.iter().map(|commit| self.ledger.commits_for(key, commit)).collect();
        self.tell(format!("key {key} commits at {signed_at}, signed {is_signed}: {commits:?}"));
        let admitted = self.ledger.admits(signed_at, &subjects, &seats, is_signed);
        self.authorised(pallet_inference::Call::commit { bundle, signature }.into(), admitted, |ledger| {
            let taken = commits.iter().filter(|commit| ledger.take_commit(key, commit)).count();
            (taken > 0).then_some(()).ok_or("NothingFresh")
        });
    }

    pub fn reveal(&mut self) {
        let key = self.key_that(owes_reveal);
        let mut items = Vec::new();
        for (request, attempt, _, progress) in self.open_seats(key) {
            let opening = match progress {
                Progress::Committed(opening) => opening,
                _ if self.random.one_in(8) => None,
                _ => continue,
            };
            if withholds(&request, key) || self.random.one_in(6) {
                continue;
            }
            let unknown = Opening { claim: HONEST, salt: H256(self.random.bytes()) };
            items.push(self.reveal_item(request, attempt, opening.unwrap_or(unknown)));
        }
        if items.is_empty() || self.random.one_in(10) {
            let (request, attempt) = (self.any_request(), self.random.below(2) as u8);
            let salt = H256(self.random.bytes());
            items.push(self.reveal_item(request, attempt, Opening { claim: HONEST, salt }));
        }
        items.truncate(16);
        let (reveals, items): (Vec<Revelation>, Vec<RevealItem>) = items.into_iter().unzip();
        let signed_at = self.time_of_signing();
        let bundle = Bundle { key: self.people.key(key), signed_at, items: items.try_into().unwrap() };
        let (is_signed, signature) = self.sign(key, &bundle.message(&self.genesis));
        let subjects: Vec<_> = reveals.iter().map(|reveal| (reveal.request, reveal.attempt)).collect();
        let seats: Vec<_> = reveals.iter().map(|reveal| self.ledger.reveals_for(key, reveal)).collect();
        self.tell(format!("key {key} reveals at {signed_at}, signed {is_signed}: {reveals:?}"));
        let admitted = self.ledger.admits(signed_at, &subjects, &seats, is_signed);
        self.authorised(pallet_inference::Call::reveal { bundle, signature }.into(), admitted, |ledger| {
            let taken = reveals.iter().filter(|reveal| ledger.take_reveal(key, reveal)).count();
            (taken > 0).then_some(()).ok_or("NothingFresh")
        });
    }

    /// A commit to the honest answer, or to something else.
    fn commit_item(
        &mut self,
        key: usize,
        request: RequestId,
        attempt: u8,
        operator: &AccountId,
    ) -> (Commit, CommitItem) {
        // Of some requests all workers lie in the same way.
        let most = self.ledger.requests.get(&request).map_or(1, |request| request.max_units);
        let honest = Claim { units: 1 + u32::from(request.0[1]) % most, ..HONEST };
        let agreed = if request.0[0].is_multiple_of(16) { Claim { answer: 1, ..honest } } else { honest };
        let claim = match self.random.below(50) {
            0 => Claim { answer: 1, ..honest },
            1 => Claim { answer: 2, ..honest },
            2 => Claim { answer: TOO_LONG, ..honest },
            3 => Claim { trace: 1, ..honest },
            4 => Claim { units: 0, ..honest },
            5 => Claim { units: honest.units + 1, ..honest },
            _ => agreed,
        };
        let salt = H256(self.random.bytes());
        let is_copied = self.random.one_in(60);
        let bound_to = if is_copied { self.people.account(1 + self.random.below(8)).clone() } else { operator.clone() };
        let digest = digest_of(&request, claim);
        let commitment = digest::commitment(&self.genesis.0, &request.0, attempt, &bound_to, &digest, &salt.0);
        let committee = self.ledger.requests.get(&request).map(|request| request.committee.as_slice());
        let seat = committee.unwrap_or_default().iter().find(|seat| seat.key == key);
        let opening = seat.is_some_and(|seat| seat.operator == bound_to).then_some(Opening { claim, salt });
        let is_garbage = self.random.one_in(60);
        let (opening, commitment) = if is_garbage { (None, self.random.bytes()) } else { (opening, commitment) };
        (Commit { request, attempt, opening }, CommitItem { request, attempt, commitment: H256(commitment) })
    }

    /// A reveal that opens a commitment, or not quite.
    fn reveal_item(&mut self, request: RequestId, attempt: u8, mut opening: Opening) -> (Revelation, RevealItem) {
        match self.random.below(60) {
            0 => opening.salt = H256(self.random.bytes()),
            1 => opening.claim = HONEST,
            2 => opening.claim.units += 1,
            3 => opening.claim.trace += 1,
            _ => (),
        }
        let brings = *self.random.pick(&[
            Brings::Claimed,
            Brings::Claimed,
            Brings::Claimed,
            Brings::Claimed,
            Brings::Claimed,
            Brings::Nothing,
        ]);
        let brings = if self.random.one_in(40) { Brings::Other } else { brings };
        let claim = opening.claim;
        let brought = match brings {
            Brings::Claimed => Some(claim.answer),
            Brings::Other => Some(claim.answer + 100),
            Brings::Nothing => None,
        };
        let answer =
            brought.map(Claim::answer).map(|(code, output)| Answer { code, output: output.try_into().unwrap() });
        let item = RevealItem {
            request,
            attempt,
            answer_hash: H256(answer_hash(claim)),
            units: claim.units,
            trace_hash: H256(trace_hash(claim)),
            salt: opening.salt,
            answer,
        };
        (Revelation { request, attempt, opening, brings }, item)
    }

    /// Whether a worker that is not silent has to commit.
    pub fn owes_commits(&self) -> bool {
        !self.keys_that(owes_commit).is_empty()
    }

    /// Whether a worker that does not withhold has to reveal.
    pub fn owes_reveals(&self) -> bool {
        !self.keys_that(owes_reveal).is_empty()
    }

    /// The keys of the seats that owe something.
    fn keys_that(&self, owes: fn(&RequestId, &Stand, &Seat) -> bool) -> Vec<usize> {
        let requests = self.ledger.requests.iter();
        let seats =
            requests.flat_map(|(id, request)| request.committee.iter().map(move |seat| (id, &request.stand, seat)));
        seats.filter(|(id, stand, seat)| owes(id, stand, seat)).map(|(_, _, seat)| seat.key).collect()
    }

    /// A key with a seat that owes something; now and then any key.
    fn key_that(&mut self, owes: fn(&RequestId, &Stand, &Seat) -> bool) -> usize {
        let owing = self.keys_that(owes);
        if owing.is_empty() || self.random.one_in(15) {
            return self.random.below(self.people.keys.len());
        }
        *self.random.pick(&owing)
    }

    fn open_seats(&self, key: usize) -> Vec<OpenSeat> {
        let requests = self.ledger.requests.iter();
        let seats = requests.flat_map(|(id, request)| {
            let seats = request.committee.iter().filter(|seat| seat.key == key);
            seats.map(|seat| (*id, request.attempt, seat.operator.clone(), seat.progress))
        });
        seats.collect()
    }

    fn time_of_signing(&mut self) -> u32 {
        let height = self.ledger.height;
        match self.random.below(30) {
            0 => height + 1,
            1 => height.saturating_sub(33),
            2..=10 => height.saturating_sub(self.random.below(33) as u32),
            _ => height,
        }
    }

    /// A signature by a key, or by another one, and whether it is by the right one.
    fn sign(&mut self, key: usize, message: &[u8]) -> (bool, WorkerSignature) {
        let is_signed = !self.random.one_in(30);
        let signer = if is_signed { key } else { (key + 1) % self.people.keys.len() };
        (is_signed, self.people.keys[signer].sign(message))
    }
}

/// Of some requests a key never commits.
fn is_silent(id: &RequestId, key: usize) -> bool {
    (id.0[2] ^ key as u8).is_multiple_of(11)
}

/// Of some requests a key never reveals.
fn withholds(id: &RequestId, key: usize) -> bool {
    (id.0[1] ^ key as u8).is_multiple_of(11)
}

fn owes_commit(id: &RequestId, stand: &Stand, seat: &Seat) -> bool {
    matches!(stand, Stand::Committing { .. }) && seat.progress == Progress::Drawn && !is_silent(id, seat.key)
}

fn owes_reveal(id: &RequestId, stand: &Stand, seat: &Seat) -> bool {
    let is_open = matches!(stand, Stand::Revealing { .. } | Stand::Settled { .. });
    is_open && matches!(seat.progress, Progress::Committed(Some(_))) && !withholds(id, seat.key)
}

fn answer_hash(claim: Claim) -> [u8; 32] {
    let (code, output) = Claim::answer(claim.answer);
    digest::answer_hash(code, &output)
}

fn trace_hash(claim: Claim) -> [u8; 32] {
    digest::trace_hash(&[claim.trace; 32])
}

fn digest_of(request: &RequestId, claim: Claim) -> [u8; 32] {
    digest::digest(&request.0, &answer_hash(claim), claim.units, &trace_hash(claim))
}
