//! A small bert, end to end.

mod fixture;

use fixture::bert::*;
use fixture::bert_reference::reference;
use fixture::*;
use std::path::Path;
use std::thread;
use votive_digest::{AnswerCode, Parameters};
use votive_engine::{Completion, Engine, Manifest, Package};

const TOKENS: [u32; 5] = [2, 7, 0, 19, 3];

fn run(folder: &Path, input: &[u8]) -> Completion {
    let package = Package::load(folder, None, &Default::default()).expect("the package loads");
    package.run(input, &Parameters::default()).expect("the package runs")
}

fn sound() -> (Store, std::path::PathBuf) {
    let store = Store::new();
    let folder = store.add("bert", &bert_manifest(), &bert_weights());
    (store, folder)
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

#[test]
fn an_epsilon_is_the_float_nearest_to_its_decimal() {
    // A decimal that a hasty parser takes for the next float but one; written again, it would move each time.
    let decimal = "1.9426898413077071e18";
    let manifest = bert_manifest().to_string().replace(r#""epsilon":1e-12"#, &format!(r#""epsilon":{decimal}"#));
    let read = Manifest::parse(manifest.as_bytes()).expect("a sound manifest").bert.expect("the sizes");
    assert_eq!(Some(read.epsilon), decimal.parse().ok());
}

#[test]
fn an_embedding_is_near_the_reference_in_f64() {
    let (_store, folder) = sound();
    for tokens in [&TOKENS[..], &[5], &[0; MAX_TOKENS]] {
        let completion = run(&folder, &ids(tokens));
        assert_eq!((completion.code, completion.units), (AnswerCode::Complete, 1));
        assert_near(&floats(&completion.output), &reference(&bert_tensors(), tokens));
    }
}

#[test]
fn an_embedding_of_int8_weights_is_near_the_reference_in_f64() {
    let store = Store::new();
    let dense_only = |tensor: Raw| match tensor.name.starts_with("encoder") && tensor.shape.len() == 2 {
        true => quantised(&tensor).into_iter().collect(),
        false => vec![tensor],
    };
    let all = all_quantised(bert_tensors());
    let dense: Vec<Raw> = bert_tensors().into_iter().flat_map(dense_only).collect();
    for (name, tensors) in [("all", all), ("dense", dense)] {
        let folder = store.add(name, &bert_manifest(), &safetensors(&tensors));
        for tokens in [&TOKENS[..], &[5], &[0; MAX_TOKENS]] {
            assert_near(&floats(&run(&folder, &ids(tokens)).output), &reference(&tensors, tokens));
        }
    }
}

#[test]
fn the_seeded_bert_of_int8_keeps_its_golden_digest() {
    let store = Store::new();
    let folder = store.add("i8", &bert_manifest(), &safetensors(&all_quantised(bert_tensors())));
    let digest = votive_engine::hex_hash(&run(&folder, &ids(&TOKENS)).golden_digest());
    assert_eq!(digest, "0cfeaa2d07f282bc2736e84861ed5d4991f8bd4c26aa9ed31f7cf876b7112679");
}

#[test]
fn weights_of_bf16_answer_as_the_f32_that_they_stand_for() {
    let store = Store::new();
    let mut both: [Vec<Raw>; 2] = [Vec::new(), Vec::new()];
    for tensor in bert_tensors() {
        both.iter_mut().zip(shortened(&tensor)).for_each(|(tensors, raw)| tensors.push(raw));
    }
    let [short, long] = both.map(|tensors| safetensors(&tensors));
    assert!(short.len() < long.len());
    let answer = |name, weights: &[u8]| run(&store.add(name, &bert_manifest(), weights), &ids(&TOKENS));
    assert_eq!(answer("bf16", &short), answer("f32", &long));
}

fn assert_near(embedding: &[f32], expected: &[f64]) {
    assert_eq!(embedding.len(), expected.len());
    for (value, expected_value) in embedding.iter().zip(expected) {
        assert!((f64::from(*value) - expected_value).abs() < 1e-5, "{embedding:?} is not near {expected:?}");
    }
}

#[test]
fn the_seeded_bert_keeps_its_golden_digest() {
    let (_store, folder) = sound();
    let digest = votive_engine::hex_hash(&run(&folder, &ids(&TOKENS)).golden_digest());
    assert_eq!(digest, "89aa897587873b5c314a3950ed6e4feb86d4e11322170c4eea1787285fce317d");
}

#[test]
fn an_embedding_that_is_not_normalised_points_the_same_way() {
    let mut manifest = bert_manifest();
    manifest["bert"]["normalise"] = false.into();
    let store = Store::new();
    let plain = floats(&run(&store.add("plain", &manifest, &bert_weights()), &ids(&TOKENS)).output);
    let length = plain.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
    assert!((length - 1.0).abs() > 0.01, "the length is {length}");
    for (value, expected) in plain.iter().zip(reference(&bert_tensors(), &TOKENS)) {
        assert!((f64::from(*value) / length - expected).abs() < 1e-5);
    }
}

#[test]
fn the_order_of_tokens_changes_the_embedding() {
    let (_store, folder) = sound();
    assert_ne!(run(&folder, &ids(&[4, 9])).output, run(&folder, &ids(&[9, 4])).output);
}

#[test]
fn the_trace_is_the_hash_of_the_last_products_inputs() {
    let mut tensors = bert_tensors();
    for tensor in tensors.iter_mut().filter(|tensor| tensor.name.starts_with("encoder.layer.1.intermediate.dense")) {
        // No weight and a bias of 9, which GELU leaves as it is.
        let value: f32 = if tensor.name.ends_with("bias") { 9.0 } else { 0.0 };
        tensor.bytes = f32_bytes(&vec![value; tensor.bytes.len() / 4]);
    }
    let store = Store::new();
    let folder = store.add("bert", &bert_manifest(), &safetensors(&tensors));
    let expected = votive_digest::trace(&f32_bytes(&[9.0; 3 * INTERMEDIATE]));
    assert_eq!(run(&folder, &ids(&[1, 2, 3])).trace, expected);
}

#[test]
fn an_input_that_is_not_of_the_vocabulary_or_length_is_a_completion_without_output() {
    let (_store, folder) = sound();
    let beyond = ids(&[VOCABULARY as u32]);
    let too_many = ids(&[1; MAX_TOKENS + 1]);
    for input in [&[][..], &[1, 0, 0], &[1, 0, 0, 0, 0], &beyond, &too_many] {
        let completion = run(&folder, input);
        assert_eq!((completion.code, completion.output.len()), (AnswerCode::InputMismatch, 0));
        assert_eq!(completion.trace, votive_digest::trace(&[]));
    }
}

#[test]
fn an_overflow_inside_of_a_layer_is_a_completion_without_output() {
    let mut tensors = bert_tensors();
    let norm = tensors.iter_mut().find(|tensor| tensor.name == "embeddings.LayerNorm.weight").expect("it is there");
    norm.bytes = f32_bytes(&[f32::MAX; HIDDEN]);
    let store = Store::new();
    let folder = store.add("bert", &bert_manifest(), &safetensors(&tensors));
    assert_eq!(run(&folder, &ids(&TOKENS)).code, AnswerCode::NotFinite);
}

#[test]
fn repeated_runs_and_two_threads_give_the_same_bytes() {
    let (store, folder) = sound();
    let (engine, root) = (store.engine(), root(&folder));
    let run = |engine: &Engine| {
        [&TOKENS[..], &[1], &[6; MAX_TOKENS]]
            .map(|tokens| engine.run(&root, &ids(tokens), &Parameters::default()).expect("runs"))
    };
    let first = run(&engine);
    assert_eq!(first, run(&store.engine()));
    thread::scope(|scope| {
        let threads = [(); 2].map(|()| scope.spawn(|| (0..20).map(|_| run(&engine)).collect::<Vec<_>>()));
        for thread in threads {
            assert!(thread.join().expect("the thread ends").iter().all(|again| *again == first));
        }
    });
}
