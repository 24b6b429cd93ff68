//! How the constants and weights of the runtime must relate: checked when a runtime is built into a test or a node.

use crate::{Config, Pallet, WeightInfo};
use frame_support::{traits::Get, weights::Weight};
use sp_runtime::Perbill;
use votive_primitives::{
    payload::{MAX_COMMITS, MAX_REVEALS},
    request::{Seats, MAX_SEATS},
    MAX_INPUT_BYTES, MAX_OUTPUT_BYTES,
};

/// Part of a block that the sweep may take. What it leaves carries the submissions, commits and reveals of as many requests.
const SWEEP_SHARE: Perbill = Perbill::from_percent(30);

impl<T: Config> Pallet<T> {
    /// The most that the sweep takes of a block.
    #[expect(clippy::arithmetic_side_effects, reason = "a share of a weight is at most the weight; qed")]
    pub fn sweep_limit() -> Weight {
        SWEEP_SHARE * T::BlockWeights::get().max_block
    }

    /// What a submission is charged for the sweeps to come: the refund of a request that nobody serves. Where it is served,
    /// the treasury has its part of the fee instead, and the commits and reveals keep the block from taking more requests
    /// than the sweep can end.
    pub(crate) fn later_weight(seats: Seats) -> Weight {
        T::WeightInfo::refund(seats.count())
    }

    pub(crate) fn check_integrity() {
        let steps = [
            T::WeightInfo::draw(MAX_SEATS),
            T::WeightInfo::close_commits(MAX_SEATS),
            T::WeightInfo::finalise(MAX_SEATS),
            T::WeightInfo::refund(MAX_SEATS),
            // What a sweep takes once for all of its entries.
            T::WeightInfo::book_operator().saturating_mul(MAX_SEATS.into()),
            T::WeightInfo::book_money(),
        ];
        let steps = steps.into_iter().fold(Weight::zero(), |sum, weight| sum.saturating_add(weight));
        let look = T::WeightInfo::on_initialize()
            .saturating_add(T::WeightInfo::agenda_page())
            .saturating_add(T::WeightInfo::look())
            .saturating_add(T::WeightInfo::candidates())
            .saturating_add(steps);
        assert!(
            look.all_lte(Self::sweep_limit()),
            "whatever is due for one entry must fit into the sweep, or it would never move on: {look:?}"
        );

        let classes = T::BlockWeights::get();
        let most =
            classes.get(frame_support::dispatch::DispatchClass::Normal).max_extrinsic.unwrap_or(classes.max_block);
        let bundles = [
            T::WeightInfo::commit(MAX_COMMITS).saturating_add(T::WeightInfo::authorize_commit(MAX_COMMITS)),
            T::WeightInfo::reveal(MAX_REVEALS, MAX_REVEALS.saturating_mul(MAX_OUTPUT_BYTES)).saturating_add(
                T::WeightInfo::authorize_reveal(MAX_REVEALS, MAX_REVEALS.saturating_mul(MAX_OUTPUT_BYTES)),
            ),
            T::WeightInfo::submit_request(MAX_INPUT_BYTES).saturating_add(Self::later_weight(Seats::Seven)),
        ];
        for weight in bundles {
            assert!(weight.all_lte(most), "the largest bundle must fit into a block: {weight:?} of {most:?}");
        }
    }
}
