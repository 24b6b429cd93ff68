//! The catalogue that other pallets read, and the views that dApps read.

use crate::{catalogue::MAX_IDS_PER_PAGE, mock::*, Error, NextModelId};
use frame_support::{assert_noop, assert_ok};
use votive_primitives::{
    ids::{ModelId, VersionId},
    traits::{ModelCatalogue, VersionTerms},
    views::{VersionView, MAX_PAGE},
};

type Catalogue = ModelRegistry;

fn ids_of(from: ModelId, limit: u32) -> Vec<ModelId> {
    ModelRegistry::models(from, limit).into_iter().map(|model| model.id).collect()
}

#[test]
fn terms_are_those_of_the_version_and_its_model() {
    build_and_execute(|| {
        let model = register(ALICE);
        let version = publish(ALICE, model);
        let terms = VersionTerms {
            package_root: spec().package_root,
            price: PRICE,
            royalty: ROYALTY,
            limits: spec().limits,
            units_per_block: spec().units_per_block,
        };
        assert_eq!(<Catalogue as ModelCatalogue<_>>::terms(version), Ok(terms));
    });
}

#[test]
fn terms_fail_with_the_reason() {
    build_and_execute(|| {
        let model = register(ALICE);
        let version = publish(ALICE, model);
        assert_noop!(
            <Catalogue as ModelCatalogue<_>>::terms(VersionId { model, number: 2 }),
            Error::<Test>::UnknownVersion
        );
        assert_ok!(ModelRegistry::deprecate_version(signed(ALICE), version));
        assert_noop!(<Catalogue as ModelCatalogue<_>>::terms(version), Error::<Test>::VersionDeprecated);
    });
}

#[test]
fn a_model_that_is_unknown_has_no_owner() {
    build_and_execute(|| {
        assert_eq!(<Catalogue as ModelCatalogue<_>>::owner(0), None);
        assert_eq!(ModelRegistry::model(0), None);
    });
}

#[test]
fn a_view_shows_the_model_with_its_versions_oldest_first() {
    build_and_execute(|| {
        let model = register(ALICE);
        let versions = [publish(ALICE, model), publish(ALICE, model), publish(ALICE, model)];
        assert_ok!(ModelRegistry::deprecate_version(signed(ALICE), versions[0]));
        assert_ok!(ModelRegistry::deprecate_version(signed(ALICE), versions[1]));
        assert_ok!(ModelRegistry::remove_version(signed(ALICE), versions[1]));

        let view = ModelRegistry::model(model).unwrap();
        assert_eq!((view.id, view.owner, view.royalty, view.metadata), (model, ALICE, ROYALTY, metadata()));
        let expected = |id, deprecated| VersionView { id, spec: spec(), price: PRICE, deprecated };
        assert_eq!(view.versions, vec![expected(versions[0], true), expected(versions[2], false)]);
    });
}

#[test]
fn a_page_starts_where_it_is_asked_to_and_ends_at_its_limit() {
    build_and_execute(|| {
        for _ in 0..5 {
            register(ALICE);
        }
        assert_eq!(ids_of(0, 2), vec![0, 1]);
        assert_eq!(ids_of(2, 100), vec![2, 3, 4]);
        assert_eq!(ids_of(0, 0), Vec::<ModelId>::new());
        assert_eq!(ids_of(5, 10), Vec::<ModelId>::new());
        assert_eq!(ids_of(u32::MAX, u32::MAX), Vec::<ModelId>::new());
    });
}

#[test]
fn a_page_skips_models_that_were_removed() {
    build_and_execute(|| {
        for _ in 0..4 {
            register(ALICE);
        }
        assert_ok!(ModelRegistry::remove_model(signed(ALICE), 1));
        assert_ok!(ModelRegistry::remove_model(signed(ALICE), 2));
        assert_eq!(ids_of(0, 2), vec![0, 3]);
    });
}

#[test]
fn a_page_is_never_longer_than_the_longest() {
    build_and_execute(|| {
        for _ in 0..=MAX_PAGE {
            register(ALICE);
        }
        assert_eq!(ids_of(0, u32::MAX).len(), MAX_PAGE as usize);
    });
}

#[test]
fn a_page_ends_in_a_wide_gap() {
    build_and_execute(|| {
        register(ALICE);
        NextModelId::<Test>::put(MAX_IDS_PER_PAGE);
        let beyond = register(ALICE);

        assert_eq!(ids_of(0, 10), vec![0]);
        assert_eq!(ids_of(1, 10), vec![beyond]);
        assert_eq!(ids_of(MAX_IDS_PER_PAGE, 10), vec![beyond]);
    });
}
