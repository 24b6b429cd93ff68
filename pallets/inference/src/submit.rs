//! Submission and cancellation of requests.

use crate::{
    agenda::Entry, payment, AccountIdOf, BalanceOf, Config, Counters, Error, Event, Pallet, RequestOf, Requests,
};
use frame_support::{ensure, pallet_prelude::*};
use sp_core::H256;
use sp_runtime::{
    traits::{One, Saturating},
    Permill,
};
use votive_primitives::{
    digest,
    ids::{RequestId, VersionId},
    pricing,
    receipt::RefundCause,
    request::{Input, Request, Seats, State},
    traits::ModelCatalogue,
    Parameters,
};

/// How many seat fees a commit locks at least.
const LOCK_SEAT_FEES: u32 = 64;

/// What the requester chose.
pub(crate) struct Submission<Balance> {
    pub version: VersionId,
    pub input: Input,
    pub parameters: Parameters,
    pub seats: Seats,
    pub audit: Permill,
    pub max_fee: Balance,
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_submit(requester: AccountIdOf<T>, asked: Submission<BalanceOf<T>>) -> DispatchResult {
        let terms = T::Catalogue::terms(asked.version)?;
        let Submission { version, input, parameters, seats, audit, max_fee } = asked;
        ensure!(!input.is_empty(), Error::<T>::InputEmpty);
        ensure!(input.len() as u32 <= terms.limits.max_input, Error::<T>::InputTooLong);
        ensure!((1..=terms.limits.max_units).contains(&parameters.max_units), Error::<T>::UnitsOutOfRange);
        ensure!(audit == T::AuditProbability::get(), Error::<T>::AuditProbabilityNotSupported);

        let seat_fee = pricing::seat_fee(&terms.price, parameters.max_units).ok_or(Error::<T>::FeeOverflow)?;
        let fee_floor = T::FeeFloor::get();
        let escrow = pricing::fee(&terms.price, seats.count(), parameters.max_units, fee_floor)
            .ok_or(Error::<T>::FeeOverflow)?;
        ensure!(escrow <= max_fee, Error::<T>::FeeTooLow);
        payment::hold_escrow::<T>(&requester, escrow)?;

        let counter = Counters::<T>::mutate(&requester, |count| {
            let counter = *count;
            *count = count.saturating_add(1);
            counter
        });
        let input_hash = digest::input_hash(&input);
        let genesis = Self::genesis();
        let id = H256(digest::request_id(&genesis.0, &requester, counter, &version, &input_hash, &parameters));
        let now = Self::now();
        let due = Self::schedule(now.saturating_add(One::one()), Entry::Request(id));
        let request = Request {
            requester: requester.clone(),
            version,
            package_root: terms.package_root,
            input,
            input_hash: H256(input_hash),
            parameters,
            seats,
            audit,
            price: terms.price,
            royalty: terms.royalty,
            fee_floor,
            limits: terms.limits,
            units_per_block: terms.units_per_block,
            escrow,
            lock: T::MinLock::get().max(seat_fee.saturating_mul(LOCK_SEAT_FEES.into())),
            submitted_at: frame_system::Pallet::<T>::block_number(),
            attempt: 0,
            operators: 0,
            state: State::Waiting { since: now, until: Self::after(Self::windows().waiting_blocks) },
            due,
            committee: Default::default(),
        };
        Requests::<T>::insert(id, request);
        Self::deposit_event(Event::RequestSubmitted { request: id, requester, version, escrow });
        Ok(())
    }

    pub(crate) fn do_cancel(who: AccountIdOf<T>, id: RequestId) -> DispatchResult {
        let request: RequestOf<T> = Requests::<T>::get(id).ok_or(Error::<T>::UnknownRequest)?;
        ensure!(request.requester == who, Error::<T>::NotRequester);
        let undrawn = matches!(request.state, State::Waiting { .. }) && request.attempt == 0;
        ensure!(undrawn, Error::<T>::AlreadyDrawn);
        Self::refund(id, request, RefundCause::Cancelled);
        Ok(())
    }

    /// Hash of the genesis block, which every id and signature covers.
    pub(crate) fn genesis() -> H256 {
        let hash = frame_system::Pallet::<T>::block_hash(frame_system::pallet_prelude::BlockNumberFor::<T>::default());
        let mut bytes = [0u8; 32];
        let taken = hash.as_ref().len().min(32);
        bytes.iter_mut().zip(hash.as_ref().iter().take(taken)).for_each(|(to, from)| *to = *from);
        H256(bytes)
    }
}
