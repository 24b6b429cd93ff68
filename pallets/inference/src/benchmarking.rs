//! Benchmarks of the calls, of their checks, and of each thing that the sweep does.
//!
//! What many requests of one block share (an operator's records, the agenda's pages) is whitelisted here and counted once
//! for a whole sweep, see `sweep.rs`.

use super::{
    draw::draw_seats,
    ends::{Ends, Spent},
    *,
};
use alloc::{vec, vec::Vec};
use codec::Encode;
use frame_benchmarking::{benchmarking::add_to_whitelist, v2::*};
use frame_support::{
    pallet_prelude::TransactionSource,
    traits::{Get, Hooks},
    BoundedVec,
};
use frame_system::RawOrigin;
use sp_application_crypto::RuntimeAppPublic;
use sp_core::H256;
use sp_runtime::traits::{Bounded, One, Saturating};
use votive_primitives::{
    digest,
    ids::{RequestId, VersionId},
    model::MAX_WORKERS_PER_VERSION,
    payload::{Bundle, CommitItem, RevealItem, MAX_COMMITS, MAX_REVEALS},
    request::{Answer, Progress, Seat, Seats, State, MAX_SEATS},
    traits::{Candidate, ModelCatalogue, WorkerPool},
    worker_key::{WorkerKey, WorkerSignature},
    AnswerCode, Parameters, MAX_INPUT_BYTES, MAX_OUTPUT_BYTES,
};

/// What the benchmarks need of the rest of the runtime.
pub trait BenchmarkSetup<AccountId> {
    /// A version that takes requests with the longest input and answers with the longest output, served by
    /// [`MAX_WORKERS_PER_VERSION`] workers, whose keys lie in the keystore and whose bonds and capacities are the largest.
    fn served_version() -> VersionId;

    /// Key of the state that a worker of an operator has for itself.
    fn worker_record(operator: &AccountId) -> Vec<u8>;

    /// Keys of what each request of a version reads beside its own: the windows and the model's record.
    fn shared_records(version: VersionId) -> Vec<Vec<u8>>;

    /// The account of an index, with funds for many requests.
    fn funded_account(index: u32) -> AccountId;
}

type CandidateOf<T> = Candidate<AccountIdOf<T>, BalanceOf<T>>;

/// What a seat answers.
struct Given {
    output: Vec<u8>,
    trace: [u8; 32],
}

impl Given {
    fn of_length(length: u32) -> Self {
        Self { output: vec![7; length as usize], trace: [4; 32] }
    }

    fn answer_hash(&self) -> [u8; 32] {
        digest::answer_hash(AnswerCode::Complete, &self.output)
    }

    fn digest(&self, id: RequestId) -> [u8; 32] {
        digest::digest(&id.0, &self.answer_hash(), 1, &digest::trace_hash(&self.trace))
    }
}

const SALT: [u8; 32] = [5; 32];

fn seats_of(count: u32) -> Seats {
    match count {
        0..=2 => Seats::One,
        3..=4 => Seats::Three,
        5..=6 => Seats::Five,
        _ => Seats::Seven,
    }
}

fn pool<T: Config>(version: VersionId) -> Vec<CandidateOf<T>> {
    let pool = T::Workers::candidates(version);
    assert_eq!(pool.len() as u32, MAX_WORKERS_PER_VERSION);
    pool
}

/// A request with the longest input, from an account of its own.
fn ask<T: Config>(version: VersionId, seats: Seats, requester: u32) -> RequestId {
    let requester = T::BenchmarkSetup::funded_account(requester);
    let counter = Counters::<T>::get(&requester);
    let input: votive_primitives::request::Input = BoundedVec::truncate_from(vec![1; MAX_INPUT_BYTES as usize]);
    let parameters = Parameters { max_units: 1, ..Default::default() };
    let id = digest::request_id(
        &Pallet::<T>::genesis().0,
        &requester,
        counter,
        &version,
        &digest::input_hash(&input),
        &parameters,
    );
    let audit = T::AuditProbability::get();
    let asked = submit::Submission { version, input, parameters, seats, audit, max_fee: Bounded::max_value() };
    Pallet::<T>::do_submit(requester, asked).expect("the requester has funds");
    H256(id)
}

/// Seats the first workers of the pool on a request.
fn seat<T: Config>(id: RequestId, pool: &[CandidateOf<T>]) {
    let request = Requests::<T>::get(id).expect("the request is open");
    let seats = pool.iter().take(request.seats.count() as usize).map(|candidate| Seat {
        operator: candidate.operator.clone(),
        key: candidate.key.clone(),
        weight: candidate.weight,
        progress: Progress::Drawn,
    });
    let committee: CommitteeOf<T> = BoundedVec::truncate_from(seats.collect());
    for seat in &committee {
        T::Workers::take_seats(&seat.operator, 1, request.lock);
    }
    let until = Pallet::<T>::commits_until(&request);
    Pallet::<T>::open_commits(id, request, committee, pool.len() as u32, until);
}

fn commit_item<T: Config>(id: RequestId, operator: &AccountIdOf<T>, given: &Given) -> CommitItem {
    let genesis = Pallet::<T>::genesis();
    let commitment = digest::commitment(&genesis.0, &id.0, 0, operator, &given.digest(id), &SALT);
    CommitItem { request: id, attempt: 0, commitment: H256(commitment) }
}

fn reveal_item(id: RequestId, given: &Given) -> RevealItem {
    RevealItem {
        request: id,
        attempt: 0,
        answer_hash: H256(given.answer_hash()),
        units: 1,
        trace_hash: H256(digest::trace_hash(&given.trace)),
        salt: H256(SALT),
        answer: Some(Answer { code: AnswerCode::Complete, output: BoundedVec::truncate_from(given.output.clone()) }),
    }
}

fn sign<T: Config, Items: Encode>(
    key: &WorkerKey,
    items: Items,
) -> (Bundle<Items, BlockNumberFor<T>>, WorkerSignature) {
    let bundle = Bundle { key: key.clone(), signed_at: frame_system::Pallet::<T>::block_number(), items };
    let signature = key.sign(&bundle.message(&Pallet::<T>::genesis())).expect("the key lies in the keystore");
    (bundle, signature)
}

/// Lets `count` seats from `first` on commit, each by itself.
fn commit_some<T: Config>(id: RequestId, first: usize, count: usize, given: &Given) {
    let committee = Requests::<T>::get(id).expect("the request is open").committee;
    for seat in committee.iter().skip(first).take(count) {
        let items = BoundedVec::truncate_from(vec![commit_item::<T>(id, &seat.operator, given)]);
        let (bundle, _) = sign::<T, _>(&seat.key, items);
        Pallet::<T>::do_commit(bundle).expect("the seat is open");
    }
}

/// Lets `count` seats from `first` on reveal, each by itself.
fn reveal_some<T: Config>(id: RequestId, first: usize, count: usize, given: &Given) {
    let committee = Requests::<T>::get(id).expect("the request is open").committee;
    for seat in committee.iter().skip(first).take(count) {
        let items = BoundedVec::truncate_from(vec![reveal_item(id, given)]);
        let (bundle, _) = sign::<T, _>(&seat.key, items);
        Pallet::<T>::do_reveal(bundle).expect("reveals are open");
    }
}

/// `count` requests of seven seats, of which the pool's first worker alone has not committed.
fn requests_to_commit<T: Config>(count: u32, given: &Given) -> (CandidateOf<T>, Vec<RequestId>) {
    let version = T::BenchmarkSetup::served_version();
    let pool = pool::<T>(version);
    let ids: Vec<_> = (0..count).map(|index| ask::<T>(version, Seats::Seven, index)).collect();
    for id in &ids {
        seat::<T>(*id, &pool);
        commit_some::<T>(*id, 1, MAX_SEATS as usize, given);
    }
    (pool[0].clone(), ids)
}

/// `count` requests of seven seats, of which the reveal of the pool's first worker is the one that settles.
fn requests_to_reveal<T: Config>(count: u32, given: &Given) -> (CandidateOf<T>, Vec<RequestId>) {
    let (first, ids) = requests_to_commit::<T>(count, given);
    for id in &ids {
        commit_some::<T>(*id, 0, 1, given);
        reveal_some::<T>(*id, 1, 4, given);
        // The answer is brought by the one that settles: that costs the most.
        Answers::<T>::remove(id);
    }
    (first, ids)
}

/// A settled request of `seats` seats, all of which have revealed.
fn settled<T: Config>(seats: Seats) -> RequestId {
    let version = T::BenchmarkSetup::served_version();
    let id = ask::<T>(version, seats, 0);
    let given = Given::of_length(MAX_OUTPUT_BYTES);
    seat::<T>(id, &pool::<T>(version));
    commit_some::<T>(id, 0, MAX_SEATS as usize, &given);
    reveal_some::<T>(id, 0, MAX_SEATS as usize, &given);
    assert!(matches!(Requests::<T>::get(id).map(|request| request.state), Some(State::Settled { .. })));
    id
}

/// What the sweep counts once, however many requests touch it.
fn whitelist_shared<T: Config>(id: RequestId) {
    let request = Requests::<T>::get(id).expect("the request is open");
    for seat in &request.committee {
        whitelist_operator::<T>(&seat.operator, &seat.key);
    }
    add_to_whitelist(Clock::<T>::hashed_key().to_vec().into());
    for record in T::BenchmarkSetup::shared_records(request.version) {
        add_to_whitelist(record.into());
    }
    let owner = T::Catalogue::owner(request.version.model).expect("the model has an owner");
    whitelist_account!(owner);
    let windows = Pallet::<T>::windows();
    let times = [
        Pallet::<T>::after(1),
        Pallet::<T>::after(windows.answer_blocks),
        Pallet::<T>::after(windows.reveal_blocks).saturating_add(One::one()),
        Pallet::<T>::commits_until(&request).saturating_add(One::one()),
    ];
    for time in times {
        add_to_whitelist(Agenda::<T>::hashed_key_for(time, 0).into());
        add_to_whitelist(AgendaLengths::<T>::hashed_key_for(time).into());
    }
}

fn whitelist_operator<T: Config>(operator: &AccountIdOf<T>, key: &WorkerKey) {
    let operator = operator.clone();
    whitelist_account!(operator);
    add_to_whitelist(OpenSeats::<T>::hashed_key_for(key).into());
    add_to_whitelist(T::BenchmarkSetup::worker_record(&operator).into());
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn submit_request(i: Linear<1, MAX_INPUT_BYTES>) {
        let version = T::BenchmarkSetup::served_version();
        let requester = T::BenchmarkSetup::funded_account(0);
        whitelist_account!(requester);
        let next = Pallet::<T>::after(1);
        add_to_whitelist(Agenda::<T>::hashed_key_for(next, 0).into());
        add_to_whitelist(AgendaLengths::<T>::hashed_key_for(next).into());
        let input = BoundedVec::truncate_from(vec![1; i as usize]);
        let parameters = Parameters { max_units: 1, ..Default::default() };

        #[extrinsic_call]
        _(
            RawOrigin::Signed(requester),
            version,
            input,
            parameters,
            Seats::Seven,
            T::AuditProbability::get(),
            Bounded::max_value(),
        );

        assert_eq!(Requests::<T>::iter().count(), 1);
    }

    #[benchmark]
    fn cancel_request() {
        let id = ask::<T>(T::BenchmarkSetup::served_version(), Seats::Seven, 0);
        let requester = Requests::<T>::get(id).expect("it was just submitted").requester;

        #[extrinsic_call]
        _(RawOrigin::Signed(requester), id);

        assert!(Receipts::<T>::contains_key(id));
    }

    #[benchmark]
    fn commit(n: Linear<1, MAX_COMMITS>) {
        let given = Given::of_length(8);
        let (worker, ids) = requests_to_commit::<T>(n, &given);
        let items = ids.iter().map(|id| commit_item::<T>(*id, &worker.operator, &given)).collect();
        let (bundle, signature) = sign::<T, _>(&worker.key, BoundedVec::truncate_from(items));

        #[extrinsic_call]
        _(RawOrigin::Authorized, bundle, signature);

        for id in ids {
            assert!(matches!(Requests::<T>::get(id).map(|request| request.state), Some(State::Revealing { .. })));
        }
    }

    #[benchmark]
    fn authorize_commit(n: Linear<1, MAX_COMMITS>) {
        let given = Given::of_length(8);
        let (worker, ids) = requests_to_commit::<T>(n, &given);
        let items = ids.iter().map(|id| commit_item::<T>(*id, &worker.operator, &given)).collect();
        let (bundle, signature) = sign::<T, _>(&worker.key, BoundedVec::truncate_from(items));
        let check;

        #[block]
        {
            check = Pallet::<T>::authorize_commit(TransactionSource::External, &bundle, &signature);
        }

        assert_eq!(check.map(|(valid, _)| valid.provides.len() as u32), Ok(n));
    }

    #[benchmark]
    fn reveal(n: Linear<1, MAX_REVEALS>, b: Linear<0, { MAX_REVEALS * MAX_OUTPUT_BYTES }>) {
        let given = Given::of_length((b / n).min(MAX_OUTPUT_BYTES));
        let (worker, ids) = requests_to_reveal::<T>(n, &given);
        let items = ids.iter().map(|id| reveal_item(*id, &given)).collect();
        let (bundle, signature) = sign::<T, _>(&worker.key, BoundedVec::truncate_from(items));

        #[extrinsic_call]
        _(RawOrigin::Authorized, bundle, signature);

        for id in ids {
            assert!(matches!(Requests::<T>::get(id).map(|request| request.state), Some(State::Settled { .. })));
        }
    }

    #[benchmark]
    fn authorize_reveal(n: Linear<1, MAX_REVEALS>, b: Linear<0, { MAX_REVEALS * MAX_OUTPUT_BYTES }>) {
        let given = Given::of_length((b / n).min(MAX_OUTPUT_BYTES));
        let (worker, ids) = requests_to_reveal::<T>(n, &given);
        let items = ids.iter().map(|id| reveal_item(*id, &given)).collect();
        let (bundle, signature) = sign::<T, _>(&worker.key, BoundedVec::truncate_from(items));
        let check;

        #[block]
        {
            check = Pallet::<T>::authorize_reveal(TransactionSource::External, &bundle, &signature);
        }

        assert_eq!(check.map(|(valid, _)| valid.provides.len() as u32), Ok(n));
    }

    /// The clock, the cursor, the block's randomness, the windows, and what every request of a block shares.
    #[benchmark]
    fn on_initialize() {
        let height = frame_system::Pallet::<T>::block_number();
        LastVrf::<T>::put((height.saturating_sub(One::one()), [1; 32]));

        #[block]
        {
            Pallet::<T>::on_initialize(height);
        }

        assert!(AgendaCursor::<T>::get().time > Default::default());
    }

    #[benchmark]
    fn agenda_page() {
        let time = Pallet::<T>::after(1);
        let entry = Entry::Answer(H256::repeat_byte(1));
        for _ in 0..PAGE {
            Pallet::<T>::schedule(time, entry);
        }
        let page;

        #[block]
        {
            page = Agenda::<T>::take(time, 0);
        }

        assert!(page.is_full());
    }

    #[benchmark]
    fn look() {
        let id = ask::<T>(T::BenchmarkSetup::served_version(), Seats::Seven, 0);
        let found;

        #[block]
        {
            found = Requests::<T>::get(id);
        }

        assert!(found.is_some());
    }

    #[benchmark]
    fn enter_anew() {
        let version = T::BenchmarkSetup::served_version();
        let id = ask::<T>(version, Seats::Seven, 0);
        seat::<T>(id, &pool::<T>(version));
        whitelist_shared::<T>(id);

        #[block]
        {
            let mut request = Requests::<T>::get(id).expect("the request is open");
            let due = Pallet::<T>::next_look(&request);
            Pallet::<T>::look_by(id, &mut request, due.saturating_sub(One::one()));
            Requests::<T>::insert(id, request);
        }
    }

    #[benchmark]
    fn candidates() {
        let version = T::BenchmarkSetup::served_version();
        let found;

        #[block]
        {
            found = T::Workers::candidates(version);
        }

        assert_eq!(found.len() as u32, MAX_WORKERS_PER_VERSION);
    }

    #[benchmark]
    fn draw(s: Linear<1, MAX_SEATS>) {
        let version = T::BenchmarkSetup::served_version();
        let id = ask::<T>(version, seats_of(s), 0);
        let pool = pool::<T>(version);
        pool.iter().for_each(|candidate| whitelist_operator::<T>(&candidate.operator, &candidate.key));
        whitelist_shared::<T>(id);
        let request = Requests::<T>::get(id).expect("the request is open");

        #[block]
        {
            let committee = draw_seats::<T>(id, &request, &pool, &Default::default(), ([1; 32], [2; 32]));
            let committee = committee.expect("all are free");
            let until = Pallet::<T>::commits_until(&request);
            Pallet::<T>::open_commits(id, request, committee, MAX_WORKERS_PER_VERSION, until);
        }

        assert!(matches!(Requests::<T>::get(id).map(|request| request.state), Some(State::Committing { .. })));
    }

    #[benchmark]
    fn close_commits(s: Linear<1, MAX_SEATS>) {
        let version = T::BenchmarkSetup::served_version();
        let id = ask::<T>(version, seats_of(s), 0);
        seat::<T>(id, &pool::<T>(version));
        whitelist_shared::<T>(id);
        let redraw;
        let request = Requests::<T>::get(id).expect("the request is open");
        let mut ends = Ends::<T>::new();

        #[block]
        {
            redraw = Pallet::<T>::close_commits(id, request, &mut ends);
        }

        assert_eq!(redraw.map(|request| request.attempt), Some(1));
    }

    #[benchmark]
    fn finalise(s: Linear<1, MAX_SEATS>) {
        let id = settled::<T>(seats_of(s));
        whitelist_shared::<T>(id);
        let request = Requests::<T>::get(id).expect("the request is open");
        let mut ends = Ends::<T>::new();

        #[block]
        {
            Pallet::<T>::finalise(id, request, &mut ends);
        }

        assert!(Receipts::<T>::contains_key(id));
    }

    /// An operator whose key's list is full; half of it ends, and another seat begins.
    #[benchmark]
    fn book_operator() {
        let version = T::BenchmarkSetup::served_version();
        let id = ask::<T>(version, Seats::One, 0);
        seat::<T>(id, &pool::<T>(version));
        let request = Requests::<T>::get(id).expect("the request is open");
        let Seat { operator, key, .. } = request.committee[0].clone();
        let mut ends = Ends::<T>::new();
        let id_of = |index: u32| H256(sp_io::hashing::blake2_256(&index.encode()));
        let ids: Vec<_> = (0..MAX_SEATS_OF_KEY).map(id_of).collect();
        for id in ids.iter().step_by(2) {
            ends.release_seats(*id, &request, &Spent::<T>::new());
        }
        T::Workers::take_seats(&operator, MAX_SEATS_OF_KEY, request.lock.saturating_mul(MAX_SEATS_OF_KEY.into()));
        OpenSeats::<T>::insert(&key, BoundedVec::truncate_from(ids));

        #[block]
        {
            ends.book();
            T::Workers::take_seats(&operator, 1, request.lock);
        }

        assert_eq!(OpenSeats::<T>::get(&key).len() as u32, MAX_SEATS_OF_KEY / 2);
    }

    #[benchmark]
    fn book_money() {
        let id = settled::<T>(Seats::One);
        let request = Requests::<T>::get(id).expect("the request is open");
        whitelist_shared::<T>(id);
        let mut ends = Ends::<T>::new();
        Pallet::<T>::finalise(id, request, &mut ends);
        let issuance = T::Currency::total_issuance();

        #[block]
        {
            ends.book();
        }

        assert!(T::Currency::total_issuance() < issuance, "a part was burnt");
    }

    /// Half of the seats reveal and are paid from the locks of the others.
    #[benchmark]
    fn refund(s: Linear<1, MAX_SEATS>) {
        let version = T::BenchmarkSetup::served_version();
        let seats = seats_of(s);
        let id = ask::<T>(version, seats, 0);
        let given = Given::of_length(MAX_OUTPUT_BYTES);
        seat::<T>(id, &pool::<T>(version));
        commit_some::<T>(id, 0, MAX_SEATS as usize, &given);
        reveal_some::<T>(id, 0, (seats.count() / 2) as usize, &given);
        whitelist_shared::<T>(id);
        let request = Requests::<T>::get(id).expect("the request is open");
        let mut ends = Ends::<T>::new();

        #[block]
        {
            Pallet::<T>::close_reveals(id, request, &mut ends);
        }

        assert!(Receipts::<T>::contains_key(id));
    }

    #[benchmark]
    fn forget_answer() {
        let id = settled::<T>(Seats::One);

        #[block]
        {
            Answers::<T>::remove(id);
        }

        assert!(!Answers::<T>::contains_key(id));
    }
}
