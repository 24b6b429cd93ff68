//! Files and texts that are short and would become long, deep or many are refused, or stay within what was declared.

mod fixture;

use fixture::bert::*;
use fixture::*;
use serde_json::{json, Value};
use votive_engine::{GoldenError, HeaderError, ManifestError, PackageError, TokenizerError};

fn refused_weights(weights: &[u8]) -> PackageError {
    let store = Store::new();
    refusal(&store.add("package", &mlp_manifest(), weights))
}

fn refused_file(name: &str, content: &str) -> PackageError {
    let store = Store::new();
    let folder = store.add("package", &mlp_manifest(), &mlp_weights());
    write(&folder, name, content.as_bytes());
    refusal(&folder)
}

fn refused_tokenizer(change: impl FnOnce(&mut Value)) -> PackageError {
    let store = Store::new();
    let mut tokenizer = tokenizer();
    change(&mut tokenizer);
    refusal(&add_text_bert(&store, &text_manifest(), &tokenizer.to_string()))
}

/// A header of `count` tensors without elements.
fn empty_tensors(count: usize) -> String {
    let entries: Vec<String> =
        (0..count).map(|i| format!(r#""{i}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#)).collect();
    format!("{{{}}}", entries.join(","))
}

#[test]
fn eight_hundred_thousand_empty_tensors_are_refused_before_they_are_parsed() {
    let header = empty_tensors(800_000);
    let error = refused_weights(&raw_safetensors(&header, &[]));
    assert!(
        matches!(error, PackageError::Header(HeaderError::HeaderTooLong(length)) if length == header.len() as u64),
        "{error:?}"
    );
}

#[test]
fn as_many_empty_tensors_as_a_header_holds_are_refused() {
    let error = refused_weights(&raw_safetensors(&empty_tensors(18_000), &[]));
    assert!(matches!(error, PackageError::Header(HeaderError::TooManyTensors(18_000))), "{error:?}");
    let error = refused_weights(&raw_safetensors(&empty_tensors(10), &[]));
    assert!(matches!(error, PackageError::Header(HeaderError::Shape(_))), "{error:?}");
}

#[test]
fn a_tensor_of_two_dimensions_whose_product_wraps_to_nothing_is_refused() {
    let header = r#"{"a":{"dtype":"F32","shape":[1099511627776,1099511627776],"data_offsets":[0,0]}}"#;
    let error = refused_weights(&raw_safetensors(header, &[]));
    assert!(matches!(error, PackageError::Header(HeaderError::ShapeOverflow(name)) if name == "a"));
}

#[test]
fn ten_thousand_nested_lists_are_refused_wherever_json_is_read() {
    let deep = "[".repeat(10_000);
    let header = format!(r#"{{"a":{deep}"#);
    let metadata = format!(r#"{{"__metadata__":{{"a":{deep}"#);
    for header in [header, metadata, deep.clone()] {
        let error = refused_weights(&raw_safetensors(&header, &[]));
        assert!(matches!(error, PackageError::Header(HeaderError::Json(_))), "{error:?}");
    }
    for golden in [deep.clone(), format!(r#"{{"vectors":{deep}"#)] {
        let error = refused_file("golden.json", &golden);
        assert!(matches!(error, PackageError::Golden(GoldenError::Json(_))), "{error:?}");
    }
}

#[test]
fn a_field_that_stands_twice_is_refused() {
    let twice = mlp_manifest().to_string().replace(r#""kernel_spec":1"#, r#""kernel_spec":1,"kernel_spec":1"#);
    let error = refused_file("manifest.json", &twice);
    assert!(matches!(error, PackageError::Manifest(ManifestError::Json(_))), "{error:?}");
    assert!(text(&error).contains("duplicate field `kernel_spec`"));
    let error = refused_file("golden.json", r#"{"vectors":[{"input":"00"}],"vectors":[{"input":"00"}]}"#);
    assert!(text(&error).contains("duplicate field `vectors`"));
}

#[test]
fn as_many_golden_vectors_as_a_file_holds_are_refused() {
    let vectors = vec![r#"{"input":""}"#; 10_000].join(",");
    let error = refused_file("golden.json", &format!(r#"{{"vectors":[{vectors}]}}"#));
    assert!(matches!(error, PackageError::Golden(GoldenError::Count(10_000) | GoldenError::TooLong(_))), "{error:?}");
}

#[test]
fn a_tokenizer_that_expands_without_end_is_refused() {
    // Each of these makes a text longer: what stands between its characters, a text before it, or a sequence of such.
    let replace = json!({ "type": "Replace", "pattern": { "String": "" }, "content": "aaaaaaaaaaaaaaaa" });
    let prepend = json!({ "type": "Prepend", "prepend": "a".repeat(1 << 12) });
    let sequence = json!({ "type": "Sequence", "normalizers": [replace, replace, replace] });
    for normalizer in [replace, prepend, sequence] {
        let error = refused_tokenizer(|tokenizer| tokenizer["normalizer"] = normalizer);
        assert!(matches!(error, PackageError::Tokenizer(TokenizerError::Json(_))), "{error:?}");
    }
    // A template that repeats the text, or one token a hundred times.
    let sequence = json!({ "Sequence": { "id": "A", "type_id": 0 } });
    let error =
        refused_tokenizer(|tokenizer| tokenizer["post_processor"]["single"] = json!([sequence, sequence, sequence]));
    assert!(matches!(error, PackageError::Tokenizer(TokenizerError::Template)), "{error:?}");
    let error = refused_tokenizer(|tokenizer| {
        tokenizer["post_processor"]["special_tokens"]["[CLS]"]["ids"] = json!(vec![2; 100])
    });
    assert!(matches!(error, PackageError::Tokenizer(TokenizerError::Json(_))), "{error:?}");
}

#[test]
fn padding_to_four_billion_tokens_has_no_effect() {
    let store = Store::new();
    let mut tokenizer = tokenizer();
    tokenizer["padding"] = json!({ "strategy": { "Fixed": u32::MAX }, "pad_id": 0, "pad_token": "[PAD]" });
    tokenizer["truncation"] = json!({ "max_length": u32::MAX, "stride": u32::MAX });
    let folder = add_text_bert(&store, &text_manifest(), &tokenizer.to_string());
    let package = votive_engine::Package::load(&folder, None, &Default::default()).expect("a sound package");
    let completion = package.run(b"hello", &Default::default()).expect("an answer");
    assert_eq!(completion.output.len(), 4 * HIDDEN);
}
