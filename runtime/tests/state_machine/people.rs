//! Who acts: requesters, operators, owners of models, and the worker keys that operators share out among themselves.

use sp_core::{sr25519, Pair};
use std::collections::BTreeMap;
use votive_primitives::worker_key::{WorkerKey, WorkerPair};
use votive_runtime::{AccountId, Balance, VOT};

/// An account and its key.
pub struct Person {
    pub account: AccountId,
    pub pair: sr25519::Pair,
    /// What it starts with.
    pub endowment: Balance,
}

/// Everybody. The operators come first, then requesters, owners, and ghosts, whose accounts do not exist at first.
pub struct People {
    pub all: Vec<Person>,
    pub keys: Vec<WorkerPair>,
    numbers: BTreeMap<WorkerKey, usize>,
}

pub const OPERATORS: usize = 11;
pub const REQUESTERS: usize = 6;
const OWNERS: usize = 3;
const GHOSTS: usize = 2;
const KEYS: usize = 20;

impl People {
    pub fn new() -> Self {
        let mut all = vec![person("//Alice//operator//1", 950_000 * VOT)];
        all.extend((1..OPERATORS).map(|number| {
            // One that can hardly pay a bond, and one that cannot.
            let endowment = match number {
                9 => 5_100 * VOT,
                10 => 90 * VOT,
                _ => 100_000 * VOT,
            };
            person(&format!("//Operator//{number}"), endowment)
        }));
        all.extend((0..REQUESTERS).map(|number| {
            let endowment = [1_000_000 * VOT, 1_000_000 * VOT, 50_000 * VOT, 40 * VOT, 3 * VOT, VOT / 20][number];
            person(&format!("//Requester//{number}"), endowment)
        }));
        all.push(person("//Charlie", 1_000_000 * VOT));
        all.extend((1..OWNERS).map(|number| person(&format!("//Owner//{number}"), 20_000 * VOT)));
        all.extend((0..GHOSTS).map(|number| person(&format!("//Ghost//{number}"), 0)));
        let mut keys = vec![worker_pair("//Alice//worker//1")];
        keys.extend((1..KEYS).map(|number| worker_pair(&format!("//Key//{number}"))));
        let numbers = keys.iter().enumerate().map(|(number, pair)| (public(pair), number)).collect();
        Self { all, keys, numbers }
    }

    pub fn account(&self, number: usize) -> &AccountId {
        &self.all[number].account
    }

    pub fn key(&self, number: usize) -> WorkerKey {
        public(&self.keys[number])
    }

    /// The number of a key.
    pub fn number_of(&self, key: &WorkerKey) -> usize {
        self.numbers[key]
    }

    /// The numbers of those who ask: the requesters, and now and then anyone else.
    pub fn requesters() -> std::ops::Range<usize> {
        OPERATORS..OPERATORS + REQUESTERS
    }

    /// The numbers of those who publish models; the first owns that of the preset.
    pub fn owners() -> std::ops::Range<usize> {
        OPERATORS + REQUESTERS..OPERATORS + REQUESTERS + OWNERS
    }
}

fn person(seed: &str, endowment: Balance) -> Person {
    let pair = sr25519::Pair::from_string(seed, None).expect("a derivation path is a seed");
    Person { account: pair.public().into(), pair, endowment }
}

fn worker_pair(seed: &str) -> WorkerPair {
    WorkerPair::from_string(seed, None).expect("a derivation path is a seed")
}

fn public(pair: &WorkerPair) -> WorkerKey {
    pair.public()
}
