//! The stories of docs/settlement.md, on the real runtime: real blocks, real bundles, every amount to the last unit.
//!
//! docs/settlement.md shows them. Its last test writes the page from docs/templates/settlement.md.in and from this file if
//! `VOTIVE_WRITE_DOCS` is set, and fails where the page is stale otherwise. docify reads this file: it must be ASCII, and
//! no text in a story may have two slashes.

#[allow(dead_code)]
#[path = "state_machine/blocks.rs"]
mod blocks;
mod chain;
mod scenario {
    pub mod story;
    pub mod workers;
}

use scenario::{story::*, workers::*};
use votive_primitives::{
    receipt::{Outcome, RefundCause},
    request::{Seats, State},
};
use votive_runtime::*;

#[docify::export]
#[test]
fn one_seat_is_asked_answers_and_is_paid() {
    on_a_chain_of_eight_workers(|chain| {
        // Block 1: Dave asks for one seat. Its price of 1 VOT goes into escrow.
        let request = ask(Seats::One);
        assert_eq!(escrow(), VOT);

        // Block 2: the first hook draws a worker. It has six blocks to commit.
        chain.next_block();
        let [worker] = drawn(request);
        assert_eq!(state(request), State::Committing { until: 2 + 6 });

        // Block 3: its commit locks 100 VOT of its bond. All seats have committed, so reveals open, for twenty blocks.
        chain.next_block();
        worker.commit(request, &digit(7));
        assert_eq!(worker.locked(), 100 * VOT);
        assert_eq!(state(request), State::Revealing { until: 3 + 20 });

        // Block 4: its reveal brings the answer. One digest, both quorums: settled.
        chain.next_block();
        worker.reveal(request, &digit(7));
        assert_eq!(state(request), State::Settled { at: 4, reveals_until: 23, final_from: 4 });
        assert_eq!(answer(request), Some(digit(7)));

        // Block 5: the first hook pays everyone.
        chain.next_block();
        assert_eq!(chain.gain(&worker.operator), 850 * MILLI_VOT);
        assert_eq!(chain.gain(&owner()), 100 * MILLI_VOT);
        assert_eq!(chain.gain(&treasury()), 20 * MILLI_VOT);
        assert_eq!(chain.burnt(), 30 * MILLI_VOT);
        assert_eq!(chain.cost(), VOT);
        assert_eq!((escrow(), locked_and_promised()), (0, 0));

        // The receipt stays; so does the answer, for a day.
        assert!(matches!(outcome(request), Outcome::Final { fee: VOT, settled_at: 4, .. }));
        assert_eq!((receipt(request).operators, answer(request)), (8, Some(digit(7))));
    });
}

#[docify::export]
#[test]
fn a_committee_of_three_agrees_and_each_seat_is_paid() {
    on_a_chain_of_eight_workers(|chain| {
        let request = ask(Seats::Three);
        assert_eq!(escrow(), 3 * VOT);
        chain.next_block();
        let committee: [Worker; 3] = drawn(request);
        chain.next_block();
        committee.iter().for_each(|worker| worker.commit(request, &digit(7)));

        // Two of three settle it. The third still has its turn.
        chain.next_block();
        let [first, second, third] = &committee;
        first.reveal(request, &digit(7));
        second.reveal(request, &digit(7));
        assert!(matches!(state(request), State::Settled { at: 4, .. }));
        third.reveal(request, &digit(7));

        // Everyone has revealed, so the next block is the last.
        chain.next_block();
        for worker in &committee {
            assert_eq!(chain.gain(&worker.operator), 850 * MILLI_VOT);
        }
        assert_eq!(chain.gain(&owner()), 300 * MILLI_VOT);
        assert_eq!(chain.gain(&treasury()), 60 * MILLI_VOT);
        assert_eq!(chain.burnt(), 90 * MILLI_VOT);
        assert_eq!((chain.cost(), escrow(), locked_and_promised()), (3 * VOT, 0, 0));
    });
}

#[docify::export]
#[test]
fn a_seat_that_withholds_is_not_paid_and_its_price_goes_back() {
    on_a_chain_of_eight_workers(|chain| {
        let request = ask(Seats::Three);
        chain.next_block();
        let committee: [Worker; 3] = drawn(request);
        chain.next_block();
        committee.iter().for_each(|worker| worker.commit(request, &digit(7)));
        chain.next_block();
        let [first, second, withholder] = &committee;
        first.reveal(request, &digit(7));
        second.reveal(request, &digit(7));

        // The answer is there in block 4. The payments wait for the third seat until its window is over.
        assert_eq!(state(request), State::Settled { at: 4, reveals_until: 23, final_from: 4 });
        chain.run_to(24);
        assert!(happened(Event::RevealWithheld { request, operator: withholder.operator.clone() }));
        assert_eq!(chain.gain(&first.operator), 850 * MILLI_VOT);
        assert_eq!(chain.gain(&second.operator), 850 * MILLI_VOT);
        assert_eq!(chain.gain(&withholder.operator), 0);
        assert_eq!(chain.cost(), 2 * VOT);
        assert_eq!((escrow(), locked_and_promised()), (0, 0));
    });
}

#[docify::export]
#[test]
fn two_silent_seats_of_three_are_drawn_anew_once_and_then_refunded() {
    on_a_chain_of_eight_workers(|chain| {
        let request = ask(Seats::Three);
        chain.next_block();
        let [present, silent, mute] = drawn(request);
        chain.next_block();
        present.commit(request, &digit(7));

        // Block 9: the window for commits is over. The same hook draws anew, without those who were silent.
        chain.run_to(9);
        for worker in [&silent, &mute] {
            let operator = worker.operator.clone();
            assert!(happened(Event::SeatSilent { request, attempt: 0, operator }));
        }
        let second: [Worker; 3] = drawn(request);
        assert!(second.iter().all(|worker| worker.operator != silent.operator && worker.operator != mute.operator));
        assert_eq!(state(request), State::Committing { until: 9 + 6 });

        // Block 16: nobody has committed. There is no third draw.
        chain.run_to(16);
        let cause = RefundCause::TooFewCommits;
        assert!(happened(Event::RequestRefunded { request, cause, refund: 3 * VOT }));
        assert_eq!((chain.cost(), escrow(), locked_and_promised()), (0, 0, 0));
        assert_eq!(outcome(request), Outcome::Refunded { cause });
    });
}

#[docify::export]
#[test]
fn who_revealed_is_paid_from_the_locks_of_those_who_withheld() {
    on_a_chain_of_eight_workers(|chain| {
        let request = ask(Seats::Three);
        chain.next_block();
        let committee: [Worker; 3] = drawn(request);
        chain.next_block();
        committee.iter().for_each(|worker| worker.commit(request, &digit(7)));
        chain.next_block();
        let [honest, first, second] = &committee;
        honest.reveal(request, &digit(7));

        // Block 24: the window for reveals is over, and one of three is no quorum.
        chain.run_to(24);
        let cause = RefundCause::TooFewReveals;
        assert!(happened(Event::RequestRefunded { request, cause, refund: 3 * VOT }));
        assert_eq!((chain.cost(), escrow(), locked_and_promised()), (0, 0, 0));

        // The honest seat gets its whole price of 1 VOT, from the first lock that has it.
        assert_eq!(chain.gain(&honest.operator), VOT);
        assert_eq!((first.bond(), second.bond()), (49_999 * VOT, 50_000 * VOT));
        assert_eq!((chain.burnt(), chain.gain(&treasury()), answer(request)), (0, 0, None));
    });
}

#[docify::export]
#[test]
fn two_digests_that_differ_refund_the_request_one_block_later() {
    on_a_chain_of_eight_workers(|chain| {
        let request = ask(Seats::Three);
        chain.next_block();
        let [first, second, third] = drawn(request);
        chain.next_block();
        first.commit(request, &digit(7));
        second.commit(request, &digit(1));
        third.commit(request, &digit(7));

        // Block 4: the second digest is another one. From here on the request takes nothing more.
        chain.next_block();
        first.reveal(request, &digit(7));
        second.reveal(request, &digit(1));
        assert_eq!(state(request), State::Disagreed);
        assert_eq!(third.try_to_reveal(request, &digit(7)), STALE);
        assert_eq!(escrow(), 3 * VOT);

        // Block 5: the first hook gives everything back. The receipt keeps both digests.
        chain.next_block();
        assert_eq!(outcome(request), Outcome::Refunded { cause: RefundCause::DigestsDiffer });
        assert_eq!((chain.cost(), escrow(), locked_and_promised()), (0, 0, 0));
        let digests: Vec<_> = receipt(request).seats.iter().map(|seat| seat.digest).collect();
        assert!(digests[0].is_some() && digests[1].is_some() && digests[0] != digests[1] && digests[2].is_none());
        assert_eq!(answer(request), None);
    });
}

#[docify::export]
#[test]
fn a_seat_keeps_the_key_with_which_it_was_drawn() {
    on_a_chain_of_eight_workers(|chain| {
        let request = ask(Seats::One);
        chain.next_block();
        let [old] = drawn(request);

        // The operator rotates the worker key while the seat is open. The seat stays the old key's.
        let new = old.rotate_key();
        chain.next_block();
        old.commit(request, &digit(7));
        chain.next_block();
        assert_eq!(new.try_to_reveal(request, &digit(7)), STALE);
        old.reveal(request, &digit(7));
        chain.next_block();
        assert_eq!(chain.gain(&old.operator), 850 * MILLI_VOT);

        // Seats that are drawn from now on are the new key's.
        assert!(new.has_the_key_of_its_operator());
    });
}

#[docify::export]
#[test]
fn safe_mode_stops_new_requests_and_none_that_is_open() {
    on_a_chain_of_eight_workers(|chain| {
        let request = ask(Seats::One);
        govern(pallet_safe_mode::Call::force_enter {});
        assert_eq!(try_to_ask(Seats::One), Err(frame_system::Error::<Runtime>::CallFiltered.into()));

        chain.next_block();
        let [worker] = drawn(request);
        chain.next_block();
        worker.commit(request, &digit(7));
        chain.next_block();
        worker.reveal(request, &digit(7));
        chain.next_block();
        assert_eq!(chain.gain(&worker.operator), 850 * MILLI_VOT);
        assert!(matches!(outcome(request), Outcome::Final { .. }));
    });
}

#[docify::export]
#[test]
fn a_change_of_the_windows_moves_no_deadline_that_is_set() {
    on_a_chain_of_eight_workers(|chain| {
        let request = ask(Seats::One);
        chain.next_block();
        let [worker] = drawn(request);
        assert_eq!(state(request), State::Committing { until: 2 + 6 });

        // Governance makes reveals shorter than their bound allows, and commits longer.
        set_windows(pallet_inference::Windows { commit_min_blocks: 30, reveal_blocks: 0, ..Default::default() });
        assert_eq!(state(request), State::Committing { until: 2 + 6 });

        // The next step begins after the change: it has the new window, moved to its bound of two blocks.
        chain.next_block();
        worker.commit(request, &digit(7));
        assert_eq!(state(request), State::Revealing { until: 3 + 2 });
    });
}

#[test]
fn the_block_that_settles_a_request_names_it_and_no_other_block_does() {
    use votive_inference_api::runtime_decl_for_inference_api::InferenceApiV1;
    on_a_chain_of_eight_workers(|chain| {
        let request = ask(Seats::One);
        chain.next_block();
        let [worker] = drawn(request);
        chain.next_block();
        worker.commit(request, &digit(7));
        assert_eq!(Runtime::settled(), []);
        chain.next_block();
        worker.reveal(request, &digit(7));
        assert_eq!(Runtime::settled(), [request]);
        chain.next_block();
        assert_eq!(Runtime::settled(), []);
    });
}

fn set_windows(windows: pallet_inference::Windows) {
    use parameters::{
        dynamic::settlement::{Parameters, Windows},
        RuntimeParameters,
    };
    let key_value = RuntimeParameters::Settlement(Parameters::Windows(Windows, Some(windows)));
    govern(pallet_parameters::Call::set_parameter { key_value });
}

/// The template, so that a change of it compiles this file again.
const _: &str = include_str!("../../docs/templates/settlement.md.in");

#[test]
fn settlement_md_is_as_its_template_and_these_stories_have_it() {
    let written = docify::compile_markdown!("../docs/templates/settlement.md.in");
    let page = "../docs/settlement.md";
    if std::env::var_os("VOTIVE_WRITE_DOCS").is_some() {
        std::fs::write(page, written).expect("the page can be written");
    }
    let is_fresh = std::fs::read_to_string(page).is_ok_and(|page| page == written);
    assert!(is_fresh, "docs/settlement.md is stale: run this test with VOTIVE_WRITE_DOCS=1");
}
