//! The store and the engine over it: finding, keeping and refusing packages.

mod fixture;

use fixture::*;
use serde_json::json;
use std::time::Duration;
use votive_digest::{Hash, Parameters};
use votive_engine::{
    Budget, Cancel, Engine, EngineError, EngineLimits, EngineUsage, GoldenError, PackageError, PackageStore, RunError,
    Stopped, StoreError,
};

#[test]
fn a_package_is_found_by_the_root_that_its_folder_is_named_by() {
    let store = Store::new();
    let folder = store.add("other", &mlp_manifest(), &mlp_weights());
    let root = root(&folder);
    let named = store.folder.path().join(votive_engine::hex_hash(&root));
    std::fs::rename(&folder, &named).expect("renamed");
    assert_eq!(store.open().locate(&root).expect("found"), named);
}

#[test]
fn a_package_is_found_whatever_its_folder_is_named() {
    let store = Store::new();
    let folder = store.add("any name", &mlp_manifest(), &mlp_weights());
    assert_eq!(store.open().locate(&root(&folder)).expect("found"), folder);
}

#[test]
fn a_package_that_is_dropped_in_later_is_found() {
    let store = Store::new();
    let opened = store.open();
    assert!(matches!(opened.locate(&[1; 32]), Err(StoreError::Unknown { .. })));
    let folder = store.add("late", &mlp_manifest(), &mlp_weights());
    assert_eq!(opened.locate(&root(&folder)).expect("found"), folder);
}

#[test]
fn a_package_that_changed_is_no_longer_found_by_its_old_root() {
    let store = Store::new();
    let folder = store.add("package", &mlp_manifest(), &mlp_weights());
    let (opened, old) = (store.open(), root(&folder));
    opened.locate(&old).expect("found");
    write(&folder, "golden.json", br#"{"vectors":[{"input":"0011"}]}"#);
    assert!(matches!(opened.locate(&old), Err(StoreError::Unknown { root, .. }) if root == old));
    assert_eq!(opened.locate(&root(&folder)).expect("found"), folder);
}

#[test]
fn folders_that_are_no_packages_are_counted_in_the_message() {
    let store = Store::new();
    write(&store.add("bad", &mlp_manifest(), &mlp_weights()), "model.pt", b"");
    let error = store.open().locate(&[1; 32]).expect_err("unknown");
    assert!(matches!(error, StoreError::Unknown { refused: 1, .. }));
    assert!(error.to_string().contains("1 other folders are no packages"));
}

#[test]
fn a_folder_without_a_manifest_is_no_package() {
    let store = Store::new();
    let folder = store.add("bad", &mlp_manifest(), &mlp_weights());
    std::fs::remove_file(folder.join("manifest.json")).expect("removed");
    assert!(matches!(store.open().locate(&root(&folder)), Err(StoreError::Unknown { refused: 1, .. })));
}

#[test]
fn a_store_that_does_not_exist_is_refused() {
    let store = Store::new();
    let error = PackageStore::open(store.folder.path().join("nowhere")).expect_err("refused");
    assert!(matches!(error, StoreError::Io { .. }));
}

#[test]
fn an_unknown_package_is_an_error_and_not_an_answer() {
    let error = Store::new().engine().run(&[3; 32], &[], &Parameters::default()).expect_err("unknown");
    assert!(matches!(error, EngineError::Store(StoreError::Unknown { .. })));
    assert_eq!(error.cause(), "unknown_package");
}

#[test]
fn a_folder_that_is_named_by_a_root_it_does_not_have_is_refused() {
    let store = Store::new();
    store.add(&"00".repeat(32), &mlp_manifest(), &mlp_weights());
    let error = store.engine().run(&[0; 32], &[], &Parameters::default()).expect_err("refused");
    assert!(matches!(error, EngineError::Package(PackageError::WrongRoot { .. })));
    assert_eq!(error.cause(), "wrong_root");
}

#[test]
fn a_loaded_package_runs_without_its_folder() {
    let store = Store::new();
    let folder = store.add("package", &mlp_manifest(), &mlp_weights());
    let (engine, root) = (store.engine(), root(&folder));
    let first = engine.run(&root, &[1, 2, 3, 4], &Parameters::default()).expect("runs");
    std::fs::remove_dir_all(&folder).expect("removed");
    assert_eq!(engine.run(&root, &[1, 2, 3, 4], &Parameters::default()).expect("runs"), first);
}

/// Two packages that declare 6,000 bytes each, an engine that may spend `max_memory_bytes`, and both have run.
fn two_packages(max_memory_bytes: u64) -> (Store, Engine, [Hash; 2]) {
    let store = Store::new();
    let roots = [("mlp", mlp_manifest(), mlp_weights()), ("cnn", cnn_manifest(), cnn_weights())].map(
        |(name, mut manifest, weights)| {
            manifest["limits"]["memory_bytes"] = 6000.into();
            root(&store.add(name, &manifest, &weights))
        },
    );
    let limits = EngineLimits { max_memory_bytes, ..EngineLimits::default() };
    let engine = Engine::new(store.open(), limits);
    for root in &roots {
        engine.run(root, &[], &Parameters::default()).expect("runs");
    }
    std::fs::remove_dir_all(store.folder.path().join("mlp")).expect("removed");
    (store, engine, roots)
}

#[test]
fn packages_that_fit_the_memory_stay_loaded() {
    let (_store, engine, roots) = two_packages(12_000);
    assert!(engine.run(&roots[0], &[], &Parameters::default()).is_ok());
}

#[test]
fn the_package_unused_longest_makes_room_for_another() {
    let (_store, engine, roots) = two_packages(6000);
    let error = engine.run(&roots[0], &[], &Parameters::default()).expect_err("its folder is gone");
    assert!(matches!(error, EngineError::Store(StoreError::Unknown { .. })));
    assert!(engine.run(&roots[1], &[], &Parameters::default()).is_ok());
}

#[test]
fn golden_vectors_that_hold_are_counted() {
    let store = Store::new();
    let folder = store.add("package", &mlp_manifest(), &mlp_weights());
    let answer = store.engine().run(&root(&folder), &[5, 6, 7, 8], &Parameters::default()).expect("runs");
    let digest = format!("0x{}", votive_engine::hex_hash(&answer.golden_digest()));
    let vectors = json!({ "vectors": [{ "input": "05060708", "digest": digest }] });
    write(&folder, "golden.json", vectors.to_string().as_bytes());
    assert_eq!(store.engine().check_golden(&root(&folder)).expect("they hold"), 1);
}

#[test]
fn a_golden_vector_that_does_not_hold_is_an_error() {
    let store = Store::new();
    let folder = store.add("package", &mlp_manifest(), &mlp_weights());
    let vectors = json!({ "vectors": [{ "input": "05060708", "digest": format!("0x{}", "22".repeat(32)) }] });
    write(&folder, "golden.json", vectors.to_string().as_bytes());
    let error = store.engine().check_golden(&root(&folder)).expect_err("it does not hold");
    assert!(
        matches!(&error, EngineError::Golden(GoldenError::Mismatch { index: 0, expected, .. }) if *expected == [0x22; 32])
    );
    assert_eq!(error.cause(), "golden");
}

#[test]
fn a_golden_vector_without_a_digest_is_an_error() {
    let store = Store::new();
    let folder = store.add("package", &mlp_manifest(), &mlp_weights());
    let error = store.engine().check_golden(&root(&folder)).expect_err("no digest");
    assert!(matches!(error, EngineError::Golden(GoldenError::NoDigest(0))));
    assert!(error.to_string().contains("pack --golden"));
}

#[test]
fn a_call_ends_before_its_next_layer_when_its_time_is_over_or_it_is_cancelled() {
    let store = Store::new();
    let root = root(&store.add("mlp", &mlp_manifest(), &mlp_weights()));
    let (engine, cancel) = (store.engine(), Cancel::default());
    let run = |budget: &Budget| engine.run_within(&root, &[1, 2, 3, 4], &Parameters::default(), budget);
    let stopped = |run| match run {
        Err(EngineError::Run(RunError::Stopped(stopped))) => stopped,
        other => panic!("{other:?}"),
    };
    assert_eq!(stopped(run(&Budget::new(Duration::ZERO, Cancel::default()))), Stopped::TimeLimit);
    let budget = Budget::new(Duration::from_secs(3600), cancel.clone());
    assert!(run(&budget).is_ok());
    cancel.cancel();
    assert_eq!(stopped(run(&budget)), Stopped::Cancelled);
}

#[test]
fn usage_tells_what_is_loaded_and_how_often_it_was() {
    let store = Store::new();
    let root = root(&store.add("mlp", &mlp_manifest(), &mlp_weights()));
    let engine = store.engine();
    assert_eq!(engine.usage(), EngineUsage::default());
    for _ in 0..3 {
        engine.run(&root, &[1, 2, 3, 4], &Parameters::default()).expect("it runs");
    }
    let usage = engine.usage();
    assert_eq!((usage.cache_hits, usage.cache_misses), (2, 1));
    assert!(usage.package_bytes > 0);
}
