//! Reveals: a seat shows the digest that it had committed to, and brings the answer.

use crate::{Answers, Config, Error, Event, Pallet, RequestOf, Requests, RevealBundleOf};
use frame_support::pallet_prelude::*;
use sp_core::H256;
use votive_primitives::{
    digest,
    ids::Units,
    payload::RevealItem,
    request::{Progress, Reveal, Seat, State},
    worker_key::WorkerKey,
};

/// A reveal that can be taken, with what it changes.
pub(crate) struct FreshReveal<T: Config> {
    pub request: RequestOf<T>,
    pub seat: usize,
    pub digest: H256,
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_reveal(bundle: RevealBundleOf<T>) -> DispatchResult {
        let mut taken = 0u32;
        for item in bundle.items {
            if let Some(fresh) = Self::fresh_reveal(&bundle.key, &item) {
                Self::take_reveal(item, fresh);
                taken = taken.saturating_add(1);
            }
        }
        ensure!(taken > 0, Error::<T>::NothingFresh);
        Ok(())
    }

    /// The seat that an item reveals for, if it can be taken now.
    pub(crate) fn fresh_reveal(key: &WorkerKey, item: &RevealItem) -> Option<FreshReveal<T>> {
        let now = Self::now();
        let request = Requests::<T>::get(item.request)?;
        let open = match request.state {
            State::Revealing { until } => now <= until,
            State::Settled { reveals_until, .. } => now <= reveals_until,
            _ => false,
        };
        if !open || request.attempt != item.attempt {
            return None;
        }
        let (seat, digest) = request.committee.iter().enumerate().find_map(|(index, seat)| {
            (seat.key == *key).then(|| Self::opens(seat, item)).flatten().map(|digest| (index, digest))
        })?;
        Self::brings_the_answer(item, &request).then_some(FreshReveal { request, seat, digest })
    }

    /// Whether an answer of so many units and bytes is one that `request` takes.
    pub(crate) fn takes(request: &RequestOf<T>, units: Units, output: &[u8]) -> bool {
        (1..=request.parameters.max_units).contains(&units) && output.len() <= request.limits.max_output as usize
    }

    /// The digest of a reveal, if it is the one that the seat committed to.
    fn opens(seat: &Seat<T::AccountId>, item: &RevealItem) -> Option<H256> {
        let Progress::Committed(commitment) = seat.progress else { return None };
        let digest = digest::digest(&item.request.0, &item.answer_hash.0, item.units, &item.trace_hash.0);
        let opened = digest::commitment(
            &Self::genesis().0,
            &item.request.0,
            item.attempt,
            &seat.operator,
            &digest,
            &item.salt.0,
        );
        (opened == commitment.0).then_some(H256(digest))
    }

    /// A reveal must bring its answer, unless an earlier one brought the same.
    fn brings_the_answer(item: &RevealItem, request: &RequestOf<T>) -> bool {
        let fits = |code, output: &[u8]| {
            Self::takes(request, item.units, output) && digest::answer_hash(code, output) == item.answer_hash.0
        };
        match &item.answer {
            Some(answer) => fits(answer.code, &answer.output),
            None => Answers::<T>::get(item.request).is_some_and(|known| fits(known.code, &known.output)),
        }
    }

    fn take_reveal(item: RevealItem, fresh: FreshReveal<T>) {
        let FreshReveal { mut request, seat, digest } = fresh;
        let Some(seat) = request.committee.get_mut(seat) else { return };
        seat.progress = Progress::Revealed(Reveal {
            answer_hash: item.answer_hash,
            units: item.units,
            trace_hash: item.trace_hash,
            digest,
        });
        Self::deposit_event(Event::Revealed { request: item.request, operator: seat.operator.clone(), digest });
        if let (Some(answer), false) = (item.answer, Answers::<T>::contains_key(item.request)) {
            Answers::<T>::insert(item.request, answer);
        }
        Self::settle_if_agreed(item.request, &mut request);
        Requests::<T>::insert(item.request, request);
    }
}
