//! Wrong calls of pallet-workers.

use super::case::{account, case, free_key, nobody, operator, operator_pair, take, Case};
use crate::chain::DIGITS;
use pallet_models::Error as ModelsError;
use pallet_workers::{Call as AnyCall, Error as AnyError, Served, Servers, Workers, MAX_SERVED};
use parameters::{dynamic::workers, RuntimeParameters};
use sp_core::Pair;
use sp_keyring::Sr25519Keyring::{Charlie, Dave};
use sp_runtime::TokenError;
use votive_primitives::{ids::VersionId, model::MAX_WORKERS_PER_VERSION};
use votive_runtime::*;

type Call = AnyCall<Runtime>;
type Error = AnyError<Runtime>;

const BOND: Balance = 5_000 * VOT;
const UNKNOWN: VersionId = VersionId { model: 9, number: 1 };

pub fn cases() -> Vec<Case> {
    [bonds(), keys(), serving(), capacities(), leaving()].into_iter().flatten().collect()
}

fn unbond() {
    take(&operator(), Call::unbond {});
}

fn deprecate_digits() {
    take(&account(Charlie), pallet_models::Call::deprecate_version { version: DIGITS });
}

fn bonds() -> Vec<Case> {
    let (dave, operator) = (account(Dave), operator());
    let registration = |bond, of: &AccountId| {
        let (key, proof) = free_key(of);
        Call::register_worker { bond, key, proof }
    };
    let (key, proof) = (operator_pair().public(), free_key(&dave).1);
    let extra = |amount| Call::bond_extra { amount };
    vec![
        case(&operator, registration(BOND, &operator), Error::AlreadyRegistered),
        case(&dave, registration(BOND - 1, &dave), Error::BondTooLow),
        case(&dave, Call::register_worker { bond: BOND, key, proof }, Error::KeyInUse),
        case(&dave, registration(BOND, &operator), Error::InvalidProof),
        case(&dave, registration(2_000_000 * VOT, &dave), TokenError::FundsUnavailable),
        case(&dave, extra(VOT), Error::UnknownWorker),
        case(&operator, extra(VOT), Error::Unbonding).given(unbond),
        case(&operator, extra(0), Error::NothingToBond),
        case(&operator, extra(2_000_000 * VOT), TokenError::FundsUnavailable),
    ]
}

fn keys() -> Vec<Case> {
    let (dave, operator) = (account(Dave), operator());
    let rotation = |of: &AccountId| {
        let (key, proof) = free_key(of);
        Call::rotate_key { key, proof }
    };
    let own = Call::rotate_key { key: operator_pair().public(), proof: free_key(&operator).1 };
    vec![
        case(&dave, rotation(&dave), Error::UnknownWorker),
        case(&operator, own, Error::KeyInUse),
        case(&operator, rotation(&dave), Error::InvalidProof),
    ]
}

/// As many versions as a worker can serve, none of which needs to exist for the case.
fn serve_all() {
    let all: Vec<_> = (0..MAX_SERVED).map(|number| VersionId { model: 7, number }).collect();
    Served::<Runtime>::insert(operator(), frame_support::BoundedVec::try_from(all).unwrap());
}

/// As many active workers on the version as fit, and another worker that wants to serve it.
fn fill_version() {
    let worker = Workers::<Runtime>::get(operator()).unwrap();
    let others: Vec<AccountId> = (0..MAX_WORKERS_PER_VERSION).map(|number| [number as u8; 32].into()).collect();
    others.iter().for_each(|other| Workers::<Runtime>::insert(other, worker.clone()));
    Servers::<Runtime>::insert(DIGITS, frame_support::BoundedVec::try_from(others).unwrap());
    Served::<Runtime>::remove(operator());
}

fn serving() -> Vec<Case> {
    let (dave, operator) = (account(Dave), operator());
    let serve = |version| Call::serve { version };
    let unserve = |version| Call::unserve { version };
    let closed = |operator: &AccountId, version| Call::unserve_closed { operator: operator.clone(), version };
    vec![
        case(&dave, serve(DIGITS), Error::UnknownWorker),
        case(&operator, serve(DIGITS), Error::Unbonding).given(unbond),
        case(&operator, serve(DIGITS), Error::AlreadyServed),
        case(&operator, serve(DIGITS), Error::TooManyVersions).given(serve_all),
        case(&operator, serve(DIGITS), Error::VersionFull).given(fill_version),
        case(&operator, serve(UNKNOWN), ModelsError::<Runtime>::UnknownVersion),
        case(&operator, serve(DIGITS), ModelsError::<Runtime>::VersionDeprecated).given(deprecate_digits),
        case(&dave, unserve(DIGITS), Error::UnknownWorker),
        case(&operator, unserve(UNKNOWN), Error::NotServed),
        case(&dave, closed(&operator, DIGITS), Error::VersionOpen),
        case(&dave, closed(&nobody(), DIGITS), Error::UnknownWorker).given(deprecate_digits),
        case(&dave, closed(&operator, UNKNOWN), Error::NotServed),
    ]
}

fn capacities() -> Vec<Case> {
    let (dave, operator) = (account(Dave), operator());
    let capacity = |capacity| Call::set_capacity { capacity };
    vec![
        case(&dave, capacity(1), Error::UnknownWorker),
        case(&operator, capacity(0), Error::CapacityZero),
        case(&operator, capacity(257), Error::CapacityTooHigh),
        case(&dave, Call::chill {}, Error::UnknownWorker),
        case(&operator, Call::chill {}, Error::AlreadyChilled).given(|| take(&self::operator(), Call::chill {})),
        case(&dave, Call::activate {}, Error::UnknownWorker),
        case(&operator, Call::activate {}, Error::NotChilled),
        case(&operator, Call::activate {}, Error::Unbonding).given(|| {
            take(&self::operator(), Call::chill {});
            unbond();
        }),
        case(&operator, Call::activate {}, Error::BondTooLow).given(|| {
            take(&self::operator(), Call::chill {});
            let dear = workers::Parameters::MinBond(workers::MinBond, Some(50_001 * VOT));
            Parameters::set_parameter(RuntimeOrigin::root(), RuntimeParameters::Workers(dear)).unwrap();
        }),
    ]
}

fn leaving() -> Vec<Case> {
    let (dave, operator) = (account(Dave), operator());
    vec![
        case(&dave, Call::unbond {}, Error::UnknownWorker),
        case(&operator, Call::unbond {}, Error::Unbonding).given(unbond),
        case(&dave, Call::cancel_unbond {}, Error::UnknownWorker),
        case(&operator, Call::cancel_unbond {}, Error::NotUnbonding),
    ]
}
