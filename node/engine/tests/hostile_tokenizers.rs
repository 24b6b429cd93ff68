//! Tokenizers that are not BERT's WordPiece, or do not belong to the model, are refused.

mod fixture;

use fixture::bert::*;
use fixture::*;
use serde_json::{json, Value};
use votive_engine::{GraphError, ManifestError, PackageError, TokenizerError};

fn refused_file(file: &str) -> PackageError {
    let store = Store::new();
    refusal(&add_text_bert(&store, &text_manifest(), file))
}

fn refused(change: impl FnOnce(&mut Value)) -> PackageError {
    let mut tokenizer = tokenizer();
    change(&mut tokenizer);
    refused_file(&tokenizer.to_string())
}

fn refused_manifest(change: impl FnOnce(&mut Value)) -> PackageError {
    let store = Store::new();
    let mut manifest = text_manifest();
    change(&mut manifest);
    refusal(&add_text_bert(&store, &manifest, &tokenizer().to_string()))
}

#[test]
fn a_file_of_more_than_4_mib_is_refused_before_it_is_parsed() {
    let error = refused_file(&" ".repeat((4 << 20) + 1));
    assert!(matches!(error, PackageError::Tokenizer(TokenizerError::TooLong { length: 4_194_305, .. })));
    assert_eq!(error.cause(), "tokenizer");
}

#[test]
fn ten_thousand_nested_lists_are_refused() {
    for field in ["added_tokens", "decoder", "model"] {
        let deep = format!(r#"{{"version":"1.0","{field}":{}"#, "[".repeat(10_000));
        assert!(matches!(refused_file(&deep), PackageError::Tokenizer(TokenizerError::Json(_))), "{field}");
    }
}

#[test]
fn another_kind_of_model_normalizer_or_split_is_refused_by_its_name() {
    for (field, kind) in
        [("model", "BPE"), ("normalizer", "Replace"), ("pre_tokenizer", "Split"), ("post_processor", "ByteLevel")]
    {
        let error = refused(|tokenizer| tokenizer[field]["type"] = kind.into());
        assert!(text(&error).contains(&format!("unknown variant `{kind}`")), "{}", text(&error));
    }
}

#[test]
fn an_unknown_field_is_refused_by_its_name() {
    let error = refused(|tokenizer| tokenizer["model"]["dropout"] = 0.5.into());
    assert!(text(&error).contains("unknown field `dropout`"));
}

#[test]
fn an_id_beyond_the_models_vocabulary_is_refused() {
    let error = refused(|tokenizer| tokenizer["model"]["vocab"]["beyond"] = VOCABULARY.into());
    assert!(
        matches!(&error, PackageError::Tokenizer(TokenizerError::Id { word, id: 20, vocabulary: VOCABULARY }) if word == "beyond")
    );
}

#[test]
fn two_words_of_one_id_are_refused() {
    let error = refused(|tokenizer| tokenizer["model"]["vocab"]["again"] = 4.into());
    assert!(matches!(error, PackageError::Tokenizer(TokenizerError::DuplicateId(4))));
}

#[test]
fn a_word_that_stands_twice_is_refused() {
    let file = tokenizer().to_string().replace(r#""cafe":10"#, r#""cafe":10,"cafe":12"#);
    assert!(text(&refused_file(&file)).contains("a word stands twice"));
}

#[test]
fn a_token_that_the_vocabulary_does_not_have_is_refused() {
    let unknown = refused(|tokenizer| tokenizer["model"]["unk_token"] = "[NONE]".into());
    let added = refused(|tokenizer| tokenizer["added_tokens"][0]["id"] = 5.into());
    let template = refused(|tokenizer| tokenizer["post_processor"]["special_tokens"]["[SEP]"]["ids"] = json!([4]));
    for (error, token) in [(unknown, "[NONE]"), (added, "[PAD]"), (template, "[SEP]")] {
        assert!(
            matches!(&error, PackageError::Tokenizer(TokenizerError::UnknownToken(name)) if name == token),
            "{error:?}"
        );
    }
}

#[test]
fn an_added_token_that_changes_what_is_around_it_is_refused() {
    for field in ["single_word", "lstrip", "rstrip", "normalized"] {
        let error = refused(|tokenizer| tokenizer["added_tokens"][3][field] = true.into());
        assert!(
            matches!(&error, PackageError::Tokenizer(TokenizerError::AddedToken(name)) if name == "[SEP]"),
            "{field}"
        );
    }
    let twice = refused(|tokenizer| tokenizer["added_tokens"][3] = tokenizer["added_tokens"][2].clone());
    assert!(matches!(twice, PackageError::Tokenizer(TokenizerError::AddedToken(name)) if name == "[CLS]"));
}

#[test]
fn another_template_is_refused() {
    let sequence_b = refused(|tokenizer| tokenizer["post_processor"]["single"][1]["Sequence"]["id"] = "B".into());
    let type_1 = refused(|tokenizer| tokenizer["post_processor"]["single"][2]["SpecialToken"]["type_id"] = 1.into());
    for error in [sequence_b, type_1] {
        assert!(matches!(error, PackageError::Tokenizer(TokenizerError::Template)));
    }
}

#[test]
fn words_that_take_too_long_to_split_are_refused() {
    for characters in [0, 201, usize::MAX] {
        let error = refused(|tokenizer| tokenizer["model"]["max_input_chars_per_word"] = characters.into());
        assert!(matches!(error, PackageError::Tokenizer(TokenizerError::WordChars(count)) if count == characters));
    }
    let error = refused(|tokenizer| tokenizer["model"]["continuing_subword_prefix"] = "#".repeat(17).into());
    assert!(matches!(error, PackageError::Tokenizer(TokenizerError::Prefix(17))));
}

#[test]
fn a_text_without_a_tokenizer_and_a_tokenizer_without_a_text_are_refused() {
    let without = refused_manifest(|manifest| manifest["tokenizer"] = Value::Null);
    let with = refused_manifest(|manifest| manifest["input"] = json!({ "dtype": "u32", "shape": [MAX_TOKENS] }));
    for error in [without, with] {
        assert!(matches!(error, PackageError::Manifest(ManifestError::Tokenizer)));
    }
}

#[test]
fn a_tokenizer_that_is_not_listed_is_refused() {
    let error = refused_manifest(|manifest| manifest["files"] = json!(["golden.json", "model.safetensors"]));
    assert!(matches!(error, PackageError::Manifest(ManifestError::NotListed(path)) if path == "tokenizer.json"));
}

#[test]
fn a_text_that_is_not_declared_by_its_length_or_is_cut_to_nothing_is_refused() {
    let image = refused_manifest(|manifest| manifest["input"]["shape"] = json!([10, 20]));
    let nothing = refused_manifest(|manifest| manifest["bert"]["max_tokens"] = 2.into());
    for error in [image, nothing] {
        assert!(matches!(error, PackageError::Manifest(ManifestError::TextShape)));
    }
}

#[test]
fn a_text_longer_than_a_request_carries_is_refused() {
    let error = refused_manifest(|manifest| manifest["input"]["shape"] = json!([4097]));
    assert!(matches!(error, PackageError::Manifest(ManifestError::Shape { what: "input", bytes: 4097, limit: 4096 })));
}

#[test]
fn the_memory_of_the_tokenizer_counts() {
    let store = Store::new();
    let memory = |folder: std::path::PathBuf| {
        votive_engine::Package::load(&folder, None, &Default::default()).expect("the package loads").memory_bytes()
    };
    let ids = memory(store.add("ids", &bert_manifest(), &bert_weights()));
    let file = tokenizer().to_string();
    let text = memory(add_text_bert(&store, &text_manifest(), &file));
    assert!(text >= ids + 17 * file.len() as u64 + 512 * VOCABULARY as u64);
}

#[test]
fn a_bert_that_computes_too_long_is_refused() {
    let store = Store::new();
    let mut manifest = text_manifest();
    manifest["bert"]["max_positions"] = 8192.into();
    manifest["bert"]["max_tokens"] = 8192.into();
    manifest["bert"]["layers"] = 64.into();
    let mut tensors = bert_tensors();
    tensors
        .retain(|tensor| tensor.name != "embeddings.position_embeddings.weight" && !tensor.name.starts_with("encoder"));
    tensors.push(seeded("embeddings.position_embeddings.weight", &[8192, HIDDEN], 1));
    for layer in 0..64 {
        for tensor in bert_tensors().into_iter().filter(|tensor| tensor.name.starts_with("encoder.layer.0.")) {
            let name = tensor.name.replace("layer.0.", &format!("layer.{layer}."));
            tensors.push(Raw { name, ..tensor });
        }
    }
    let folder = store.add("long", &manifest, &safetensors(&tensors));
    write(&folder, "tokenizer.json", tokenizer().to_string().as_bytes());
    let error = refusal(&folder);
    // Attention alone is 64 layers × 2 × 8,192² × 8 multiplications.
    assert!(
        matches!(error, PackageError::Graph(GraphError::TooMuchWork { need, .. }) if need > 64 * 2 * 8192 * 8192 * 8),
        "{error:?}"
    );
}
