//! Small models of each architecture, end to end.

mod fixture;

use fixture::*;
use serde_json::json;
use std::thread;
use votive_digest::{AnswerCode, Parameters};
use votive_engine::{Completion, Engine, Package};

fn run(folder: &std::path::Path, input: &[u8]) -> Completion {
    let package = Package::load(folder, None, &Default::default()).expect("the package loads");
    package.run(input, &Parameters::default()).expect("the package runs")
}

/// `[1, 2, 3, 4] · 0.25`, through weights whose results are exact in f32: the hidden row is `[2.5, 0]`.
fn exact_mlp() -> (Store, std::path::PathBuf) {
    let layers = json!([
        { "type": "linear", "weight": "w1" }, { "type": "relu" },
        { "type": "linear", "weight": "w2", "bias": "b2" },
    ]);
    let weights = safetensors(&[
        f32_tensor("w1", &[2, 4], &[1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0]),
        f32_tensor("w2", &[3, 2], &[2.0, 1.0, -2.0, 1.0, 0.0, 1.0]),
        f32_tensor("b2", &[3], &[0.5, 0.0, 0.0]),
    ]);
    let store = Store::new();
    let folder =
        store.add("m", &manifest("mlp", json!({ "dtype": "u8", "shape": [4], "scale": 0.25 }), 3, layers), &weights);
    (store, folder)
}

#[test]
fn an_mlp_gives_what_its_layers_say() {
    let (_store, folder) = exact_mlp();
    let completion = run(&folder, &[1, 2, 3, 4]);
    assert_eq!(completion.code, AnswerCode::Complete);
    assert_eq!(completion.output, f32_bytes(&[5.5, -5.0, 0.0]));
    assert_eq!(completion.units, 1);
}

#[test]
fn the_trace_is_the_hash_of_the_last_weighted_layers_input() {
    let (_store, folder) = exact_mlp();
    assert_eq!(run(&folder, &[1, 2, 3, 4]).trace, votive_digest::trace(&f32_bytes(&[2.5, 0.0])));
}

#[test]
fn the_hashes_of_a_completion_are_those_of_the_digest_crate() {
    let (_store, folder) = exact_mlp();
    let completion = run(&folder, &[1, 2, 3, 4]);
    let answer = votive_digest::answer_hash(completion.code, &completion.output);
    let trace = votive_digest::trace_hash(&completion.trace);
    assert_eq!(completion.answer_hash(), answer);
    assert_eq!(completion.trace_hash(), trace);
    assert_eq!(completion.digest(&[9; 32]), votive_digest::digest(&[9; 32], &answer, 1, &trace));
    assert_eq!(completion.golden_digest(), votive_digest::golden_digest(&answer, 1, &trace));
}

#[test]
fn an_mlp_with_softmax_gives_probabilities() {
    let store = Store::new();
    let completion = run(&store.add("m", &mlp_manifest(), &mlp_weights()), &[1, 2, 3, 4]);
    let values: Vec<f32> = completion.output.chunks(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    assert_eq!(values.len(), 3);
    assert!((values.iter().sum::<f32>() - 1.0).abs() < 1e-6);
}

#[test]
fn a_cnn_gives_what_its_layers_say() {
    let layers = json!([
        { "type": "conv2d", "weight": "c", "stride": 1, "padding": 0 }, { "type": "max_pool2d", "kernel": 2, "stride": 1 },
        { "type": "flatten" }, { "type": "linear", "weight": "w" },
    ]);
    let weights =
        safetensors(&[f32_tensor("c", &[1, 1, 2, 2], &[1.0, 0.0, 0.0, 1.0]), f32_tensor("w", &[1, 1], &[0.5])]);
    let store = Store::new();
    let manifest = manifest("cnn", json!({ "dtype": "u8", "shape": [1, 3, 3] }), 1, layers);
    let completion = run(&store.add("c", &manifest, &weights), &[1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // The diagonal sums are 6, 8, 12 and 14.
    assert_eq!(completion.output, f32_bytes(&[7.0]));
    assert_eq!(completion.trace, votive_digest::trace(&f32_bytes(&[14.0])));
}

#[test]
fn an_int8_layer_gives_what_it_says() {
    let layers = json!([{ "type": "linear", "weight": "w", "scales": "s", "bias": "b" }]);
    let weights = safetensors(&[
        i8_tensor("w", &[2, 2], &[1, 2, -3, 4]),
        f32_tensor("s", &[2], &[0.5, 2.0]),
        f32_tensor("b", &[2], &[1.0, 0.0]),
    ]);
    let store = Store::new();
    let manifest = manifest("mlp", json!({ "dtype": "u8", "shape": [2] }), 2, layers);
    // The largest magnitude is 127, so the quantised row is the row itself.
    assert_eq!(run(&store.add("q", &manifest, &weights), &[127, 64]).output, f32_bytes(&[128.5, -250.0]));
}

#[test]
fn a_negative_zero_is_answered_as_zero() {
    let layers = json!([{ "type": "linear", "weight": "w" }, { "type": "tanh" }]);
    let weights = safetensors(&[f32_tensor("w", &[1, 1], &[-f32::MIN_POSITIVE])]);
    let store = Store::new();
    let manifest = manifest("mlp", json!({ "dtype": "f32", "shape": [1] }), 1, layers);
    let completion = run(&store.add("z", &manifest, &weights), &f32_bytes(&[f32::MIN_POSITIVE]));
    assert_eq!(completion.output, [0; 4]);
}

#[test]
fn an_input_of_another_length_is_a_completion_without_output() {
    let store = Store::new();
    let folder = store.add("m", &mlp_manifest(), &mlp_weights());
    for input in [&[][..], &[1, 2, 3], &[1, 2, 3, 4, 5]] {
        let completion = run(&folder, input);
        assert_eq!(completion.code, AnswerCode::InputMismatch);
        assert_eq!((completion.output.len(), completion.units), (0, 1));
        assert_eq!(completion.trace, votive_digest::trace(&[]));
    }
}

#[test]
fn an_input_that_is_not_finite_is_a_completion_without_output() {
    let store = Store::new();
    let folder = store.add("c", &cnn_manifest(), &cnn_weights());
    for value in [f32::NAN, f32::INFINITY] {
        let mut input = [0.0; 36];
        input[35] = value;
        let completion = run(&folder, &f32_bytes(&input));
        assert_eq!((completion.code, completion.output.len()), (AnswerCode::NotFinite, 0));
        assert_eq!(completion.trace, votive_digest::trace(&[]));
    }
}

#[test]
fn an_overflow_inside_of_a_layer_is_a_completion_without_output() {
    let store = Store::new();
    let folder = store.add("c", &cnn_manifest(), &cnn_weights());
    assert_eq!(run(&folder, &f32_bytes(&[f32::MAX; 36])).code, AnswerCode::NotFinite);
}

#[test]
fn repeated_runs_and_two_threads_give_the_same_bytes() {
    let store = Store::new();
    let mlp = root(&store.add("mlp", &mlp_manifest(), &mlp_weights()));
    let cnn = root(&store.add("cnn", &cnn_manifest(), &cnn_weights()));
    let image: Vec<f32> = (0..36).map(|value| value as f32 * 0.37 - 5.0).collect();
    let image = f32_bytes(&image);
    let engine = store.engine();
    let run = |engine: &Engine| {
        let of = |root, input: &[u8]| engine.run(root, input, &Parameters::default()).expect("runs");
        (of(&mlp, &[9, 8, 7, 6]), of(&cnn, &image))
    };
    let first = run(&engine);
    assert_eq!(first, run(&engine));
    assert_eq!(first, run(&store.engine()));
    thread::scope(|scope| {
        let threads = [(); 2].map(|()| scope.spawn(|| (0..20).map(|_| run(&engine)).collect::<Vec<_>>()));
        for thread in threads {
            assert!(thread.join().expect("the thread ends").iter().all(|again| *again == first));
        }
    });
}

#[test]
fn the_seeded_models_keep_their_golden_digests() {
    let store = Store::new();
    let mlp = run(&store.add("mlp", &mlp_manifest(), &mlp_weights()), &[9, 8, 7, 6]);
    let cnn = run(&store.add("cnn", &cnn_manifest(), &cnn_weights()), &f32_bytes(&[0.5; 36]));
    let digests = [mlp, cnn].map(|completion| votive_engine::hex_hash(&completion.golden_digest()));
    assert_eq!(
        digests,
        [
            "37974d39e8292f1e4789dca87dba8d3d7d2991f686a443b5118a4c092769cb99",
            "410ee3306f96abe8fff36db0b31944db1239cf6f4f867c499bfef3fd6b418df5"
        ]
    );
}
