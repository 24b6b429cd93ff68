//! Wrong calls of pallet-models.

use super::case::{account, case, nobody, take, Case};
use crate::chain::DIGITS;
use pallet_models::{Call as AnyCall, Error as AnyError, Models, NextModelId};
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{Charlie, Dave};
use sp_runtime::{DispatchError, MultiAddress, Permill, TokenError};
use votive_primitives::{
    ids::VersionId,
    model::{Architecture, Metadata, Price, VersionSpec},
};
use votive_runtime::{Balance, Runtime, VOT};

type Call = AnyCall<Runtime>;
type Error = AnyError<Runtime>;

const PRICE: Price<Balance> = Price { per_call: VOT, per_unit: 0 };
const UNKNOWN: VersionId = VersionId { model: 9, number: 1 };
const UNPUBLISHED: VersionId = VersionId { model: 0, number: 9 };
const FIFTEEN_PERCENT: u32 = 150_000;

pub fn cases() -> Vec<Case> {
    [registrations(), publications(), specs(), changes(), removals()].into_iter().flatten().collect()
}

fn metadata(name: &[u8]) -> Metadata {
    Metadata { name: name.to_vec().try_into().unwrap(), ..Default::default() }
}

fn registration(metadata: Metadata, royalty: u32) -> Call {
    Call::register_model { metadata, royalty: Permill::from_parts(royalty) }
}

fn registrations() -> Vec<Case> {
    let dave = account(Dave);
    let no_text = vec![0xff];
    let mut description = metadata(b"m");
    description.description = no_text.clone().try_into().unwrap();
    let mut tag = metadata(b"m");
    tag.tags = vec![no_text.try_into().unwrap()].try_into().unwrap();
    vec![
        case(&dave, registration(metadata(b""), 0), Error::NameEmpty),
        case(&dave, registration(metadata(b" \t"), 0), Error::NameEmpty),
        case(&dave, registration(metadata(&[0xff]), 0), Error::TextNotUtf8),
        case(&dave, registration(description, 0), Error::TextNotUtf8),
        case(&dave, registration(tag, 0), Error::TextNotUtf8),
        case(&dave, registration(metadata(b"m"), FIFTEEN_PERCENT + 1), Error::RoyaltyTooHigh),
        case(&nobody(), registration(metadata(b"m"), 0), TokenError::FundsUnavailable),
        case(&dave, registration(metadata(b"m"), 0), Error::IdsExhausted)
            .given(|| NextModelId::<Runtime>::put(u32::MAX)),
    ]
}

/// The spec of the digits version, which is a good one, with a change.
fn spec(change: impl FnOnce(&mut VersionSpec)) -> VersionSpec {
    let mut spec: VersionSpec = serde_json::from_str(include_str!("../../../models/digits/version.json")).unwrap();
    change(&mut spec);
    spec
}

fn publication(model: u32, spec: VersionSpec, price: Price<Balance>) -> Call {
    Call::publish_version { model, spec, price }
}

fn good() -> VersionSpec {
    spec(|_| ())
}

fn publications() -> Vec<Case> {
    let (charlie, dave) = (account(Charlie), account(Dave));
    let dear = |per_call, per_unit| publication(0, good(), Price { per_call, per_unit });
    vec![
        case(&charlie, publication(9, good(), PRICE), Error::UnknownModel),
        case(&dave, publication(0, good(), PRICE), Error::NotOwner),
        case(&charlie, dear(1_000_000 * VOT + 1, 0), Error::PriceTooHigh),
        case(&charlie, dear(0, 1_000_000 * VOT + 1), Error::PriceTooHigh),
        case(&nobody(), publication(0, good(), PRICE), TokenError::FundsUnavailable).given(|| {
            take(&account(Charlie), Call::transfer_model { model: 0, new_owner: nobody().into() });
        }),
        case(&charlie, publication(0, good(), PRICE), Error::TooManyVersions).given(|| {
            (1..pallet_models::MAX_VERSIONS).for_each(|_| take(&account(Charlie), publication(0, good(), PRICE)));
        }),
        case(&charlie, publication(0, good(), PRICE), Error::IdsExhausted).given(|| {
            Models::<Runtime>::mutate(0, |model| model.as_mut().unwrap().next_version = u32::MAX);
        }),
    ]
}

fn specs() -> Vec<Case> {
    let wrong = |change: fn(&mut VersionSpec), error: Error| {
        case(&account(Charlie), publication(0, spec(change), PRICE), error)
    };
    vec![
        wrong(|spec| spec.package_root = H256::zero(), Error::PackageRootZero),
        wrong(|spec| spec.package_size = 0, Error::PackageEmpty),
        wrong(|spec| spec.kernel_spec = 0, Error::UnknownKernelSpec),
        wrong(|spec| spec.limits.max_input = 0, Error::InputLimitZero),
        wrong(|spec| spec.limits.max_input = 4_097, Error::InputLimitTooHigh),
        wrong(|spec| spec.limits.max_output = 0, Error::OutputLimitZero),
        wrong(|spec| spec.limits.max_output = 4_097, Error::OutputLimitTooHigh),
        wrong(|spec| spec.limits.max_units = 0, Error::UnitLimitZero),
        wrong(|spec| spec.limits.max_units = 2, Error::UnitLimitAboveOne),
        wrong(
            |spec| (spec.architecture, spec.limits.max_units) = (Architecture::Llama, 1_025),
            Error::UnitLimitAboveOutput,
        ),
        wrong(|spec| spec.units_per_block = 0, Error::SpeedZero),
        wrong(|spec| spec.golden_vectors.clear(), Error::GoldenVectorsMissing),
    ]
}

fn deprecate_digits() {
    take(&account(Charlie), Call::deprecate_version { version: DIGITS });
}

fn changes() -> Vec<Case> {
    let (charlie, dave) = (account(Charlie), account(Dave));
    let price = |version, price| Call::set_price { version, price };
    let too_high = Price { per_call: 1_000_000 * VOT + 1, per_unit: 0 };
    let deprecation = |version| Call::deprecate_version { version };
    let transfer = |model, new_owner| Call::transfer_model { model, new_owner };
    vec![
        case(&charlie, price(UNKNOWN, PRICE), Error::UnknownModel),
        case(&dave, price(DIGITS, PRICE), Error::NotOwner),
        case(&charlie, price(UNPUBLISHED, PRICE), Error::UnknownVersion),
        case(&charlie, price(DIGITS, PRICE), Error::VersionDeprecated).given(deprecate_digits),
        case(&charlie, price(DIGITS, too_high), Error::PriceTooHigh),
        case(&charlie, deprecation(UNKNOWN), Error::UnknownModel),
        case(&dave, deprecation(DIGITS), Error::NotOwner),
        case(&charlie, deprecation(UNPUBLISHED), Error::UnknownVersion),
        case(&charlie, deprecation(DIGITS), Error::VersionDeprecated).given(deprecate_digits),
        case(&charlie, transfer(9, dave.clone().into()), Error::UnknownModel),
        case(&dave, transfer(0, nobody().into()), Error::NotOwner),
        case(&charlie, transfer(0, charlie.clone().into()), Error::AlreadyOwner),
        case(&charlie, transfer(0, MultiAddress::Raw(vec![1])), DispatchError::CannotLookup),
    ]
}

fn removals() -> Vec<Case> {
    let (charlie, dave) = (account(Charlie), account(Dave));
    let removal = |version| Call::remove_version { version };
    vec![
        case(&charlie, removal(UNKNOWN), Error::UnknownModel),
        case(&dave, removal(DIGITS), Error::NotOwner),
        case(&charlie, removal(UNPUBLISHED), Error::UnknownVersion),
        case(&charlie, removal(DIGITS), Error::VersionNotDeprecated),
        case(&charlie, removal(DIGITS), Error::VersionInUse).given(deprecate_digits),
        case(&charlie, Call::remove_model { model: 9 }, Error::UnknownModel),
        case(&dave, Call::remove_model { model: 0 }, Error::NotOwner),
        case(&charlie, Call::remove_model { model: 0 }, Error::ModelHasVersions),
    ]
}
