//! Texts into a llama: each is answered as the token ids that it stands for, and the answer's tokens say a text.

mod fixture;

use fixture::bert::ids;
use fixture::llama::*;
use fixture::*;
use proptest::prelude::*;
use serde_json::{json, Value};
use std::sync::LazyLock;
use tokenizers::normalizers::{NFC, NFD};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{NormalizedString, Normalizer, OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer};
use votive_digest::{AnswerCode, Parameters};
use votive_engine::{Completion, Package};

static OF_TEXTS: LazyLock<Package> = LazyLock::new(|| of_texts(&byte_level_tokenizer()));

static OF_IDS: LazyLock<Package> = LazyLock::new(|| {
    let store = Store::new();
    load(&store.add("ids", &llama_manifest(), &llama_weights()))
});

fn of_texts(tokenizer: &Value) -> Package {
    let store = Store::new();
    load(&add_prompt_llama(&store, &prompt_manifest(), &tokenizer.to_string()))
}

fn load(folder: &std::path::Path) -> Package {
    Package::load(folder, None, &Default::default()).expect("the package loads")
}

fn run(package: &Package, input: &[u8]) -> Completion {
    package.run(input, &Parameters { max_units: 2, ..Parameters::default() }).expect("the package runs")
}

fn stands_for(package: &Package, text: &str, tokens: &[u32]) {
    assert_eq!(run(package, text.as_bytes()), run(&OF_IDS, &ids(tokens)), "{text:?} is not {tokens:?}");
}

fn of_bytes(text: &str) -> Vec<u32> {
    text.bytes().map(id_of).collect()
}

#[test]
fn merges_join_the_most_urgent_pairs_first() {
    stands_for(&OF_TEXTS, "hello", &[259]);
    stands_for(&OF_TEXTS, "hell", &[258]);
    stands_for(&OF_TEXTS, "helo", &[256, id_of(b'l'), id_of(b'o')]);
    stands_for(&OF_TEXTS, "ehllo", &[id_of(b'e'), id_of(b'h'), 257, id_of(b'o')]);
}

#[test]
fn every_byte_is_a_token() {
    for text in ["a b\n\t", "\u{0}\u{7f}", "é中", "🦙"] {
        stands_for(&OF_TEXTS, text, &of_bytes(text));
    }
}

#[test]
fn no_merge_goes_beyond_what_the_expression_splits() {
    stands_for(&OF_TEXTS, "a }", &[id_of(b'a'), 260]);
    stands_for(&OF_TEXTS, "a  }", &[id_of(b'a'), id_of(b' '), 260]);
    let mut tokenizer = byte_level_tokenizer();
    tokenizer["model"]["vocab"]["aĠ"] = 262.into();
    tokenizer["model"]["merges"].as_array_mut().expect("a list").push("a Ġ".into());
    stands_for(&of_texts(&tokenizer), "a b", &of_bytes("a b"));
    tokenizer["pre_tokenizer"]["use_regex"] = false.into();
    stands_for(&of_texts(&tokenizer), "a b", &[262, id_of(b'b')]);
}

#[test]
fn a_space_stands_before_a_text_where_the_tokenizer_says_so() {
    let mut tokenizer = byte_level_tokenizer();
    tokenizer["pre_tokenizer"]["add_prefix_space"] = true.into();
    stands_for(&of_texts(&tokenizer), "}", &[260]);
}

#[test]
fn special_tokens_are_found_in_the_text() {
    stands_for(&OF_TEXTS, "hello<|end|>a", &[259, 261, id_of(b'a')]);
}

#[test]
fn a_text_that_is_empty_too_long_or_no_utf8_is_a_completion_without_output() {
    let too_many_tokens = [b'x'; MAX_TOKENS];
    for input in [&[][..], &[b'h'; MAX_PROMPT_BYTES + 1], &too_many_tokens, &[0xff], &[0xc3], &[0xed, 0xa0, 0x80]] {
        let completion = run(&OF_TEXTS, input);
        assert_eq!((completion.code, completion.output.len()), (AnswerCode::InputMismatch, 0));
    }
    assert_eq!(run(&OF_TEXTS, &[b'x'; MAX_TOKENS - 1]).units, 1);
}

#[test]
fn tokens_say_a_text() {
    assert_eq!(OF_TEXTS.text(&ids(&[259, 260, id_of(b'!'), 261])).as_deref(), Some("hello }!<|end|>"));
    // Neither half of a character nor a row without a word stops it.
    assert_eq!(OF_TEXTS.text(&ids(&[id_of(0xc3), 269, id_of(b'a')])).as_deref(), Some("\u{fffd}a"));
    assert_eq!(OF_TEXTS.text(&[1, 0, 0]), None);
    assert_eq!(OF_IDS.text(&ids(&[1])), None);
}

#[test]
fn how_each_character_splits_is_what_answers_were_settled_with() {
    // Letters, numbers and white space are what the library's expressions find. Where this fails, an update has changed
    // them, and with them the answers of every model that takes prompts.
    let byte_level = ByteLevel::new(false, false, true);
    let mut seen = Vec::new();
    for character in '\0'..=char::MAX {
        let mut words = PreTokenizedString::from(format!("a{character}b{character} {character}1"));
        byte_level.pre_tokenize(&mut words).expect("it splits");
        for (word, ..) in words.get_splits(OffsetReferential::Normalized, OffsetType::Byte) {
            seen.extend_from_slice(word.as_bytes());
            seen.push(0);
        }
        seen.push(1);
    }
    let digest = votive_engine::hex_hash(&votive_digest::trace(&seen));
    assert_eq!(digest, "d72ac8b3b8afc64c86acf1f970d144e1fa62c2266e3cc9c152b25d6b3244afe3");
}

#[test]
fn a_text_that_is_all_white_space_is_split_to_its_end() {
    // The library's expressions give up after a number of steps that a request's longest text must not reach.
    let byte_level = ByteLevel::new(false, false, true);
    for text in [format!("{}x", " ".repeat(4095)), "\t ".repeat(2048), " x".repeat(2048), "'".repeat(4096)] {
        let mut words = PreTokenizedString::from(text.as_str());
        byte_level.pre_tokenize(&mut words).expect("it splits");
        let splits = words.get_splits(OffsetReferential::Original, OffsetType::Byte);
        assert_eq!(splits.last().map(|(_, (_, end), _)| *end), Some(text.len()));
    }
}

#[test]
fn a_text_is_composed_where_its_tokenizer_says_so() {
    let mut tokenizer = byte_level_tokenizer();
    tokenizer["normalizer"] = json!({ "type": "NFC" });
    let composed = of_texts(&tokenizer);
    stands_for(&composed, "e\u{301}", &of_bytes("\u{e9}"));
    stands_for(&composed, "a\u{323}\u{307}", &of_bytes("\u{1ea1}\u{307}"));
    stands_for(&OF_TEXTS, "e\u{301}", &of_bytes("e\u{301}"));
}

#[test]
fn an_added_token_behind_the_words_is_found_as_it_stands() {
    let mut tokenizer = byte_level_tokenizer();
    let mut token = tokenizer["added_tokens"][0].clone();
    // As Qwen's `<tool_call>`, which decoders do not leave out.
    (token["id"], token["content"], token["special"]) = (262.into(), "<call e\u{301}>".into(), false.into());
    tokenizer["added_tokens"].as_array_mut().expect("a list").push(token);
    tokenizer["normalizer"] = json!({ "type": "NFC" });
    let package = of_texts(&tokenizer);
    stands_for(&package, "he<call e\u{301}>he", &[256, 262, 256]);
    assert_eq!(package.text(&ids(&[256, 262])), Some("he<call e\u{301}>".into()));
}

#[test]
fn a_template_adds_no_second_begin_token() {
    let mut manifest = prompt_manifest();
    manifest["llama"]["begin_token"] = 261.into();
    let begun = |post_processor: Value| {
        let store = Store::new();
        let mut tokenizer = byte_level_tokenizer();
        tokenizer["post_processor"] = post_processor;
        run(&load(&add_prompt_llama(&store, &manifest, &tokenizer.to_string())), b"he")
    };
    let byte_level = byte_level_tokenizer()["post_processor"].clone();
    let template = json!({
        "type": "TemplateProcessing",
        "single": [{ "SpecialToken": { "id": "<|end|>", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } }],
        "pair": [], "special_tokens": { "<|end|>": { "id": "<|end|>", "ids": [261], "tokens": ["<|end|>"] } },
    });
    let expected = run(&OF_IDS, &ids(&[261, 256]));
    let empty = json!({ "type": "TemplateProcessing", "single": [{ "Sequence": { "id": "A", "type_id": 0 } }], "pair": [], "special_tokens": {} });
    let both = json!({ "type": "Sequence", "processors": [byte_level.clone(), template.clone()] });
    for post_processor in [byte_level, template, empty, both, Value::Null] {
        assert_eq!(begun(post_processor), expected);
    }
}

#[test]
fn what_each_character_is_composed_to_is_what_answers_were_settled_with() {
    // Where this fails, an update has brought another version of Unicode, and with it other answers of models that compose.
    let mut seen = Vec::new();
    for character in '\0'..=char::MAX {
        let mut apart = NormalizedString::from(format!("a{character}e{character}"));
        NFD.normalize(&mut apart).expect("it decomposes");
        for mut text in [NormalizedString::from(format!("a{character}e{character}")), apart] {
            NFC.normalize(&mut text).expect("it composes");
            seen.extend_from_slice(text.get().as_bytes());
            seen.push(0);
        }
    }
    let digest = votive_engine::hex_hash(&votive_digest::trace(&seen));
    assert_eq!(digest, "5bad68778e5155b1d9b77574a4ad95a598e0f846f51b38696fa5e31978a45e3b");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_answered_and_its_bytes_say_it(text in "\\PC{0,30}|[helo }<|end>]{0,60}|[ \t\n'a1é中]{0,30}") {
        let mut manifest = prompt_manifest();
        manifest["llama"]["max_tokens"] = 300.into();
        static LONG: std::sync::OnceLock<Package> = std::sync::OnceLock::new();
        let package = LONG.get_or_init(|| {
            let store = Store::new();
            load(&add_prompt_llama(&store, &manifest, &byte_level_tokenizer().to_string()))
        });
        prop_assume!(text.len() <= MAX_PROMPT_BYTES && !text.is_empty());
        prop_assert_eq!(run(package, text.as_bytes()).code, AnswerCode::Complete);
        let bytes: Vec<u32> = of_bytes(&text);
        prop_assert_eq!(package.text(&ids(&bytes)), Some(text));
    }

    #[test]
    fn any_bytes_are_answered_or_mismatched(bytes in proptest::collection::vec(any::<u8>(), 1..12)) {
        let expected = if std::str::from_utf8(&bytes).is_ok() { AnswerCode::Complete } else { AnswerCode::InputMismatch };
        prop_assert_eq!(run(&OF_TEXTS, &bytes).code, expected);
    }
}
