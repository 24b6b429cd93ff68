use super::*;
use tokenizers::{OffsetReferential, OffsetType};

const FIRST: [FirstSplit; 3] =
    [FirstSplit::Digits, FirstSplit::Expression(Expression::Llama3), FirstSplit::Expression(Expression::Qwen2)];

/// The parts of `text`, before their bytes are written as characters.
fn parts(first: FirstSplit, text: &str) -> Vec<String> {
    let byte_level = ByteLevel::new(false, false, first == FirstSplit::Digits);
    let mut split = PreTokenizedString::from(text);
    Splitter { first: Some(first), byte_level }.pre_tokenize(&mut split).expect("it splits");
    let places = split.get_splits(OffsetReferential::Original, OffsetType::Byte);
    places.into_iter().map(|(_, (begin, end), _)| text[begin..end].into()).collect()
}

#[test]
fn each_way_splits_as_the_models_do_that_were_trained_with_it() {
    let text = "I'Ll take 1234 (at\r\n\n  most)!!\n";
    let [digits, llama_3, qwen_2] = FIRST.map(|first| parts(first, text));
    assert_eq!(digits, ["I", "'", "Ll", " take", " ", "1", "2", "3", "4", " (", "at", "\r\n\n ", " most", ")!!", "\n"]);
    assert_eq!(llama_3, ["I", "'Ll", " take", " ", "123", "4", " (", "at", "\r\n\n", " ", " most", ")!!\n"]);
    assert_eq!(qwen_2, ["I", "'Ll", " take", " ", "1", "2", "3", "4", " (", "at", "\r\n\n", " ", " most", ")!!\n"]);
}

#[test]
fn an_expression_is_known_by_each_of_its_characters() {
    for known in Expression::ALL {
        assert_eq!(Expression::try_from(known.pattern().to_owned()).ok(), Some(known));
        assert!(Expression::try_from(format!("{} ", known.pattern())).is_err());
    }
    let error = Expression::try_from("(a+)+".to_owned()).expect_err("it is no model's");
    assert!(error.to_string().contains("`(a+)+` is not known"));
}

#[test]
fn the_longest_text_is_split_to_its_end() {
    // The library stops splitting, and does not say so, where an expression has taken too many steps.
    let texts = [
        format!("{}x", " ".repeat(4095)),
        "\t ".repeat(2048),
        " x".repeat(2048),
        "'".repeat(4096),
        format!("{}x", "\n".repeat(4095)),
        " \n".repeat(2048),
        format!("{}!", "a".repeat(4095)),
        "1".repeat(4096),
        format!("{}\n", "!".repeat(4095)),
    ];
    for (first, text) in FIRST.into_iter().flat_map(|first| texts.iter().map(move |text| (first, text))) {
        assert_eq!(parts(first, text).concat(), *text);
        let [.., word, end] = &parts(first, &format!("{text}a?"))[..] else {
            panic!("{first:?} leaves {text:?} whole")
        };
        assert!(word.ends_with('a') && end == "?", "{first:?} ends in {word:?} and {end:?}");
    }
}

#[test]
fn what_each_character_splits_is_what_answers_were_settled_with() {
    // Where this fails, an update has changed the library, its expressions' engine or the compiler's tables, and with them the
    // answers of models that take prompts.
    let mut seen = Vec::new();
    let characters: Vec<char> = ('\0'..=char::MAX).collect();
    for (first, characters) in FIRST.into_iter().flat_map(|first| characters.chunks(64).map(move |part| (first, part)))
    {
        let text: String = characters.iter().map(|c| format!("a{c}b{c} {c}1'{c}\n")).collect();
        for part in parts(first, &text) {
            seen.extend_from_slice(part.as_bytes());
            seen.push(0);
        }
    }
    let digest = crate::hex_hash(&votive_digest::trace(&seen));
    assert_eq!(digest, "909ed4df98d91caf8bee0fce79d2b61e6638509db72575d2ef0288ec9674ae65");
}
