//! `tokenizer.json` of which only byte-pair encoding over bytes is read, as GPT-2 began it and decoders use it.
//!
//! No normaliser but that to NFC, so that the tokens of a text decode to it, or to a text that looks the same; no regular
//! expression but the library's own and those of [`splitter`](super::splitter). Fields that this crate does not know are refused.

use super::split_file::{ByteLevelSpec, PostProcessorSpec, PreTokenizerSpec};
use super::tokenizer_file::{AddedTokenSpec, Version, Words};
use serde::de::{Error, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The most merges: twice as many as any vocabulary has words.
pub const MAX_MERGES: usize = 1 << 19;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByteLevelFile {
    #[serde(rename = "version")]
    _version: Version,
    /// A prompt that is too long is refused, never cut.
    #[serde(rename = "truncation")]
    _truncation: Option<IgnoredAny>,
    /// A call has one text, which is never padded.
    #[serde(rename = "padding")]
    _padding: Option<IgnoredAny>,
    pub added_tokens: Vec<AddedTokenSpec>,
    pub normalizer: Option<NormalizerSpec>,
    pub pre_tokenizer: PreTokenizerSpec,
    pub post_processor: Option<PostProcessorSpec>,
    #[serde(rename = "decoder")]
    _decoder: ByteLevelSpec,
    pub model: BpeSpec,
}

/// The form of Unicode in which texts are read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NormalizerSpec {
    #[serde(rename = "type")]
    _type: NormalizerType,
}

#[derive(Deserialize)]
enum NormalizerType {
    #[serde(rename = "NFC")]
    Nfc,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BpeSpec {
    #[serde(rename = "type")]
    _type: BpeType,
    /// A number drawn for each text would be no function of it.
    #[serde(default, rename = "dropout")]
    _dropout: (),
    /// Every byte has a token, so none is unknown.
    #[serde(default, rename = "unk_token")]
    _unk_token: (),
    #[serde(default)]
    pub continuing_subword_prefix: Option<String>,
    #[serde(default)]
    pub end_of_word_suffix: Option<String>,
    #[serde(default)]
    pub fuse_unk: bool,
    #[serde(default)]
    pub byte_fallback: bool,
    #[serde(default)]
    pub ignore_merges: bool,
    pub vocab: Words,
    pub merges: Merges,
}

#[derive(Deserialize)]
enum BpeType {
    #[serde(rename = "BPE")]
    Bpe,
}

/// Pairs of words that become one, the first the most urgent.
pub struct Merges(pub Vec<(String, String)>);

impl<'de> Deserialize<'de> for Merges {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Merges;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "a list of at most {MAX_MERGES} merges")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Merges, A::Error> {
                let mut merges = Vec::new();
                while let Some(Merge(pair)) = list.next_element()? {
                    if merges.len() == MAX_MERGES {
                        return Err(A::Error::invalid_length(merges.len() + 1, &self));
                    }
                    merges.push(pair);
                }
                Ok(Merges(merges))
            }
        }
        deserializer.deserialize_seq(Entries)
    }
}

/// `"a b"` or `["a", "b"]`.
struct Merge((String, String));

impl<'de> Deserialize<'de> for Merge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pair;
        impl<'de> Visitor<'de> for Pair {
            type Value = Merge;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("two words with a space between them, or a list of two")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Merge, E> {
                match text.split_once(' ') {
                    Some((left, right)) if !right.contains(' ') => Ok(Merge((left.into(), right.into()))),
                    _ => Err(E::custom("a merge is not of two words")),
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Merge, A::Error> {
                let mut word = |index| list.next_element()?.ok_or_else(|| A::Error::invalid_length(index, &self));
                let pair = (word(0)?, word(1)?);
                match list.next_element::<IgnoredAny>()? {
                    None => Ok(Merge(pair)),
                    Some(_) => Err(A::Error::invalid_length(3, &self)),
                }
            }
        }
        deserializer.deserialize_any(Pair)
    }
}
