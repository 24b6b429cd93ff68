//! The machine: the chain and the reference side by side, and a random driver in front of both.

use super::{
    blocks::Blocks,
    compare,
    ledger::{Ending, Ledger},
    money::{Reason, Ruling},
    origin,
    people::People,
    random::Random,
    sweep::Seen,
    transactions,
    workers::Worker,
};
use crate::chain::genesis;
use sp_core::H256;
use sp_genesis_builder::DEV_RUNTIME_PRESET;
use sp_io::TestExternalities;
use std::collections::{BTreeMap, VecDeque};
use votive_runtime::*;

/// How many of the last steps a failure tells.
const TOLD: usize = 60;

/// Once in so many blocks the author gives no VRF output.
const BLOCKS_PER_PLAIN_SLOT: usize = 25;

/// Blocks between two writes of what changed to the state's trie.
const BLOCKS_PER_WRITE: u32 = 16;

/// How often what happened.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub steps: u64,
    pub blocks: u64,
    pub taken: u64,
    pub refused: BTreeMap<&'static str, u64>,
    pub ended: BTreeMap<String, u64>,
}

impl Figures {
    /// Adds those of a run.
    pub fn add(&mut self, steps: u64, run: &Self) {
        self.steps += steps;
        self.blocks += run.blocks;
        self.taken += run.taken;
        run.refused.iter().for_each(|(name, count)| *self.refused.entry(name).or_default() += count);
        run.ended.iter().for_each(|(name, count)| *self.ended.entry(name.clone()).or_default() += count);
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let refused: u64 = self.refused.values().sum();
        write!(
            to,
            "{} blocks, {} calls taken, {refused} refused, requests ended {:?}",
            self.blocks, self.taken, self.ended
        )
    }
}

pub struct Machine {
    pub state: TestExternalities,
    pub people: People,
    pub ledger: Ledger,
    pub random: Random,
    pub figures: Figures,
    /// Hash of the genesis block, as signatures cover it.
    pub genesis: H256,
    blocks: Blocks,
    seed: u64,
    told: VecDeque<String>,
}

impl Machine {
    pub fn new(seed: u64) -> Self {
        let people = People::new();
        let mut state = genesis(DEV_RUNTIME_PRESET);
        let mut blocks = Blocks::new();
        let (ledger, genesis) = state.execute_with(|| {
            for person in people.all.iter().filter(|person| person.endowment > 0) {
                let who = person.account.clone().into();
                let endowing = pallet_balances::Call::force_set_balance { who, new_free: person.endowment };
                transactions::dispatch_as_root(endowing.into());
            }
            let mut ledger = Ledger::new(origin::money_of_the_chain(), treasury_account());
            origin::copy_models(&mut ledger);
            origin::copy_workers(&mut ledger, &people);
            System::set_block_number(0);
            blocks.open(true);
            ledger.open_block(true, false, &[]);
            (ledger, System::block_hash(0))
        });
        let (random, figures, told) = (Random::new(seed), Figures::default(), VecDeque::new());
        Self { state, people, ledger, random, figures, genesis, blocks, seed, told }
    }

    /// Remembers a step, for the case that it fails.
    pub fn tell(&mut self, step: String) {
        if self.told.len() == TOLD {
            self.told.pop_front();
        }
        self.told.push_back(step);
    }

    /// Sends a call of a person to the chain, and asks the rules what must come of it. Returns whether it was taken.
    pub fn signed(
        &mut self,
        who: usize,
        call: impl Into<RuntimeCall>,
        rule: impl FnOnce(&mut Ledger, &AccountId) -> Ruling,
    ) -> bool {
        let call = call.into();
        let account = self.people.account(who).clone();
        let before = self.ledger.money.free(&account);
        let expected =
            if self.ledger.safe_until.is_some() { Err("CallFiltered") } else { rule(&mut self.ledger, &account) };
        let is_rich = before > 1_000 * VOT && self.ledger.money.free(&account) > 10 * VOT;
        let is_real = is_rich && self.block_has_room() && self.random.one_in(8);
        let person = &self.people.all[who];
        let outcome = if is_real {
            let (outcome, fee) = self.state.execute_with(|| transactions::apply_signed(person, call));
            let author = sp_keyring::Sr25519Keyring::Alice.to_account_id();
            self.ledger.money.charge(&account, &author, fee);
            outcome
        } else {
            self.state.execute_with(|| transactions::dispatch(person, call))
        };
        self.check(outcome, expected)
    }

    /// Sends a bundle to the chain; the rules have said whether it is let in, and `rule` what it changes.
    pub fn authorised(
        &mut self,
        call: RuntimeCall,
        admitted: Ruling,
        rule: impl FnOnce(&mut Ledger) -> Ruling,
    ) -> bool {
        let expected = admitted.and_then(|()| rule(&mut self.ledger));
        let is_real = self.block_has_room() && self.random.one_in(4);
        let outcome = self.state.execute_with(|| match is_real {
            true => transactions::apply_authorised(call),
            false => transactions::dispatch_authorised(call),
        });
        self.check(outcome, expected)
    }

    /// Whether transactions fit into this block: the first of a session is full from the start, and many steps may go into
    /// one block here.
    fn block_has_room(&mut self) -> bool {
        let limits = <Runtime as frame_system::Config>::BlockWeights::get();
        let used = self.state.execute_with(|| System::block_weight().total());
        used.all_lte(limits.max_block / 2)
    }

    fn check(&mut self, outcome: Result<(), String>, expected: Ruling) -> bool {
        assert_eq!(outcome, expected.map_err(String::from));
        match expected {
            Ok(()) => self.figures.taken += 1,
            Err(name) => *self.figures.refused.entry(name).or_default() += 1,
        }
        self.compare();
        expected.is_ok()
    }

    pub fn compare(&mut self) {
        self.state.execute_with(|| compare::after_step(&self.ledger, &self.people));
    }

    /// The next block. While a migration bars transactions, it has its inherents alone.
    pub fn next_block(&mut self, is_barred: bool) {
        let has_vrf = !self.random.one_in(BLOCKS_PER_PLAIN_SLOT);
        let seen = self.state.execute_with(|| {
            self.blocks.close();
            self.blocks.open(has_vrf);
            seen_in_events()
        });
        self.figures.blocks += 1;
        self.ledger.open_block(has_vrf, is_barred, &seen);
        for ending in self.ledger.ended.values() {
            let name = match ending {
                Ending::Final { .. } => "Final".into(),
                Ending::Refunded(cause) => format!("{cause:?}"),
            };
            *self.figures.ended.entry(name).or_default() += 1;
        }
        self.state.execute_with(|| {
            compare::after_step(&self.ledger, &self.people);
            compare::after_block(&mut self.ledger);
        });
        if self.blocks.height().is_multiple_of(BLOCKS_PER_WRITE) {
            self.state.commit_all().unwrap();
        }
    }

    /// Ends a run: nothing new comes, and all that is open must end by itself.
    pub fn drain(&mut self) {
        self.tell("drain".into());
        while !self.ledger.requests.is_empty() {
            self.next_block(false);
        }
        let is_free = |worker: &Worker| worker.open_seats == 0 && worker.locked == 0 && worker.promised == 0;
        assert!(self.ledger.workers.values().all(is_free), "no seat and no lock outlives its request");
        let escrows = self.ledger.money.purses.keys().map(|who| self.ledger.money.held(who, Reason::Escrow));
        assert_eq!(escrows.sum::<Balance>(), 0, "no escrow outlives its request");
        let open = self.state.execute_with(|| pallet_inference::OpenSeats::<Runtime>::iter_keys().count());
        assert_eq!(open, 0, "no seat is listed as open");
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let told: Vec<_> = self.told.iter().map(String::as_str).collect();
            eprintln!("The last steps of the run with seed {}:\n{}", self.seed, told.join("\n"));
        }
    }
}

/// What the hooks of this block have drawn and ended, in their order.
fn seen_in_events() -> Vec<Seen> {
    let events = System::events().into_iter();
    let seen = events.filter_map(|record| match record.event {
        RuntimeEvent::Inference(event) => match event {
            pallet_inference::Event::SeatsDrawn { request, seats, .. } => Some(Seen::Drawn { request, seats }),
            pallet_inference::Event::RequestFinal { request, .. } => Some(Seen::Ended(request)),
            pallet_inference::Event::RequestRefunded { request, .. } => Some(Seen::Ended(request)),
            _ => None,
        },
        _ => None,
    });
    seen.collect()
}
