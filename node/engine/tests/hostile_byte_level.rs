//! Tokenizers of llamas that are not byte-pair encoding over bytes, or do not belong to the model, are refused.

mod fixture;

use fixture::llama::*;
use fixture::*;
use serde_json::{json, Value};
use votive_engine::{ManifestError, PackageError, TokenizerError};

fn refused_file(file: &str) -> PackageError {
    let store = Store::new();
    refusal(&add_prompt_llama(&store, &prompt_manifest(), file))
}

fn refused(change: impl FnOnce(&mut Value)) -> PackageError {
    let mut tokenizer = byte_level_tokenizer();
    change(&mut tokenizer);
    refused_file(&tokenizer.to_string())
}

#[test]
fn a_file_of_more_than_16_mib_is_refused_before_it_is_parsed() {
    let error = refused_file(&" ".repeat((16 << 20) + 1));
    assert!(matches!(error, PackageError::Tokenizer(TokenizerError::TooLong { length: 16_777_217, .. })));
}

#[test]
fn another_kind_of_model_or_split_is_refused_by_its_name() {
    for (field, kind) in [
        ("model", "Unigram"),
        ("pre_tokenizer", "Sequence"),
        ("post_processor", "TemplateProcessing"),
        ("decoder", "Metaspace"),
    ] {
        let error = refused(|tokenizer| tokenizer[field]["type"] = kind.into());
        assert!(text(&error).contains(&format!("unknown variant `{kind}`")), "{}", text(&error));
    }
    let file = fixture::bert::tokenizer().to_string();
    assert!(matches!(refused_file(&file), PackageError::Tokenizer(TokenizerError::Json(_))));
}

#[test]
fn a_normalizer_a_dropout_or_an_unknown_token_is_refused() {
    let normalizer = refused(|tokenizer| tokenizer["normalizer"] = json!({ "type": "NFC" }));
    let dropout = refused(|tokenizer| tokenizer["model"]["dropout"] = 0.5.into());
    let unknown = refused(|tokenizer| tokenizer["model"]["unk_token"] = "h".into());
    for error in [normalizer, dropout, unknown] {
        assert!(matches!(&error, PackageError::Tokenizer(TokenizerError::Json(_))), "{error:?}");
    }
}

#[test]
fn an_unknown_field_is_refused_by_its_name() {
    for field in ["model", "pre_tokenizer", "decoder"] {
        let error = refused(|tokenizer| tokenizer[field]["pattern"] = "(a+)+".into());
        assert!(text(&error).contains("unknown field `pattern`"), "{field}");
    }
}

#[test]
fn parts_that_are_not_of_bytes_are_refused() {
    for (field, value) in [
        ("continuing_subword_prefix", Value::from("##")),
        ("end_of_word_suffix", "</w>".into()),
        ("fuse_unk", true.into()),
        ("byte_fallback", true.into()),
    ] {
        let error = refused(|tokenizer| tokenizer["model"][field] = value);
        assert!(matches!(error, PackageError::Tokenizer(TokenizerError::NotOfBytes)), "{field}: {error:?}");
    }
}

#[test]
fn a_byte_without_a_token_is_refused() {
    let error = refused(|tokenizer| drop(tokenizer["model"]["vocab"].as_object_mut().expect("a map").remove("Ġ")));
    assert!(matches!(error, PackageError::Tokenizer(TokenizerError::MissingByte('Ġ'))), "{error:?}");
}

#[test]
fn a_merge_that_the_vocabulary_does_not_have_or_that_stands_twice_is_refused() {
    for merge in [json!("h q"), json!("q none"), json!(["none", "q"]), json!("h e"), json!(["", "h"])] {
        let error =
            refused(|tokenizer| tokenizer["model"]["merges"].as_array_mut().expect("a list").push(merge.clone()));
        assert!(matches!(error, PackageError::Tokenizer(TokenizerError::Merge(_))), "{merge}: {error:?}");
    }
}

#[test]
fn a_merge_that_is_not_of_two_words_is_refused() {
    for merge in [json!("h"), json!("h e l"), json!(["h"]), json!(["h", "e", "l"]), json!(7), json!({})] {
        let error = refused(|tokenizer| tokenizer["model"]["merges"] = json!([merge]));
        assert!(matches!(error, PackageError::Tokenizer(TokenizerError::Json(_))), "{merge}: {error:?}");
    }
}

#[test]
fn more_merges_than_any_vocabulary_needs_are_refused() {
    let (store, mut manifest, mut tokenizer) = (Store::new(), prompt_manifest(), byte_level_tokenizer());
    manifest["limits"]["memory_bytes"] = (256 << 20).into();
    tokenizer["model"]["merges"] = json!(vec!["a b"; (1 << 19) + 1]);
    let error = refusal(&add_prompt_llama(&store, &manifest, &tokenizer.to_string()));
    assert!(text(&error).contains("at most 524288 merges"), "{}", text(&error));
}

#[test]
fn an_id_beyond_the_models_vocabulary_or_of_two_words_is_refused() {
    let beyond = refused(|tokenizer| tokenizer["model"]["vocab"]["beyond"] = VOCABULARY.into());
    assert!(matches!(beyond, PackageError::Tokenizer(TokenizerError::Id { id: 270, .. })));
    let twice = refused(|tokenizer| tokenizer["model"]["vocab"]["again"] = 259.into());
    assert!(matches!(twice, PackageError::Tokenizer(TokenizerError::DuplicateId(259))));
}

#[test]
fn an_added_token_that_is_unknown_or_changes_what_is_around_it_is_refused() {
    let unknown = refused(|tokenizer| tokenizer["added_tokens"][0]["id"] = 5.into());
    assert!(matches!(unknown, PackageError::Tokenizer(TokenizerError::UnknownToken(name)) if name == "<|end|>"));
    let strips = refused(|tokenizer| tokenizer["added_tokens"][0]["lstrip"] = true.into());
    assert!(matches!(strips, PackageError::Tokenizer(TokenizerError::AddedToken(name)) if name == "<|end|>"));
}

#[test]
fn a_text_is_declared_by_its_length_and_has_a_tokenizer() {
    let store = Store::new();
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut manifest = prompt_manifest();
        change(&mut manifest);
        refusal(&add_prompt_llama(&store, &manifest, &byte_level_tokenizer().to_string()))
    };
    let shape = refused(&|manifest| manifest["input"]["shape"] = json!([10, 10]));
    assert!(matches!(shape, PackageError::Manifest(ManifestError::ContextShape { what: "input", .. })));
    let without = refused(&|manifest| manifest["tokenizer"] = Value::Null);
    assert!(matches!(without, PackageError::Manifest(ManifestError::Tokenizer)));
}
