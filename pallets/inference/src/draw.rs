//! The draw of a committee: by weight, without replacement.

use crate::{AccountIdOf, BalanceOf, CommitteeOf, Config, RequestOf};
use alloc::{collections::BTreeMap, vec::Vec};
use votive_primitives::{
    digest,
    ids::RequestId,
    request::{Progress, Seat},
    traits::Candidate,
};

/// VRF outputs of the last block and of this one: what a draw is seeded with.
pub(crate) type VrfPair = ([u8; 32], [u8; 32]);

/// Seats and locks that the draws of one sweep have taken of each operator so far, for whichever of its versions.
pub(crate) type Taken<T> = BTreeMap<AccountIdOf<T>, (u32, BalanceOf<T>)>;

/// Draws the seats of a request's present attempt from `pool`, beside what was `taken` since that was read. `None` while too
/// few workers are free. Who was silent in the attempt before has no chance.
pub(crate) fn draw_seats<T: Config>(
    id: RequestId,
    request: &RequestOf<T>,
    pool: &[Candidate<T::AccountId, BalanceOf<T>>],
    taken: &Taken<T>,
    (last_vrf, current_vrf): VrfPair,
) -> Option<CommitteeOf<T>> {
    let silent = |operator: &T::AccountId| {
        request.committee.iter().any(|seat| seat.operator == *operator && seat.progress == Progress::Drawn)
    };
    let chances: Vec<Chance> = pool
        .iter()
        .map(|candidate| match silent(&candidate.operator) {
            true => Chance { weight: 0, free: false },
            false => {
                let beside = taken.get(&candidate.operator).copied().unwrap_or_default();
                Chance { weight: candidate.weight, free: candidate.can_take(request.lock, beside) }
            }
        })
        .collect();
    let seed = digest::draw_seed(&last_vrf, &current_vrf, &id.0, request.attempt);
    let mut seats = Vec::new();
    for index in draw(&chances, request.seats.count(), seed)? {
        let candidate = pool.get(index)?;
        seats.push(Seat {
            operator: candidate.operator.clone(),
            key: candidate.key.clone(),
            weight: candidate.weight,
            progress: Progress::Drawn,
        });
    }
    seats.try_into().ok()
}

/// What a worker has in a draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chance {
    /// Its weight.
    pub weight: u128,
    /// Whether it can take a seat now. Where it cannot, its weight still counts to the sum.
    pub free: bool,
}

/// Draws `seats` of the free chances and returns their indices in the order of the draw.
///
/// Each seat goes to a chance with probability weight / sum of the free weights that are still in. `None` unless the free
/// weight is at least half of all weight and enough chances are free: a smaller choice would be easier to capture.
/// A pure function of its arguments.
pub fn draw(chances: &[Chance], seats: u32, seed: [u8; 32]) -> Option<Vec<usize>> {
    let total = chances.iter().fold(0u128, |sum, chance| sum.saturating_add(chance.weight));
    let mut pool: Vec<(usize, u128)> = chances
        .iter()
        .enumerate()
        .filter(|(_, chance)| chance.free && chance.weight > 0)
        .map(|(index, chance)| (index, chance.weight))
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

    fn chance(weight: u128, free: bool) -> Chance {
        Chance { weight, free }
    }

    fn chi_square(counts: &[f64], expected: impl Fn(usize) -> f64) -> f64 {
        counts.iter().enumerate().map(|(index, count)| (count - expected(index)).powi(2) / expected(index)).sum()
    }

    #[test]
    fn nobody_is_drawn_while_less_than_half_of_the_weight_is_free() {
        let chances = [chance(10, true), chance(11, false)];
        assert_eq!(draw(&chances, 1, [0; 32]), None);
    }

    #[test]
    fn a_committee_never_shrinks() {
        let chances = [chance(10, true), chance(10, true)];
        assert_eq!(draw(&chances, 3, [0; 32]), None);
    }

    #[test]
    fn the_frequencies_follow_the_weights() {
        let weights = [1u128, 2, 3, 4, 10];
        let chances = weights.map(|weight| chance(weight, true));
        let rounds = 20_000u32;
        let mut counts = [0f64; 5];
        for round in 0..rounds {
            let seed = digest::input_hash(&round.to_le_bytes());
            counts[draw(&chances, 1, seed).unwrap()[0]] += 1.0;
        }
        let total: u128 = weights.iter().sum();
        let expected = |index: usize| f64::from(rounds) * weights[index] as f64 / total as f64;
        // 99.9 % quantile of chi-square with four degrees of freedom.
        assert!(chi_square(&counts, expected) < 18.47, "counts {counts:?}");
    }

    /// Pairs (first seat, second seat) against p(i, j) = wᵢ / W · wⱼ / (W − wᵢ).
    #[test]
    fn without_replacement_the_later_seats_follow_the_weights_that_are_left() {
        let weights = [1u128, 2, 3, 4];
        let chances = weights.map(|weight| chance(weight, true));
        let rounds = 40_000u32;
        let mut counts = [0f64; 16];
        for round in 0..rounds {
            let drawn = draw(&chances, 3, digest::input_hash(&round.to_le_bytes())).unwrap();
            counts[drawn[0] * 4 + drawn[1]] += 1.0;
        }
        assert!((0..4).all(|same| counts[same * 5] == 0.0), "a seat was drawn twice: {counts:?}");
        let total = weights.iter().sum::<u128>() as f64;
        let expected = |index: usize| {
            let (first, second) = (weights[index / 4] as f64, weights[index % 4] as f64);
            f64::from(rounds) * first / total * second / (total - first)
        };
        let (observed, pairs): (Vec<f64>, Vec<usize>) =
            (0..16).filter(|index| index / 4 != index % 4).map(|index| (counts[index], index)).unzip();
        // 99.9 % quantile of chi-square with eleven degrees of freedom.
        assert!(chi_square(&observed, |index| expected(pairs[index])) < 31.26, "counts {counts:?}");
    }

    proptest! {
        #[test]
        fn seats_are_distinct_free_and_as_many_as_asked(
            weights in prop::collection::vec((0u128..1_000_000_000_000_000_000, any::<bool>()), 0..64),
            seats in prop::sample::select(vec![1u32, 3, 5, 7]),
            seed in any::<[u8; 32]>(),
        ) {
            let chances: Vec<_> = weights.iter().map(|(weight, free)| chance(*weight, *free)).collect();
            if let Some(drawn) = draw(&chances, seats, seed) {
                prop_assert_eq!(drawn.len(), seats as usize);
                let mut sorted = drawn.clone();
                sorted.sort_unstable();
                sorted.dedup();
                prop_assert_eq!(sorted.len(), drawn.len());
                prop_assert!(drawn.iter().all(|i| chances[*i].free && chances[*i].weight > 0));
            }
        }
    }
}
