//! The draw of a committee: by weight, without replacement.

use crate::{Committees, Config, Pallet, RequestOf};
use alloc::vec::Vec;
use votive_primitives::{
    digest,
    ids::RequestId,
    request::{Committee, Progress, Seat},
    traits::{Candidate, WorkerPool},
};

/// A committee that was drawn, and how many operators served the version then.
pub(crate) struct Draw<T: Config> {
    pub committee: Committee<T::AccountId>,
    pub operators: u32,
}

impl<T: Config> Pallet<T> {
    /// Draws the seats of a request's present attempt. `None` while too few workers are free.
    pub(crate) fn draw_seats(
        id: RequestId,
        request: &RequestOf<T>,
        last_vrf: [u8; 32],
        current_vrf: [u8; 32],
    ) -> Option<Draw<T>> {
        let mut candidates = T::Workers::candidates(request.version, request.lock);
        let operators = candidates.len() as u32;
        if request.attempt > 0 {
            let previous = Committees::<T>::get(id, request.attempt.saturating_sub(1));
            let silent = |operator: &T::AccountId| {
                previous.iter().any(|seat| seat.operator == *operator && seat.progress == Progress::Drawn)
            };
            candidates.retain(|candidate| !silent(&candidate.operator));
        }
        let seed = digest::draw_seed(&last_vrf, &current_vrf, &id.0, request.attempt);
        let drawn = draw(&candidates, request.seats.count(), seed)?;
        let committee = drawn
            .into_iter()
            .filter_map(|index| candidates.get(index))
            .map(|candidate| Seat {
                operator: candidate.operator.clone(),
                key: candidate.key.clone(),
                weight: candidate.weight,
                progress: Progress::Drawn,
            })
            .collect::<Vec<_>>();
        Some(Draw { committee: committee.try_into().ok()?, operators })
    }
}

/// Draws `seats` of the free candidates and returns their indices in the order of the draw.
///
/// Each seat goes to a candidate with probability weight / sum of the weights that are still in. `None` unless the free
/// weight is at least half of all weight and enough candidates are free: a smaller choice would be easier to capture.
/// A pure function of its arguments.
pub fn draw<AccountId>(candidates: &[Candidate<AccountId>], seats: u32, seed: [u8; 32]) -> Option<Vec<usize>> {
    let total = candidates.iter().fold(0u128, |sum, candidate| sum.saturating_add(candidate.weight));
    let mut pool: Vec<(usize, u128)> = candidates
        .iter()
        .enumerate()
        .filter(|(_, candidate)| candidate.free && candidate.weight > 0)
        .map(|(index, candidate)| (index, candidate.weight))
        .collect();
    let mut left = pool.iter().fold(0u128, |sum, (_, weight)| sum.saturating_add(*weight));
    if pool.len() < seats as usize || left < total.div_ceil(2) || left == u128::MAX {
        return None;
    }
    let mut drawn = Vec::with_capacity(seats as usize);
    for seat in 0..seats {
        // The remainder's bias is below 2⁻³⁰ for sums of weights below 2⁹⁸.
        let point = digest::draw_number(&seed, seat).checked_rem(left)?;
        let position = position_of(&pool, point)?;
        let (index, weight) = pool.remove(position);
        left = left.saturating_sub(weight);
        drawn.push(index);
    }
    Some(drawn)
}

/// Which entry the point falls on, when the weights lie one after the other.
fn position_of(pool: &[(usize, u128)], point: u128) -> Option<usize> {
    let mut end = 0u128;
    pool.iter().position(|(_, weight)| {
        end = end.saturating_add(*weight);
        point < end
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sp_core::crypto::UncheckedFrom;
    use votive_primitives::worker_key::WorkerKey;

    fn candidate(operator: u64, weight: u128, free: bool) -> Candidate<u64> {
        let key = sp_core::ed25519::Public::unchecked_from([operator as u8; 32]);
        Candidate { operator, key: WorkerKey::from(key), weight, free }
    }

    #[test]
    fn nobody_is_drawn_while_less_than_half_of_the_weight_is_free() {
        let candidates = [candidate(1, 10, true), candidate(2, 11, false)];
        assert_eq!(draw(&candidates, 1, [0; 32]), None);
    }

    #[test]
    fn a_committee_never_shrinks() {
        let candidates = [candidate(1, 10, true), candidate(2, 10, true)];
        assert_eq!(draw(&candidates, 3, [0; 32]), None);
    }

    #[test]
    fn the_frequencies_follow_the_weights() {
        let weights = [1u128, 2, 3, 4, 10];
        let candidates: Vec<_> = weights.iter().enumerate().map(|(i, w)| candidate(i as u64, *w, true)).collect();
        let rounds = 20_000u32;
        let mut counts = [0f64; 5];
        for round in 0..rounds {
            let seed = digest::input_hash(&round.to_le_bytes());
            counts[draw(&candidates, 1, seed).unwrap()[0]] += 1.0;
        }
        let total: u128 = weights.iter().sum();
        let chi_square: f64 = weights
            .iter()
            .zip(counts)
            .map(|(weight, count)| {
                let expected = f64::from(rounds) * *weight as f64 / total as f64;
                (count - expected).powi(2) / expected
            })
            .sum();
        // 99.9 % quantile of chi-square with four degrees of freedom.
        assert!(chi_square < 18.47, "chi-square {chi_square}");
    }

    proptest! {
        #[test]
        fn seats_are_distinct_free_and_as_many_as_asked(
            weights in prop::collection::vec((0u128..1_000_000_000_000_000_000, any::<bool>()), 0..64),
            seats in prop::sample::select(vec![1u32, 3, 5, 7]),
            seed in any::<[u8; 32]>(),
        ) {
            let candidates: Vec<_> =
                weights.iter().enumerate().map(|(i, (w, free))| candidate(i as u64, *w, *free)).collect();
            if let Some(drawn) = draw(&candidates, seats, seed) {
                prop_assert_eq!(drawn.len(), seats as usize);
                let mut sorted = drawn.clone();
                sorted.sort_unstable();
                sorted.dedup();
                prop_assert_eq!(sorted.len(), drawn.len());
                prop_assert!(drawn.iter().all(|i| candidates[*i].free && candidates[*i].weight > 0));
            }
        }
    }
}
