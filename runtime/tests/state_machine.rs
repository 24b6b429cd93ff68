//! Random runs of the real runtime, block by block, beside a reference that tells its rules again. After every step both
//! must have the same balances, holds, workers and requests; after every block the invariants of the pallets hold.
//!
//! `VOTIVE_STEPS` and `VOTIVE_SEED` choose how many steps are taken and the seed of the first run.
#![allow(clippy::print_stdout)]

mod chain;
mod state_machine {
    mod asking;
    mod blocks;
    mod bundles;
    mod compare;
    pub mod crowd;
    mod draws;
    mod governing;
    mod ledger;
    pub mod machine;
    mod models;
    mod money;
    mod operating;
    mod origin;
    pub mod overbooking;
    mod people;
    mod publishing;
    mod random;
    mod requests;
    mod settlement;
    mod steps;
    mod sweep;
    mod transactions;
    mod workers;
}

use state_machine::machine::{Figures, Machine};
use std::{
    sync::{
        atomic::{AtomicU64, Ordering},
        Mutex,
    },
    time::Instant,
};

/// Steps of one run. A run begins with a genesis of its own.
const STEPS_PER_RUN: u64 = 2_500;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} is no number")))
}

/// One run.
fn run(seed: u64, steps: u64) -> Figures {
    let mut machine = Machine::new(seed);
    machine.settle_in();
    for _ in 0..steps {
        machine.step();
    }
    machine.drain();
    machine.figures.clone()
}

/// As many runs as the steps need, on all cores.
fn runs(steps: u64) {
    let first = number("VOTIVE_SEED").unwrap_or(1);
    let (started, next, sum) = (Instant::now(), AtomicU64::new(0), Mutex::new(Figures::default()));
    let count = steps.div_ceil(STEPS_PER_RUN);
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    std::thread::scope(|scope| {
        for _ in 0..threads.min(count) {
            scope.spawn(|| loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    break;
                }
                let of_run = STEPS_PER_RUN.min(steps - number * STEPS_PER_RUN);
                let figures = run(first + number, of_run);
                let mut sum = sum.lock().unwrap();
                sum.add(of_run, &figures);
                let seconds = started.elapsed().as_secs_f64();
                println!("{} steps, {:.0} a second: {sum}", sum.steps, sum.steps as f64 / seconds);
            });
        }
    });
    let sum = sum.into_inner().unwrap();
    println!("In all {} steps in {:.0} s: {sum}", sum.steps, started.elapsed().as_secs_f64());
    println!("Refused calls by error: {:?}", sum.refused);
}

#[test]
fn ten_thousand_random_steps_go_as_the_reference_says() {
    runs(number("VOTIVE_STEPS").unwrap_or(10_000));
}

#[test]
fn the_sweep_keeps_to_its_share_of_a_block_and_ends_everything_all_the_same() {
    state_machine::crowd::run();
}

#[test]
fn a_worker_of_two_versions_is_not_drawn_beyond_its_capacity_in_one_sweep() {
    state_machine::overbooking::run();
}

/// The same for longer: `scripts/bench.sh soak` runs it.
#[test]
#[ignore = "takes minutes to hours"]
fn soak() {
    runs(number("VOTIVE_STEPS").unwrap_or(1_000_000));
}
