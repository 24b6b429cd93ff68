//! Steps of requesters: submissions and cancellations.

use super::{machine::Machine, people::People, requests::Asked};
use sp_core::H256;
use sp_runtime::Permill;
use votive_primitives::{
    ids::{RequestId, VersionId},
    request::Seats,
    Parameters,
};
use votive_runtime::*;

/// Longest input of every version here.
const MAX_INPUT: usize = 64;

impl Machine {
    pub fn submit(&mut self) {
        let who = self.requester();
        let random = &mut self.random;
        let length = match random.below(50) {
            0 => 0,
            1 => MAX_INPUT + 1,
            _ => 1 + random.below(MAX_INPUT),
        };
        let version = self.any_version();
        let most = self.ledger.version(version).map_or(1, |version| version.limits.max_units);
        let random = &mut self.random;
        let max_units =
            if random.one_in(30) { *random.pick(&[0, most + 1]) } else { 1 + random.below(most as usize) as u32 };
        let seats = *random.pick(&[Seats::One, Seats::One, Seats::Three, Seats::Three, Seats::Five, Seats::Seven]);
        let is_audit_supported = !random.one_in(50);
        let max_fee = match random.below(20) {
            0 => 0,
            1 => 10 * MILLI_VOT,
            2 => VOT,
            _ => Balance::MAX,
        };
        let parameters = Parameters { max_units, seed: random.number(), ..Default::default() };
        let asked = Asked { version, input: vec![7; length], parameters, seats, is_audit_supported, max_fee };
        self.tell(format!(
            "{who} asks {version:?} for {seats:?}, {length} bytes, {max_units} units, at most {max_fee}"
        ));
        let call = pallet_inference::Call::submit_request {
            version,
            input: asked.input.clone().try_into().unwrap(),
            parameters,
            seats,
            audit: Permill::from_percent(if is_audit_supported { 2 } else { 3 }),
            max_fee,
        };
        let genesis = self.genesis;
        self.signed(who, call, |ledger, account| ledger.submit(genesis, account, &asked));
    }

    pub fn cancel(&mut self) {
        let request = self.any_request();
        let by_requester = self.ledger.requests.get(&request).map(|request| request.requester.clone());
        let by_requester = by_requester.and_then(|who| self.people.all.iter().position(|one| one.account == who));
        let who = match by_requester {
            Some(who) if !self.random.one_in(5) => who,
            _ => self.random.below(self.people.all.len()),
        };
        self.tell(format!("{who} cancels {request:?}"));
        let call = pallet_inference::Call::cancel_request { request };
        self.signed(who, call, |ledger, account| ledger.cancel(account, request));
    }

    fn requester(&mut self) -> usize {
        if self.random.one_in(8) {
            return self.random.below(self.people.all.len());
        }
        let requesters: Vec<usize> = People::requesters().collect();
        *self.random.pick(&requesters)
    }

    /// One of the open requests, most times.
    pub fn any_request(&mut self) -> RequestId {
        let open: Vec<RequestId> = self.ledger.requests.keys().copied().collect();
        if open.is_empty() || self.random.one_in(20) {
            return H256(self.random.bytes());
        }
        *self.random.pick(&open)
    }

    /// One of the versions, most times one that takes requests.
    pub fn any_version(&mut self) -> VersionId {
        let models = self.ledger.models.iter();
        let all: Vec<(VersionId, bool)> = models
            .flat_map(|(model, found)| {
                found
                    .versions
                    .iter()
                    .map(|(number, found)| (VersionId { model: *model, number: *number }, !found.deprecated))
            })
            .collect();
        let open: Vec<VersionId> = all.iter().filter(|(_, is_open)| *is_open).map(|(id, _)| *id).collect();
        match self.random.below(20) {
            0 => VersionId { model: self.random.below(8) as u32, number: self.random.below(4) as u32 },
            1 if !all.is_empty() => self.random.pick(&all).0,
            _ if !open.is_empty() => {
                // The first ones are asked most, so that they have many workers.
                let most = if self.random.one_in(3) { open.len() } else { 2.min(open.len()) };
                open[self.random.below(most)]
            }
            _ => VersionId { model: 0, number: 1 },
        }
    }
}
