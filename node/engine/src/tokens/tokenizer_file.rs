//! `tokenizer.json` as Hugging Face's libraries write it, of which only WordPiece as BERT uses it is read.
//!
//! Other kinds hold regular expressions and tables that a hostile file could make arbitrarily dear; each must be looked at
//! before it is let in. Fields that this crate does not know are refused, so that none is silently left out.

use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::HashMap;

/// The most words that any vocabulary may have: what a bert's manifest may declare.
pub const MAX_WORDS: usize = 1 << 18;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenizerFile {
    #[serde(rename = "version")]
    _version: Version,
    /// The manifest's `max_tokens` counts.
    #[serde(rename = "truncation")]
    _truncation: Option<IgnoredAny>,
    /// A call has one text, which is never padded.
    #[serde(rename = "padding")]
    _padding: Option<IgnoredAny>,
    pub added_tokens: Vec<AddedTokenSpec>,
    pub normalizer: NormalizerSpec,
    #[serde(rename = "pre_tokenizer")]
    _pre_tokenizer: PreTokenizerSpec,
    pub post_processor: PostProcessorSpec,
    /// Nothing is decoded.
    #[serde(rename = "decoder")]
    _decoder: Option<IgnoredAny>,
    pub model: WordPieceSpec,
}

#[derive(Deserialize)]
pub enum Version {
    #[serde(rename = "1.0")]
    One,
}

/// A token that is looked for in the text before anything else is done to it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddedTokenSpec {
    pub id: u32,
    pub content: String,
    pub single_word: bool,
    pub lstrip: bool,
    pub rstrip: bool,
    pub normalized: bool,
    /// Whether decoders may leave it out, which ours does of none.
    #[serde(rename = "special")]
    _special: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NormalizerSpec {
    #[serde(rename = "type")]
    _type: NormalizerType,
    pub clean_text: bool,
    pub handle_chinese_chars: bool,
    pub strip_accents: Option<bool>,
    pub lowercase: bool,
}

#[derive(Deserialize)]
enum NormalizerType {
    BertNormalizer,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PreTokenizerSpec {
    #[serde(rename = "type")]
    _type: PreTokenizerType,
}

#[derive(Deserialize)]
enum PreTokenizerType {
    BertPreTokenizer,
}

/// What is put around the tokens of a text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostProcessorSpec {
    #[serde(rename = "type")]
    _type: PostProcessorType,
    pub single: [Piece; 3],
    /// A request has one text.
    #[serde(rename = "pair")]
    _pair: IgnoredAny,
    pub special_tokens: HashMap<String, SpecialToken>,
}

#[derive(Deserialize)]
enum PostProcessorType {
    TemplateProcessing,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Piece {
    SpecialToken { id: String, type_id: u32 },
    Sequence { id: String, type_id: u32 },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpecialToken {
    #[serde(rename = "id")]
    _id: String,
    pub ids: [u32; 1],
    #[serde(rename = "tokens")]
    _tokens: [String; 1],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordPieceSpec {
    // Files of older libraries leave the type out.
    #[serde(default, rename = "type")]
    _type: Option<ModelType>,
    pub unk_token: String,
    pub continuing_subword_prefix: String,
    pub max_input_chars_per_word: usize,
    pub vocab: Words,
}

#[derive(Deserialize)]
enum ModelType {
    WordPiece,
}

/// Words and their ids, none of either twice.
pub struct Words(pub HashMap<String, u32>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Words;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "a map of at most {MAX_WORDS} words")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Words, M::Error> {
                let mut words = HashMap::new();
                while let Some((word, id)) = map.next_entry::<String, u32>()? {
                    if words.len() == MAX_WORDS {
                        return Err(M::Error::invalid_length(words.len() + 1, &self));
                    }
                    if words.insert(word, id).is_some() {
                        return Err(M::Error::custom("a word stands twice in the vocabulary"));
                    }
                }
                Ok(Words(words))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}
