#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(any(test, feature = "runtime-benchmarks")),
    deny(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

extern crate alloc;

pub use pallet::*;

mod agenda;
mod attempt;
mod authorize;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod clock;
mod commit;
mod draw;
mod ends;
mod integrity;
mod payment;
mod reads;
mod reveal;
mod settle;
mod submit;
mod sweep;
mod try_state;
pub mod weights;
mod windows;
mod worker;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use agenda::{Cursor, Entry, PAGE};
pub use draw::{draw, Chance};
pub use weights::WeightInfo;
pub use windows::Windows;

use frame_support::traits::fungible::Inspect;
use frame_system::pallet_prelude::BlockNumberFor;
use votive_primitives::{payload, receipt, request};

/// The most open seats of one worker key that are listed: those of two operators with the largest capacity, one of which had
/// the key before. Whoever passes a key on more often loses the seats above that.
pub const MAX_SEATS_OF_KEY: u32 = 512;

type AccountIdOf<T> = <T as frame_system::Config>::AccountId;
type BalanceOf<T> = <<T as Config>::Currency as Inspect<AccountIdOf<T>>>::Balance;
type RequestOf<T> = request::Request<AccountIdOf<T>, BalanceOf<T>, BlockNumberFor<T>>;
type CommitteeOf<T> = request::Committee<AccountIdOf<T>>;
type ReceiptOf<T> = receipt::Receipt<AccountIdOf<T>, BalanceOf<T>, BlockNumberFor<T>>;
type CommitBundleOf<T> = payload::CommitBundle<BlockNumberFor<T>>;
type RevealBundleOf<T> = payload::RevealBundle<BlockNumberFor<T>>;

#[frame_support::pallet]
// The arguments of a call are its interface.
#[allow(clippy::too_many_arguments)]
pub mod pallet {
    use super::*;
    use crate::sweep::Sweep;
    use alloc::vec::Vec;
    use frame_support::{
        pallet_prelude::*,
        traits::fungible::{BalancedHold, MutateHold},
        weights::WeightMeter,
    };
    use frame_system::{offchain::CreateAuthorizedTransaction, pallet_prelude::*};
    use sp_core::H256;
    use sp_runtime::{
        traits::{One, Saturating},
        Permill,
    };
    use votive_primitives::{
        ids::{Attempt, RequestId, Units, VersionId},
        receipt::RefundCause,
        request::{Answer, Input, Seats},
        traits::{BlockVrf, ModelCatalogue, WorkerPool},
        views::OpenSeat,
        worker_key::{WorkerKey, WorkerSignature},
        Parameters,
    };

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// The runtime must have `frame_system::AuthorizeCall` among its transaction extensions.
    #[pallet::config]
    pub trait Config:
        CreateAuthorizedTransaction<Call<Self>, RuntimeCall = <Self as frame_system::Config>::RuntimeCall>
        + frame_system::Config<RuntimeCall: From<Call<Self>>>
    {
        /// The currency of escrows and payments.
        type Currency: BalancedHold<Self::AccountId> + MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// The overarching hold reason.
        type RuntimeHoldReason: From<HoldReason>;

        /// The models that can be asked.
        type Catalogue: ModelCatalogue<Self::AccountId, Balance = BalanceOf<Self>>;

        /// The workers that can be drawn.
        type Workers: WorkerPool<Self::AccountId, Balance = BalanceOf<Self>>;

        /// Randomness of the draws. Its source must be initialised before this pallet.
        type Vrf: BlockVrf;

        /// The treasury's account. It must exist, so that any amount can be paid to it.
        type Treasury: Get<Self::AccountId>;

        /// How long each step may take. What is out of bounds counts as the nearest bound, see [`Windows::bounded`].
        type Windows: Get<Windows>;

        /// Whether this block takes no transactions, because a migration of several blocks runs. The clock stands still then.
        type TransactionsBarred: Get<bool>;

        /// The least fee of a request.
        type FeeFloor: Get<BalanceOf<Self>>;

        /// The least lock of an operator's bond from its commit to the request's end; else 64 seat fees.
        type MinLock: Get<BalanceOf<Self>>;

        /// The one audit probability that requests may have until audits exist.
        #[pallet::constant]
        type AuditProbability: Get<Permill>;

        /// Pool priority of commits and reveals.
        #[pallet::constant]
        type BundlePriority: Get<TransactionPriority>;

        /// Weights of the calls and hooks.
        type WeightInfo: WeightInfo;

        /// What the benchmarks need of the rest of the runtime.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkSetup: benchmarking::BenchmarkSetup<Self::AccountId>;
    }

    /// Why funds are on hold.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// Fee of open requests, at most what their answers can cost.
        Escrow,
    }

    /// How many requests an account has submitted so far.
    #[pallet::storage]
    pub type Counters<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u64, ValueQuery>;

    /// The open requests, each with its input and the seats of its present attempt: all that changes with it lies in one
    /// value, since a write costs more than the bytes.
    #[pallet::storage]
    pub type Requests<T: Config> = StorageMap<_, Identity, RequestId, RequestOf<T>>;

    /// Requests in which a worker key has an open seat: what the off-chain worker looks through.
    #[pallet::storage]
    pub type OpenSeats<T: Config> =
        StorageMap<_, Blake2_128Concat, WorkerKey, BoundedVec<RequestId, ConstU32<MAX_SEATS_OF_KEY>>, ValueQuery>;

    /// Answers of open and recently ended requests.
    #[pallet::storage]
    pub type Answers<T: Config> = StorageMap<_, Identity, RequestId, Answer>;

    /// Receipts of ended requests.
    #[pallet::storage]
    pub type Receipts<T: Config> = StorageMap<_, Identity, RequestId, ReceiptOf<T>>;

    /// What is looked at at which time, page by page.
    #[pallet::storage]
    pub type Agenda<T: Config> = StorageDoubleMap<
        _,
        Twox64Concat,
        BlockNumberFor<T>,
        Twox64Concat,
        u32,
        BoundedVec<Entry, ConstU32<PAGE>>,
        ValueQuery,
    >;

    /// How many entries each time of the agenda has.
    #[pallet::storage]
    pub type AgendaLengths<T: Config> = StorageMap<_, Twox64Concat, BlockNumberFor<T>, u32, ValueQuery>;

    /// How far the sweep of the agenda has come.
    #[pallet::storage]
    pub type AgendaCursor<T: Config> = StorageValue<_, Cursor<BlockNumberFor<T>>, ValueQuery>;

    /// The clock of all deadlines: how many blocks took transactions so far.
    #[pallet::storage]
    pub type Clock<T: Config> = StorageValue<_, BlockNumberFor<T>, ValueQuery>;

    /// The last block that had a VRF output, and that output.
    #[pallet::storage]
    pub type LastVrf<T: Config> = StorageValue<_, (BlockNumberFor<T>, [u8; 32])>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A request was submitted and its fee put into escrow.
        RequestSubmitted {
            /// The request.
            request: RequestId,
            /// Who asked.
            requester: T::AccountId,
            /// The version asked.
            version: VersionId,
            /// Held until the end.
            escrow: BalanceOf<T>,
        },
        /// The seats of an attempt were drawn.
        SeatsDrawn {
            /// The request.
            request: RequestId,
            /// The attempt.
            attempt: Attempt,
            /// Operators and their weights.
            seats: Vec<(T::AccountId, u128)>,
            /// Last block in which a commit counts.
            commits_until: BlockNumberFor<T>,
        },
        /// A seat committed to a digest.
        Committed {
            /// The request.
            request: RequestId,
            /// The attempt.
            attempt: Attempt,
            /// The seat's operator.
            operator: T::AccountId,
        },
        /// The commits carry the quorums: reveals count from now on.
        RevealsOpened {
            /// The request.
            request: RequestId,
            /// The attempt.
            attempt: Attempt,
            /// Last block in which a reveal counts.
            reveals_until: BlockNumberFor<T>,
        },
        /// A seat revealed the digest that it had committed to.
        Revealed {
            /// The request.
            request: RequestId,
            /// The seat's operator.
            operator: T::AccountId,
            /// The digest.
            digest: H256,
        },
        /// The quorums agree: the answer is in `Answers`.
        RequestSettled {
            /// The request.
            request: RequestId,
            /// The settled digest.
            digest: H256,
            /// Hash of the answer.
            answer_hash: H256,
            /// Units of the answer.
            units: Units,
        },
        /// A seat was paid.
        SeatPaid {
            /// The request.
            request: RequestId,
            /// The seat's operator.
            operator: T::AccountId,
            /// How much.
            amount: BalanceOf<T>,
        },
        /// The model's owner was paid.
        RoyaltyPaid {
            /// The request.
            request: RequestId,
            /// The owner.
            owner: T::AccountId,
            /// How much.
            amount: BalanceOf<T>,
        },
        /// A request is final: everyone was paid, the rest of the escrow went back.
        RequestFinal {
            /// The request.
            request: RequestId,
            /// What the answer cost.
            fee: BalanceOf<T>,
            /// What went back to the requester.
            refund: BalanceOf<T>,
            /// Part of the fee that the treasury got.
            treasury: BalanceOf<T>,
            /// Part of the fee that was burnt.
            burnt: BalanceOf<T>,
        },
        /// A request ended without an answer; its whole escrow went back.
        RequestRefunded {
            /// The request.
            request: RequestId,
            /// Why.
            cause: RefundCause,
            /// What went back to the requester.
            refund: BalanceOf<T>,
        },
        /// A fault: a seat did not commit in time.
        SeatSilent {
            /// The request.
            request: RequestId,
            /// The attempt.
            attempt: Attempt,
            /// The seat's operator.
            operator: T::AccountId,
        },
        /// A fault: a seat committed and did not reveal in time.
        RevealWithheld {
            /// The request.
            request: RequestId,
            /// The seat's operator.
            operator: T::AccountId,
        },
        /// A payment could not reach its account (it does not exist and the amount is below the existential deposit);
        /// the treasury got it.
        PaymentDiverted {
            /// The request.
            request: RequestId,
            /// Who should have got it.
            beneficiary: T::AccountId,
            /// How much.
            amount: BalanceOf<T>,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// The input is longer than the version takes. Shorten it; `InferenceApi.model` shows the limit.
        InputTooLong,
        /// The input is empty. Give what the version's package declares as its input.
        InputEmpty,
        /// `max_units` is 0 or above the version's limit. Choose a value within it.
        UnitsOutOfRange,
        /// Audits come with a later runtime; the probability must be the constant `AuditProbability`.
        AuditProbabilityNotSupported,
        /// The version's quote is above `max_fee`. Read `InferenceApi.quote` and allow at least that.
        FeeTooLow,
        /// The fee does not fit the balance type. Ask for fewer units.
        FeeOverflow,
        /// The requester cannot pay the escrow from its free balance. Fund the account, or ask for fewer seats or units.
        CannotHoldFee,
        /// No open request has this id. It may have ended: see `Receipts`.
        UnknownRequest,
        /// Only the requester may cancel its request. Sign with the account that submitted it.
        NotRequester,
        /// Its seats were drawn already: the request ends by itself.
        AlreadyDrawn,
        /// No item of the bundle can be taken any more. Read the seats' state and sign what is still open.
        NothingFresh,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(height: BlockNumberFor<T>) -> Weight {
            // While a migration runs the state may be of two versions at once: nothing may be touched.
            if T::TransactionsBarred::get() {
                return T::DbWeight::get().reads(1);
            }
            let mut meter = WeightMeter::with_limit(Self::sweep_limit());
            meter.consume(T::WeightInfo::on_initialize());
            let now = Self::tick();
            let current = T::Vrf::current();
            let last = LastVrf::<T>::get().filter(|(at, _)| at.saturating_add(One::one()) == height);
            LastVrf::<T>::set(current.map(|vrf| (height, vrf)));
            Sweep::<T>::new(last.map(|(_, vrf)| vrf).zip(current), &mut meter).run(now);
            meter.consumed()
        }

        fn offchain_worker(height: BlockNumberFor<T>) {
            Self::run_worker(height);
        }

        fn integrity_test() {
            Self::check_integrity();
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Asks a version. Holds the most that the answer can cost; what it costs less goes back at the end.
        ///
        /// Origin: signed by the requester. Events: [`Event::RequestSubmitted`]. The request's id is in the event.
        ///
        /// Errors: those of the version's terms (unknown, deprecated), [`Error::InputTooLong`], [`Error::InputEmpty`],
        /// [`Error::UnitsOutOfRange`], [`Error::AuditProbabilityNotSupported`], [`Error::FeeTooLow`],
        /// [`Error::FeeOverflow`], [`Error::CannotHoldFee`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::submit_request(input.len() as u32).saturating_add(Pallet::<T>::later_weight(*seats)))]
        pub fn submit_request(
            origin: OriginFor<T>,
            version: VersionId,
            input: Input,
            parameters: Parameters,
            seats: Seats,
            audit: Permill,
            max_fee: BalanceOf<T>,
        ) -> DispatchResult {
            let requester = ensure_signed(origin)?;
            Self::do_submit(requester, submit::Submission { version, input, parameters, seats, audit, max_fee })
        }

        /// Takes a request back before its seats are drawn. The whole escrow goes back.
        ///
        /// Origin: signed by the requester. Events: [`Event::RequestRefunded`].
        ///
        /// Errors: [`Error::UnknownRequest`], [`Error::NotRequester`], [`Error::AlreadyDrawn`].
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::cancel_request())]
        pub fn cancel_request(origin: OriginFor<T>, request: RequestId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_cancel(who, request)
        }

        /// Takes the commits of one worker key. Feeless; stale items are skipped.
        ///
        /// Origin: authorised by the worker key's signature of the bundle. Events: [`Event::Committed`],
        /// [`Event::RevealsOpened`]. Errors: [`Error::NothingFresh`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::commit(bundle.items.len() as u32))]
        #[pallet::weight_of_authorize(T::WeightInfo::authorize_commit(bundle.items.len() as u32))]
        #[pallet::authorize(Pallet::<T>::authorize_commit)]
        pub fn commit(origin: OriginFor<T>, bundle: CommitBundleOf<T>, _signature: WorkerSignature) -> DispatchResult {
            ensure_authorized(origin)?;
            Self::do_commit(bundle)
        }

        /// Takes the reveals of one worker key. Feeless; stale items are skipped. Anyone may relay it.
        ///
        /// Origin: authorised by the worker key's signature of the bundle. Events: [`Event::Revealed`],
        /// [`Event::RequestSettled`], [`Event::RequestRefunded`]. Errors: [`Error::NothingFresh`].
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::reveal(bundle.items.len() as u32, bundle.output_bytes()))]
        #[pallet::weight_of_authorize(T::WeightInfo::authorize_reveal(bundle.items.len() as u32, bundle.output_bytes()))]
        #[pallet::authorize(Pallet::<T>::authorize_reveal)]
        pub fn reveal(origin: OriginFor<T>, bundle: RevealBundleOf<T>, _signature: WorkerSignature) -> DispatchResult {
            ensure_authorized(origin)?;
            Self::do_reveal(bundle)
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// What a request holds in escrow. `None` if the version takes no requests.
        pub fn quote(version: VersionId, seats: Seats, max_units: Units) -> Option<BalanceOf<T>> {
            Self::read_quote(version, seats, max_units)
        }

        /// An open request with its committee.
        pub fn request(id: RequestId) -> Option<RequestOf<T>> {
            Requests::<T>::get(id)
        }

        /// The receipt of a request that has ended.
        pub fn receipt(id: RequestId) -> Option<ReceiptOf<T>> {
            Receipts::<T>::get(id)
        }

        /// The answer of a settled request, kept for a while after its end.
        pub fn answer(id: RequestId) -> Option<Answer> {
            Answers::<T>::get(id)
        }

        /// The open seats of a worker key.
        pub fn open_seats(key: WorkerKey) -> Vec<OpenSeat<T::AccountId, BalanceOf<T>, BlockNumberFor<T>>> {
            Self::read_open_seats(key)
        }
    }
}
