//! Llamas whose weights are a GGUF file, end to end, and hostile ones.

mod fixture;

use fixture::bert::{bert_manifest, ids};
use fixture::gguf::{f32s, GgufFile, GgufTensor, Q4_K, Q6_K, Q8_0};
use fixture::gguf_llama::*;
use fixture::llama::{biased, llama_manifest, llama_tensors, tied};
use fixture::*;
use serde_json::{json, Value};
use std::path::PathBuf;
use votive_digest::{AnswerCode, Parameters};
use votive_engine::{Completion, GgufError, GraphError, ManifestError, Package, PackageError, WeightsError};

const PROMPT: [u32; 3] = [2, 33, 7];

/// Tokens of an answer.
const MAX_UNITS: u32 = 3;

fn add(store: &Store, manifest: &Value, weights: &[u8]) -> PathBuf {
    let folder = store.add("llama", manifest, weights);
    std::fs::rename(folder.join("model.safetensors"), folder.join("model.gguf")).expect("another name");
    folder
}

fn load(manifest: &Value, file: &GgufFile) -> Package {
    let store = Store::new();
    let folder = add(&store, manifest, &file.bytes());
    Package::load(&folder, None, &Default::default()).unwrap_or_else(|error| panic!("{}", text(&error)))
}

fn refused(manifest: &Value, weights: &[u8]) -> PackageError {
    let store = Store::new();
    refusal(&add(&store, manifest, weights))
}

fn answer(package: &Package, prompt: &[u32]) -> Completion {
    let parameters = Parameters { max_units: MAX_UNITS, ..Parameters::default() };
    package.run(&ids(prompt), &parameters).expect("the package runs")
}

fn tokens(completion: &Completion) -> Vec<u32> {
    assert_eq!(completion.code, AnswerCode::Complete);
    completion.output.as_chunks().0.iter().map(|id| u32::from_le_bytes(*id)).collect()
}

/// The small llama of floats, in a safetensors file.
fn of_floats(manifest: &Value, tensors: &[Raw]) -> Completion {
    let store = Store::new();
    let folder = store.add("llama", manifest, &safetensors(tensors));
    answer(&Package::load(&folder, None, &Default::default()).expect("the package loads"), &PROMPT)
}

#[test]
fn a_gguf_of_floats_answers_as_the_safetensors_it_was_made_of() {
    for (manifest, tensors) in [(llama_manifest(), llama_tensors()), tied(), biased()] {
        let expected = of_floats(&manifest, &tensors);
        // As a Qwen's file has its rows, and as a Llama's has them.
        let as_stored = load(&in_gguf(manifest.clone(), "halves"), &converted(&tensors));
        assert_eq!(answer(&as_stored, &PROMPT), expected);
        let file = converted(&paired(tensors));
        assert_eq!(answer(&load(&in_gguf(manifest.clone(), "neighbours"), &file), &PROMPT), expected);
        assert_ne!(answer(&load(&in_gguf(manifest, "halves"), &file), &PROMPT).trace, expected.trace);
    }
}

#[test]
fn a_gguf_of_blocks_answers_as_the_reference_in_f64() {
    for element in [Q8_0, Q4_K, Q6_K] {
        let file = blocks_file(element);
        let package = load(&blocks_manifest(), &file);
        for prompt in [&PROMPT[..], &[0]] {
            let (expected, margin) = greedy(&file, prompt, MAX_UNITS as usize);
            // A value in the middle of two steps may be rounded otherwise in f64, which shows in the logits.
            assert!(margin > 0.01, "type {element}: the reference is not sure, by {margin}");
            assert_eq!(tokens(&answer(&package, prompt)), expected, "type {element}");
        }
    }
}

#[test]
fn a_tied_head_reads_its_words_from_its_blocks() {
    for element in [Q8_0, Q4_K, Q6_K] {
        let mut file = blocks_file(element);
        file.tensors.retain(|tensor| tensor.name != "output.weight");
        let mut manifest = blocks_manifest();
        manifest["llama"]["tied_head"] = true.into();
        let tied = answer(&load(&manifest, &file), &PROMPT);
        let words = file.tensors[0].clone();
        file.tensors.push(GgufTensor { name: "output.weight".into(), ..words });
        assert_eq!(tied, answer(&load(&blocks_manifest(), &file), &PROMPT));
    }
}

#[test]
fn rows_of_blocks_are_put_back_as_those_of_floats() {
    let mut file = blocks_file(Q4_K);
    let expected = answer(&load(&blocks_manifest(), &file), &PROMPT);
    for tensor in
        file.tensors.iter_mut().filter(|tensor| tensor.name.contains("attn_q") || tensor.name.contains("attn_k"))
    {
        let rows: Vec<Vec<u8>> = tensor.bytes.chunks(144).map(<[u8]>::to_vec).collect();
        let order = |row: usize| row / HEAD * HEAD + row % 2 * (HEAD / 2) + row % HEAD / 2;
        tensor.bytes = (0..rows.len()).flat_map(|row| rows[order(row)].clone()).collect();
    }
    let mut manifest = blocks_manifest();
    manifest["llama"]["rotary_rows"] = "neighbours".into();
    assert_eq!(answer(&load(&manifest, &file), &PROMPT), expected);
}

#[test]
fn a_model_in_blocks_takes_little_more_memory_than_its_file() {
    let file = blocks_file(Q4_K);
    let store = Store::new();
    let folder = add(&store, &blocks_manifest(), &file.bytes());
    let need = Package::load(&folder, None, &Default::default()).expect("it loads").memory_bytes();
    let mut manifest = blocks_manifest();
    manifest["limits"]["memory_bytes"] = (need - 64).into();
    assert!(matches!(refused(&manifest, &file.bytes()), PackageError::MemoryUnderstated { .. }));
    // As floats the matrices alone would take more.
    let floats: u64 = file.tensors.iter().map(|tensor| 4 * tensor.dimensions.iter().product::<u64>()).sum();
    assert!(need < floats, "{need} of {floats}");
}

#[test]
fn hostile_headers_are_refused_before_a_byte_of_a_tensor_is_read() {
    let spoilt = |spoil: fn(&mut GgufFile)| {
        let mut file = converted(&llama_tensors());
        spoil(&mut file);
        refused(&in_gguf(llama_manifest(), "halves"), &file.bytes())
    };
    type Spoil = fn(&mut GgufFile);
    let cases: [(Spoil, &str); 8] = [
        (|file| file.magic = *b"PK\x03\x05", "does not begin with `GGUF`"),
        (|file| file.version = 2, "is of version 2"),
        (|file| file.declared_tensors = Some(u64::MAX), "the limit is 10000"),
        (|file| file.tensors[0].dimensions = vec![1 << 40, 1 << 40], "overflows when multiplied out"),
        (|file| file.metadata.push(("general.alignment".into(), 4, vec![0; 4])), "a power of two"),
        (|file| file.tensors[0].element = 2, "quantise it to Q8_0, Q4_K or Q6_K"),
        (|file| file.tensors[1].name = file.tensors[0].name.clone(), "two tensors named"),
        (|file| file.offsets = Some(vec![0; file.tensors.len()]), "tensors overlap"),
    ];
    for (spoil, message) in cases {
        let error = spoilt(spoil);
        assert!(matches!(error, PackageError::Gguf(_)), "{error:?}");
        assert_eq!(error.cause(), "weights");
        assert!(text(&error).contains(message), "{}", text(&error));
    }
}

#[test]
fn a_truncated_gguf_is_refused() {
    let bytes = converted(&llama_tensors()).bytes();
    for length in [0, 3, 24, 200, bytes.len() - 64] {
        let error = refused(&in_gguf(llama_manifest(), "halves"), &bytes[..length]);
        assert!(
            matches!(error, PackageError::Gguf(GgufError::Truncated { .. } | GgufError::FileSize { .. })),
            "{error:?}"
        );
    }
}

#[test]
fn a_scale_that_is_not_finite_is_refused() {
    for element in [Q8_0, Q4_K, Q6_K] {
        let mut file = blocks_file(element);
        let bytes = &mut file.tensors[0].bytes;
        let last = bytes.len() - format_of(element).block_bytes() + scales_of(element)[0];
        bytes[last..last + 2].copy_from_slice(&0x7c00u16.to_le_bytes());
        let error = refused(&blocks_manifest(), &file.bytes());
        let expected = "model.embed_tokens.weight";
        assert!(
            matches!(&error, PackageError::Weights(WeightsError::NotFinite(name)) if name == expected),
            "{error:?}"
        );
    }
}

#[test]
fn a_norm_of_blocks_is_refused() {
    let mut file = blocks_file(Q8_0);
    file.tensors[1] =
        GgufTensor { name: file.tensors[1].name.clone(), dimensions: vec![256], element: Q8_0, bytes: vec![0; 272] };
    let error = refused(&blocks_manifest(), &file.bytes());
    assert!(matches!(error, PackageError::Graph(GraphError::ElementType { .. })), "{error:?}");
}

#[test]
fn tensors_that_no_layer_takes_are_refused_by_their_own_names() {
    for name in ["rope_freqs.weight", "blk.01.attn_q.weight", "blk.0.attn_q_norm.weight"] {
        let mut file = converted(&llama_tensors());
        file.tensors.push(f32s(name, &[3], &[1.0; 3]));
        let error = refused(&in_gguf(llama_manifest(), "halves"), &file.bytes());
        assert!(matches!(&error, PackageError::Graph(GraphError::UnusedTensor(unused)) if unused == name), "{error:?}");
    }
}

#[test]
fn only_a_llama_has_weights_in_a_gguf_file() {
    let mut manifest = bert_manifest();
    manifest["weights"] = "model.gguf".into();
    manifest["files"] = json!(["golden.json", "model.gguf"]);
    let error = refused(&manifest, &converted(&llama_tensors()).bytes());
    assert!(matches!(error, PackageError::Manifest(ManifestError::Gguf(_))), "{error:?}");
}

#[test]
fn a_gguf_by_another_name_is_no_safetensors_file() {
    let store = Store::new();
    let folder = store.add("llama", &llama_manifest(), &converted(&llama_tensors()).bytes());
    assert!(matches!(refusal(&folder), PackageError::Header(_)));
}
