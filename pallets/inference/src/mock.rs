//! A runtime around pallet-inference: real balances, a catalogue of one version, a pool of workers in plain storage.

use crate as pallet_inference;
use crate::*;
use codec::{Decode, Encode};
use frame_support::{
    derive_impl, parameter_types,
    storage::unhashed,
    traits::{
        fungible::{InspectHold, MutateHold},
        ConstU128, ConstU64, Hooks, VariantCountOf,
    },
};
use frame_system::offchain::{CreateAuthorizedTransaction, CreateTransaction, CreateTransactionBase};
use sp_application_crypto::Pair;
use sp_core::{ed25519, H256};
use sp_runtime::{
    testing::TestXt, transaction_validity::TransactionPriority, BuildStorage, DispatchError, DispatchResult, Permill,
};
use votive_primitives::{
    ids::{ModelId, RequestId, VersionId},
    model::{Limits, Price},
    request::{Input, Seats},
    traits::{BlockVrf, Candidate, EndedSeats, ModelCatalogue, VersionTerms, WorkerPool},
    worker_key::WorkerKey,
    Parameters,
};

pub const ALICE: u64 = 1;
pub const OWNER: u64 = 2;
pub const TREASURY: u64 = 3;
pub const VERSION: VersionId = VersionId { model: 0, number: 1 };
pub const PRICE: Price<u128> = Price { per_call: 1_000, per_unit: 10 };
pub const FEE_FLOOR: u128 = 100;
pub const MIN_LOCK: u128 = 5_000;
pub const ENDOWMENT: u128 = 1_000_000_000;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Inference: pallet_inference,
    }
);

pub type Extrinsic = TestXt<RuntimeCall, frame_system::AuthorizeCall<Test>>;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlock<Test>;
    type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = u128;
    type ExistentialDeposit = ConstU128<10>;
    type AccountStore = System;
    type RuntimeHoldReason = RuntimeHoldReason;
    type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
}

impl<C> CreateTransactionBase<C> for Test
where
    RuntimeCall: From<C>,
{
    type RuntimeCall = RuntimeCall;
    type Extrinsic = Extrinsic;
}

impl<C> CreateTransaction<C> for Test
where
    RuntimeCall: From<C>,
{
    type Extension = frame_system::AuthorizeCall<Test>;

    fn create_transaction(call: RuntimeCall, extension: Self::Extension) -> Extrinsic {
        Extrinsic::new_transaction(call, extension)
    }
}

impl<C> CreateAuthorizedTransaction<C> for Test
where
    RuntimeCall: From<C>,
{
    fn create_extension() -> Self::Extension {
        frame_system::AuthorizeCall::new()
    }
}

parameter_types! {
    pub const AuditProbability: Permill = Permill::from_percent(2);
    pub static Vrf: Option<[u8; 32]> = Some([7; 32]);
    pub static TestWindows: Windows = Windows::default();
    pub static Barred: bool = false;
}

/// The VRF output that a test sets.
pub struct TestVrf;

impl BlockVrf for TestVrf {
    fn current() -> Option<[u8; 32]> {
        Vrf::get()
    }
}

/// One model, owned by [`OWNER`], with one version.
pub struct Catalogue;

impl ModelCatalogue<u64> for Catalogue {
    type Balance = u128;

    fn terms(version: VersionId) -> Result<VersionTerms<u128>, DispatchError> {
        if version != VERSION {
            return Err(DispatchError::Other("UnknownVersion"));
        }
        Ok(VersionTerms {
            package_root: H256([9; 32]),
            price: PRICE,
            royalty: Permill::from_percent(10),
            limits: Limits { max_input: 64, max_output: 40, max_units: 4 },
            units_per_block: 4,
        })
    }

    fn owner(_: ModelId) -> Option<u64> {
        Some(OWNER)
    }
}

/// A worker of the pool: its account is `10 + index`, its bond is held under the one hold reason there is, of itself.
#[derive(Clone, Encode, Decode)]
pub struct PoolWorker {
    pub operator: u64,
    pub weight: u128,
    pub capacity: u32,
    pub open_seats: u32,
    pub locked: u128,
    pub promised: u128,
    pub bond: u128,
}

const POOL: &[u8] = b"pool";

/// Workers in plain storage, so that transactions roll them back.
pub struct Pool;

impl Pool {
    pub fn set(weights: &[u128]) {
        let workers: Vec<_> = weights
            .iter()
            .enumerate()
            .map(|(index, weight)| PoolWorker {
                operator: 10 + index as u64,
                weight: *weight,
                capacity: 8,
                open_seats: 0,
                locked: 0,
                promised: 0,
                bond: 1_000_000,
            })
            .collect();
        unhashed::put(POOL, &workers);
    }

    pub fn all() -> Vec<PoolWorker> {
        unhashed::get(POOL).unwrap_or_default()
    }

    pub fn of(operator: u64) -> PoolWorker {
        Self::all().into_iter().find(|worker| worker.operator == operator).unwrap()
    }

    pub fn change<R>(operator: u64, f: impl FnOnce(&mut PoolWorker) -> R) -> R {
        let mut workers = Self::all();
        let result = f(workers.iter_mut().find(|worker| worker.operator == operator).unwrap());
        unhashed::put(POOL, &workers);
        result
    }
}

impl WorkerPool<u64> for Pool {
    type Balance = u128;

    fn candidates(_: VersionId) -> Vec<Candidate<u64, u128>> {
        Self::all()
            .into_iter()
            .map(|worker| Candidate {
                operator: worker.operator,
                key: key_of(worker.operator),
                weight: worker.weight,
                free_seats: worker.capacity.saturating_sub(worker.open_seats),
                free_bond: worker.bond.saturating_sub(worker.locked + worker.promised),
            })
            .collect()
    }

    fn take_seats(operator: &u64, count: u32, bond: u128) {
        Self::change(*operator, |worker| {
            worker.open_seats += count;
            worker.promised += bond;
        });
    }

    fn release_seats(operator: &u64, ended: EndedSeats<u128>) {
        Self::change(*operator, |worker| {
            worker.open_seats -= ended.count;
            worker.promised -= ended.promised;
            worker.locked -= ended.locked;
        });
    }

    fn lock(operator: &u64, amount: u128) -> DispatchResult {
        Self::change(*operator, |worker| {
            if worker.bond - worker.locked < amount {
                return Err(DispatchError::Other("BondTooLow"));
            }
            worker.locked += amount;
            worker.promised = worker.promised.saturating_sub(amount);
            Ok(())
        })
    }

    fn pay_from_lock(operator: &u64, amount: u128, beneficiary: &u64) -> u128 {
        let paid = Self::change(*operator, |worker| {
            let paid = amount.min(worker.locked);
            worker.locked -= paid;
            worker.bond -= paid;
            paid
        });
        <Balances as frame_support::traits::fungible::Mutate<u64>>::mint_into(beneficiary, paid).unwrap();
        paid
    }

    fn operator_of(key: &WorkerKey) -> Option<u64> {
        Self::all().into_iter().map(|worker| worker.operator).find(|operator| key_of(*operator) == *key)
    }
}

impl Config for Test {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Catalogue = Catalogue;
    type Workers = Pool;
    type Vrf = TestVrf;
    type Treasury = ConstU64<TREASURY>;
    type Windows = TestWindows;
    type TransactionsBarred = Barred;
    type FeeFloor = ConstU128<FEE_FLOOR>;
    type MinLock = ConstU128<MIN_LOCK>;
    type AuditProbability = AuditProbability;
    type BundlePriority = frame_support::traits::ConstU64<{ TransactionPriority::MAX / 2 }>;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSetup = Pool;
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkSetup<u64> for Pool {
    fn served_version() -> VersionId {
        Pool::set(&[5; votive_primitives::model::MAX_WORKERS_PER_VERSION as usize]);
        VERSION
    }

    fn worker_record(_: &u64) -> Vec<u8> {
        POOL.to_vec()
    }

    fn shared_records(_: VersionId) -> Vec<Vec<u8>> {
        Vec::new()
    }

    fn funded_account(index: u32) -> u64 {
        let account = 1_000 + u64::from(index);
        <Balances as frame_support::traits::fungible::Mutate<u64>>::set_balance(&account, ENDOWMENT);
        account
    }
}

/// The worker key pair of an operator.
pub fn pair_of(operator: u64) -> ed25519::Pair {
    ed25519::Pair::from_seed(&[operator as u8; 32])
}

/// The worker key of an operator.
pub fn key_of(operator: u64) -> WorkerKey {
    WorkerKey::from(pair_of(operator).public())
}

/// The externalities of a chain whose balances are endowed, without workers.
pub fn new_test_ext() -> sp_io::TestExternalities {
    let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
    let accounts = [ALICE, OWNER, TREASURY].into_iter().chain(10..20);
    pallet_balances::GenesisConfig::<Test> {
        balances: accounts.map(|account| (account, ENDOWMENT)).collect(),
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .unwrap();
    storage.into()
}

/// Runs a test on a chain at block 1 with workers of the given weights, and checks the invariants after it.
pub fn build_and_execute(weights: &[u128], test: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        Pool::set(weights);
        run_to(1);
        test();
        Inference::do_try_state().unwrap();
    });
}

/// Moves the chain on to the start of a block.
pub fn run_to(block: u64) {
    while System::block_number() < block {
        System::set_block_number(System::block_number() + 1);
        Inference::on_initialize(System::block_number());
        Inference::do_try_state().unwrap();
    }
}

/// Moves the chain on by one block.
pub fn next_block() {
    run_to(System::block_number() + 1);
}

/// Submits a request of Alice's and returns its id.
pub fn ask(seats: Seats) -> RequestId {
    let parameters = Parameters { max_units: 2, ..Default::default() };
    let input: Input = vec![1, 2, 3].try_into().unwrap();
    Inference::submit_request(
        RuntimeOrigin::signed(ALICE),
        VERSION,
        input,
        parameters,
        seats,
        AuditProbability::get(),
        u128::MAX,
    )
    .unwrap();
    last_request()
}

/// The id in the last `RequestSubmitted`.
pub fn last_request() -> RequestId {
    events()
        .into_iter()
        .rev()
        .find_map(|event| match event {
            Event::RequestSubmitted { request, .. } => Some(request),
            _ => None,
        })
        .unwrap()
}

/// All events of the pallet so far, in this block.
pub fn events() -> Vec<Event<Test>> {
    System::events()
        .into_iter()
        .filter_map(|record| match record.event {
            RuntimeEvent::Inference(event) => Some(event),
            _ => None,
        })
        .collect()
}

/// What an account has on hold.
pub fn held(account: u64) -> u128 {
    Balances::balance_on_hold(&HoldReason::Escrow.into(), &account)
}

/// Keeps the trait in scope for tests that hold by hand.
pub fn hold_more(account: u64, amount: u128) {
    Balances::hold(&HoldReason::Escrow.into(), &account, amount).unwrap();
}
