//! Hostile calls: each call with each wrong argument ends in the error that names it, and changes nothing.

mod chain;
mod hostile {
    pub mod bundles;
    pub mod case;
    pub mod inference;
    pub mod models;
    pub mod refusals;
    pub mod workers;
}

use frame_metadata::RuntimeMetadata;
use frame_support::dispatch::RawOrigin;
use hostile::case::{world, Case};
use sp_runtime::{traits::BadOrigin, traits::Dispatchable, DispatchError, ModuleError};
use std::collections::{BTreeMap, BTreeSet};
use votive_runtime::*;

/// The pallets of Votive.
const PALLETS: [&str; 3] = ["Models", "Workers", "Inference"];

/// Errors that no call ends in, and why.
const UNREACHABLE: [(&str, &str); 1] = [
    // A commit whose lock does not fit the bond is stale for the check, and skipped by the dispatch.
    ("Workers", "BondLocked"),
];

fn cases() -> Vec<Case> {
    [hostile::models::cases(), hostile::workers::cases(), hostile::inference::cases()].into_iter().flatten().collect()
}

/// Runs a test on the development chain. The cases are built there too, since signatures cover its genesis.
fn on_the_chain(test: impl FnOnce(Vec<Case>)) {
    world().execute_with(|| test(cases()));
}

#[test]
fn each_wrong_call_ends_in_its_error_and_changes_nothing() {
    on_the_chain(|cases| cases.into_iter().for_each(Case::check));
}

#[test]
fn no_call_takes_another_origin_than_its_own() {
    on_the_chain(|cases| {
        let calls: BTreeMap<String, RuntimeCall> = cases.into_iter().map(|case| (case.name(), case.call)).collect();
        let root = hostile::case::root();
        for (name, call) in calls {
            let is_bundle = ["Inference.commit", "Inference.reveal"].contains(&name.as_str());
            let stranger = if is_bundle { RawOrigin::Signed(hostile::case::nobody()) } else { RawOrigin::Authorized };
            for origin in [RawOrigin::None, RawOrigin::Root, stranger] {
                let outcome = call.clone().dispatch(origin.clone().into()).map_err(|refused| refused.error);
                assert_eq!(outcome.map(|_| ()), Err(BadOrigin.into()), "{name} by {origin:?}");
            }
        }
        assert!(hostile::case::root() == root);
    });
}

/// The names of the errors and of the calls of a pallet, by their indices, as the metadata has them.
fn described(pallet: &str) -> (u8, BTreeMap<u8, String>, BTreeSet<String>) {
    let RuntimeMetadata::V14(metadata) = Runtime::metadata().1 else { panic!("version 14") };
    let found = metadata.pallets.iter().find(|found| found.name == pallet).expect("the pallet exists");
    let variants = |id: u32| match &metadata.types.resolve(id).expect("the type is described").type_def {
        scale_info::TypeDef::Variant(variants) => variants.variants.clone(),
        other => panic!("errors and calls are enums, not {other:?}"),
    };
    let errors = variants(found.error.as_ref().expect("it has errors").ty.id);
    let calls = variants(found.calls.as_ref().expect("it has calls").ty.id);
    (
        found.index,
        errors.into_iter().map(|error| (error.index, error.name)).collect(),
        calls.into_iter().map(|call| format!("{pallet}.{}", call.name)).collect(),
    )
}

#[test]
fn every_call_and_every_error_of_the_pallets_has_a_case() {
    on_the_chain(|cases| {
        let called: BTreeSet<String> = cases.iter().map(Case::name).collect();
        let ended: BTreeSet<(u8, u8)> = cases
            .iter()
            .filter_map(|case| match case.refused {
                DispatchError::Module(ModuleError { index, error, .. }) => Some((index, error[0])),
                _ => None,
            })
            .collect();
        for pallet in PALLETS {
            let (index, errors, calls) = described(pallet);
            let missing: Vec<_> = calls.difference(&called).collect();
            assert!(missing.is_empty(), "calls without a case: {missing:?}");
            for (error, name) in errors {
                let is_unreachable = UNREACHABLE.contains(&(pallet, name.as_str()));
                assert_ne!(
                    ended.contains(&(index, error)),
                    is_unreachable,
                    "{pallet}.{name} needs exactly one of a case and a reason why it has none"
                );
            }
        }
    });
}
