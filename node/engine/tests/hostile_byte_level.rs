//! Tokenizers of llamas that are not byte-pair encoding over bytes, or do not belong to the model, are refused.

mod fixture;

use fixture::llama::*;
use fixture::*;
use serde_json::{json, Value};
use votive_engine::{ManifestError, PackageError, TokenizerError};

/// Llama 3's expression.
const LLAMA_3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

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
        ("pre_tokenizer", "Metaspace"),
        ("post_processor", "RobertaProcessing"),
        ("decoder", "Metaspace"),
    ] {
        let error = refused(|tokenizer| tokenizer[field]["type"] = kind.into());
        assert!(text(&error).contains(&format!("unknown variant `{kind}`")), "{}", text(&error));
    }
    let file = fixture::bert::tokenizer().to_string();
    assert!(matches!(refused_file(&file), PackageError::Tokenizer(TokenizerError::Json(_))));
}

#[test]
fn a_normalizer_but_nfc_a_dropout_or_an_unknown_token_is_refused() {
    let normalizer = refused(|tokenizer| tokenizer["normalizer"] = json!({ "type": "NFKC" }));
    let dropout = refused(|tokenizer| tokenizer["model"]["dropout"] = 0.5.into());
    let unknown = refused(|tokenizer| tokenizer["model"]["unk_token"] = "h".into());
    for error in [normalizer, dropout, unknown] {
        assert!(matches!(&error, PackageError::Tokenizer(TokenizerError::Json(_))), "{error:?}");
    }
}

#[test]
fn an_unknown_field_is_refused_by_its_name() {
    for field in ["model", "pre_tokenizer", "post_processor", "decoder"] {
        let error = refused(|tokenizer| tokenizer[field]["pattern"] = "(a+)+".into());
        assert!(text(&error).contains("unknown field `pattern`"), "{field}");
    }
}

/// What splits texts by `pattern`.
fn split_by(pattern: &str) -> Value {
    json!({ "type": "Split", "pattern": { "Regex": pattern }, "behavior": "Isolated", "invert": false })
}

/// `first`, then the bytes, with the library's expression or without.
fn sequence(first: Value, use_regex: bool) -> Value {
    let byte_level =
        json!({ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": use_regex });
    json!({ "type": "Sequence", "pretokenizers": [first, byte_level] })
}

#[test]
fn an_expression_that_no_known_model_has_is_refused() {
    for pattern in ["(a+)+$", r"\s+(?!\S)|\s+", "", &format!("{LLAMA_3}|x")] {
        let error = refused(|tokenizer| tokenizer["pre_tokenizer"] = sequence(split_by(pattern), false));
        assert!(text(&error).contains("is not known"), "{}", text(&error));
    }
}

#[test]
fn a_known_split_that_is_used_otherwise_is_refused() {
    let split = |change: fn(&mut Value)| {
        let mut split = split_by(LLAMA_3);
        change(&mut split);
        split
    };
    let digits = |each: bool| json!({ "type": "Digits", "individual_digits": each });
    let mut longer = sequence(split_by(LLAMA_3), false);
    longer["pretokenizers"].as_array_mut().expect("a list").push(digits(true));
    let cases = [
        (sequence(split_by(LLAMA_3), true), "`use_regex` must be false after `Split`"),
        (sequence(digits(true), false), "and true after `Digits`"),
        (sequence(digits(false), true), "`individual_digits` must be true"),
        (sequence(split(|split| split["invert"] = true.into()), false), "`invert` must be false"),
        (sequence(split(|split| split["behavior"] = "Removed".into()), false), "unknown variant `Removed`"),
        (sequence(split(|split| split["pattern"] = json!({ "String": " " })), false), "unknown variant `String`"),
        (sequence(split(|split| split["more"] = 1.into()), false), "unknown field `more`"),
        (longer, "trailing characters"),
        (json!({ "type": "Sequence", "pretokenizers": [] }), "invalid length 0"),
    ];
    for (pre_tokenizer, message) in cases {
        let error = refused(|tokenizer| tokenizer["pre_tokenizer"] = pre_tokenizer);
        assert!(matches!(error, PackageError::Tokenizer(TokenizerError::Json(_))), "{error:?}");
        assert!(text(&error).contains(message), "{}", text(&error));
    }
}

/// A post-processor that puts `pieces` around a text, whose id is the end token's.
fn template(pieces: Value) -> Value {
    let special = json!({ "<|end|>": { "id": "<|end|>", "ids": [261], "tokens": ["<|end|>"] } });
    json!({ "type": "TemplateProcessing", "single": pieces, "pair": [], "special_tokens": special })
}

#[test]
fn a_template_that_does_more_than_begin_a_text_is_refused() {
    let text_piece = json!({ "Sequence": { "id": "A", "type_id": 0 } });
    let end = json!({ "SpecialToken": { "id": "<|end|>", "type_id": 0 } });
    let other = json!({ "SpecialToken": { "id": "other", "type_id": 0 } });
    let second = json!({ "Sequence": { "id": "B", "type_id": 0 } });
    for pieces in [
        json!([text_piece, end]),
        json!([end, end, text_piece]),
        json!([]),
        json!([second]),
        json!([other, text_piece]),
    ] {
        let error = refused(|tokenizer| tokenizer["post_processor"] = template(pieces));
        assert!(text(&error).contains("may only put one token before a text"), "{}", text(&error));
    }
}

#[test]
fn a_template_that_begins_otherwise_than_the_manifest_is_refused() {
    let pieces =
        json!([{ "SpecialToken": { "id": "<|end|>", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } }]);
    let error = refused(|tokenizer| tokenizer["post_processor"] = template(pieces.clone()));
    assert!(matches!(error, PackageError::Tokenizer(TokenizerError::BeginToken(261))), "{error:?}");
    let unknown = refused(|tokenizer| {
        tokenizer["post_processor"] = template(pieces);
        tokenizer["post_processor"]["special_tokens"]["<|end|>"]["ids"] = json!([7]);
    });
    assert!(matches!(unknown, PackageError::Tokenizer(TokenizerError::UnknownToken(name)) if name == "<|end|>"));
}

#[test]
fn an_added_token_behind_the_words_has_the_next_id() {
    let added = |id: u32, content: &str| {
        refused(|tokenizer| {
            let mut token = tokenizer["added_tokens"][0].clone();
            (token["id"], token["content"]) = (id.into(), content.into());
            tokenizer["added_tokens"].as_array_mut().expect("a list").push(token);
        })
    };
    // There are 262 words; the table has 270 rows.
    assert!(matches!(added(263, "<|more|>"), PackageError::Tokenizer(TokenizerError::UnknownToken(_))));
    assert!(matches!(added(262, ""), PackageError::Tokenizer(TokenizerError::AddedToken(_))));
    let beyond = refused(|tokenizer| {
        let first = tokenizer["added_tokens"][0].clone();
        for id in 262..=270 {
            let mut token = first.clone();
            (token["id"], token["content"]) = (id.into(), format!("<|{id}|>").into());
            tokenizer["added_tokens"].as_array_mut().expect("a list").push(token);
        }
    });
    assert!(matches!(beyond, PackageError::Tokenizer(TokenizerError::Id { id: 270, .. })), "{beyond:?}");
    let taken = refused(|tokenizer| {
        // One word less, so that the next id is another word's.
        tokenizer["model"]["vocab"].as_object_mut().expect("a map").remove("hello");
        tokenizer["model"]["merges"].as_array_mut().expect("a list").remove(3);
        let mut token = tokenizer["added_tokens"][0].clone();
        (token["id"], token["content"]) = (261.into(), "<|more|>".into());
        tokenizer["added_tokens"].as_array_mut().expect("a list").push(token);
    });
    assert!(matches!(taken, PackageError::Tokenizer(TokenizerError::UnknownToken(name)) if name == "<|more|>"));
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
