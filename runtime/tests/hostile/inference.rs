//! Wrong calls of pallet-inference.

use super::{
    bundles::{commit, commit_of, open_seat, reveal, reveal_of, REQUEST},
    case::{account, authorised, case, nobody, take, Case},
};
use crate::chain::DIGITS;
use pallet_inference::{Call as AnyCall, Error as AnyError};
use pallet_models::Error as ModelsError;
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{Charlie, Dave, Eve};
use sp_runtime::Permill;
use votive_primitives::{ids::VersionId, request::Seats, Parameters};
use votive_runtime::{Balance, Runtime, VOT};

type Call = AnyCall<Runtime>;
type Error = AnyError<Runtime>;

pub fn cases() -> Vec<Case> {
    [submissions(), cancellations(), bundles()].into_iter().flatten().collect()
}

/// What a submission names.
struct Asked {
    version: VersionId,
    input: usize,
    units: u32,
    audit: u32,
    max_fee: Balance,
}

/// A good submission, with a change.
fn submission(change: impl FnOnce(&mut Asked)) -> Call {
    let mut asked = Asked { version: DIGITS, input: 64, units: 1, audit: 2, max_fee: 3 * VOT };
    change(&mut asked);
    Call::submit_request {
        version: asked.version,
        input: vec![0; asked.input].try_into().unwrap(),
        parameters: Parameters { max_units: asked.units, ..Default::default() },
        seats: Seats::Three,
        audit: Permill::from_percent(asked.audit),
        max_fee: asked.max_fee,
    }
}

fn submissions() -> Vec<Case> {
    let dave = account(Dave);
    let unknown = VersionId { model: 9, number: 1 };
    vec![
        case(&dave, submission(|asked| asked.version = unknown), ModelsError::<Runtime>::UnknownVersion),
        case(&dave, submission(|_| ()), ModelsError::<Runtime>::VersionDeprecated)
            .given(|| take(&account(Charlie), pallet_models::Call::deprecate_version { version: DIGITS })),
        case(&dave, submission(|asked| asked.input = 65), Error::InputTooLong),
        case(&dave, submission(|asked| asked.input = 0), Error::InputEmpty),
        case(&dave, submission(|asked| asked.units = 0), Error::UnitsOutOfRange),
        case(&dave, submission(|asked| asked.units = 2), Error::UnitsOutOfRange),
        case(&dave, submission(|asked| asked.audit = 0), Error::AuditProbabilityNotSupported),
        case(&dave, submission(|asked| asked.audit = 3), Error::AuditProbabilityNotSupported),
        case(&dave, submission(|asked| asked.max_fee = 3 * VOT - 1), Error::FeeTooLow),
        case(&nobody(), submission(|_| ()), Error::CannotHoldFee),
        // No price can be set that high; the check stands for the case that the limit is lifted.
        case(&dave, submission(|_| ()), Error::FeeOverflow).given(|| {
            pallet_models::Versions::<Runtime>::mutate(DIGITS.model, DIGITS.number, |version| {
                version.as_mut().unwrap().price.per_call = Balance::MAX;
            });
        }),
    ]
}

fn cancellations() -> Vec<Case> {
    let cancellation = |request| Call::cancel_request { request };
    vec![
        case(&account(Dave), cancellation(H256::zero()), Error::UnknownRequest),
        case(&account(Eve), cancellation(REQUEST), Error::NotRequester).given(open_seat),
        case(&account(Dave), cancellation(REQUEST), Error::AlreadyDrawn).given(open_seat),
    ]
}

/// What the check of bundles refuses, the dispatch would refuse too.
fn bundles() -> Vec<Case> {
    vec![
        authorised(commit(vec![]), Error::NothingFresh),
        authorised(commit(vec![commit_of(H256::zero(), 0)]), Error::NothingFresh),
        authorised(commit(vec![commit_of(REQUEST, 1)]), Error::NothingFresh).given(open_seat),
        authorised(reveal(vec![]), Error::NothingFresh),
        authorised(reveal(vec![reveal_of(H256::zero(), 0)]), Error::NothingFresh),
        authorised(reveal(vec![reveal_of(REQUEST, 0)]), Error::NothingFresh).given(open_seat),
    ]
}
