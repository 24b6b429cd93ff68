//! Texts into a bert: each is answered as the token ids that it stands for.

mod fixture;

use fixture::bert::*;
use fixture::*;
use proptest::prelude::*;
use std::sync::LazyLock;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::{NormalizedString, Normalizer, OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer};
use votive_digest::{AnswerCode, Parameters};
use votive_engine::{Completion, Package};

static OF_TEXTS: LazyLock<Package> = LazyLock::new(|| {
    let store = Store::new();
    load(&add_text_bert(&store, &text_manifest(), &tokenizer().to_string()))
});

static OF_IDS: LazyLock<Package> = LazyLock::new(|| {
    let store = Store::new();
    load(&store.add("ids", &bert_manifest(), &bert_weights()))
});

fn load(folder: &std::path::Path) -> Package {
    Package::load(folder, None, &Default::default()).expect("the package loads")
}

fn run(package: &Package, input: &[u8]) -> Completion {
    package.run(input, &Parameters::default()).expect("the package runs")
}

fn stands_for(text: &str, tokens: &[u32]) {
    assert_eq!(run(&OF_TEXTS, text.as_bytes()), run(&OF_IDS, &ids(tokens)), "{text:?} is not {tokens:?}");
}

#[test]
fn words_and_punctuation_stand_between_the_templates_tokens() {
    stands_for("hello, world!", &[2, 4, 8, 5, 9, 3]);
}

#[test]
fn case_accents_and_spaces_do_not_matter() {
    stands_for("  HELLO\tCafé\u{a0}cafe\u{301} ", &[2, 4, 10, 10, 3]);
}

#[test]
fn control_characters_are_left_out() {
    stands_for("hel\u{0}lo\u{200d}\u{fffd}", &[2, 4, 3]);
}

#[test]
fn a_word_is_split_into_the_longest_pieces() {
    stands_for("unable", &[2, 6, 7, 3]);
}

#[test]
fn a_word_that_has_no_pieces_or_too_many_characters_is_unknown() {
    stands_for("ununun aaaaaaaaaaa", &[2, 1, 1, 3]);
}

#[test]
fn chinese_characters_are_words_of_their_own() {
    stands_for("中中a", &[2, 11, 11, 19, 3]);
}

#[test]
fn special_tokens_are_found_in_the_text() {
    stands_for("hello[SEP]world", &[2, 4, 3, 5, 3]);
}

#[test]
fn an_empty_text_is_the_template() {
    stands_for("", &[2, 3]);
}

#[test]
fn a_text_is_cut_to_the_manifests_tokens_and_not_to_the_tokenizers() {
    stands_for(&"world hello ".repeat(10), &[2, 5, 4, 5, 4, 3]);
}

#[test]
fn a_text_of_too_many_bytes_or_of_no_utf8_is_a_completion_without_output() {
    for input in [&[b' '; MAX_BYTES + 1][..], &[0xff], &[0xc3], &[0xed, 0xa0, 0x80]] {
        let completion = run(&OF_TEXTS, input);
        assert_eq!((completion.code, completion.output.len()), (AnswerCode::InputMismatch, 0));
    }
    assert_eq!(run(&OF_TEXTS, &[b' '; MAX_BYTES]).code, AnswerCode::Complete);
}

#[test]
fn what_becomes_of_each_character_is_what_answers_were_settled_with() {
    // Upper and lower case and white space come from the compiler's library, categories and decompositions from crates.
    // Where this fails, an update has changed them, and with them the answers of every model that takes texts.
    let normalizer = BertNormalizer::default();
    let mut seen = Vec::new();
    for character in '\0'..=char::MAX {
        let mut text = NormalizedString::from(format!("a{character}b"));
        normalizer.normalize(&mut text).expect("it normalises");
        let mut words = PreTokenizedString::from(text);
        BertPreTokenizer.pre_tokenize(&mut words).expect("it splits");
        for (word, ..) in words.get_splits(OffsetReferential::Normalized, OffsetType::Byte) {
            seen.extend_from_slice(word.as_bytes());
            seen.push(0);
        }
        seen.push(1);
    }
    let digest = votive_engine::hex_hash(&votive_digest::trace(&seen));
    assert_eq!(digest, "67a1bd94a362d77581e1f97fa7f22ef00823c6ea1af22e6e0b674ab90c406559");
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "\\PC{0,60}|[a-z\\[\\] ]{0,150}|[hH\u{300}-\u{36f}\u{1100}-\u{11ff}]{0,30}") {
        prop_assume!(text.len() <= MAX_BYTES);
        prop_assert_eq!(run(&OF_TEXTS, text.as_bytes()).code, AnswerCode::Complete);
    }

    #[test]
    fn any_bytes_are_answered_or_mismatched(bytes in proptest::collection::vec(any::<u8>(), 0..MAX_BYTES)) {
        let expected = if std::str::from_utf8(&bytes).is_ok() { AnswerCode::Complete } else { AnswerCode::InputMismatch };
        prop_assert_eq!(run(&OF_TEXTS, &bytes).code, expected);
    }
}
