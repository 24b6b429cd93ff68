//! `pre_tokenizer` and `post_processor` of a `tokenizer.json` of bytes: what splits a text, and what is put before it.

use super::splitter::{Expression, FirstSplit, Splitter};
use super::tokenizer_file::{Piece, SpecialToken};
use serde::de::{DeserializeOwned, Error, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::collections::HashMap;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;

/// `ByteLevel`, as a step before the model or after it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByteLevelSpec {
    #[serde(rename = "type")]
    _type: ByteLevelType,
    add_prefix_space: bool,
    #[serde(default, rename = "trim_offsets")]
    _trim_offsets: bool,
    #[serde(default = "yes")]
    use_regex: bool,
}

/// Files of older libraries, which knew of nothing else, leave it out.
fn yes() -> bool {
    true
}

#[derive(Deserialize)]
enum ByteLevelType {
    ByteLevel,
}

/// What splits a text.
pub struct PreTokenizerSpec(pub(super) Splitter);

impl<'de> Deserialize<'de> for PreTokenizerSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        enum Kind {
            ByteLevel,
            Sequence,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Sequence {
            #[serde(rename = "type")]
            _type: IgnoredAny,
            pretokenizers: (FirstSplitSpec, ByteLevelSpec),
        }
        let part = Part::read(deserializer)?;
        let (first, last) = match part.kind::<Kind, D::Error>()? {
            Kind::ByteLevel => (None, part.parse::<ByteLevelSpec, D::Error>()?),
            Kind::Sequence => {
                let (FirstSplitSpec(first), last) = part.parse::<Sequence, D::Error>()?.pretokenizers;
                // An expression of the model's own stands in the place of the library's.
                if last.use_regex != (first == FirstSplit::Digits) {
                    return Err(D::Error::custom("`use_regex` must be false after `Split`, and true after `Digits`"));
                }
                (Some(first), last)
            }
        };
        let byte_level = ByteLevel::new(last.add_prefix_space, false, last.use_regex);
        Ok(Self(Splitter { first, byte_level }))
    }
}

/// What splits a text before `ByteLevel` does.
struct FirstSplitSpec(FirstSplit);

impl<'de> Deserialize<'de> for FirstSplitSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        enum Kind {
            Digits,
            Split,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Digits {
            #[serde(rename = "type")]
            _type: IgnoredAny,
            individual_digits: bool,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Split {
            #[serde(rename = "type")]
            _type: IgnoredAny,
            pattern: Pattern,
            #[serde(rename = "behavior")]
            _behavior: Behavior,
            invert: bool,
        }
        #[derive(Deserialize)]
        enum Pattern {
            Regex(Expression),
        }
        #[derive(Deserialize)]
        enum Behavior {
            Isolated,
        }
        let part = Part::read(deserializer)?;
        Ok(Self(match part.kind::<Kind, D::Error>()? {
            Kind::Digits if part.parse::<Digits, D::Error>()?.individual_digits => FirstSplit::Digits,
            Kind::Digits => return Err(D::Error::custom("`individual_digits` must be true")),
            Kind::Split => match part.parse::<Split, D::Error>()? {
                Split { invert: true, .. } => return Err(D::Error::custom("`invert` must be false")),
                Split { pattern: Pattern::Regex(expression), .. } => FirstSplit::Expression(expression),
            },
        }))
    }
}

/// The token that is put before each text, if one is: its name and its id.
pub struct PostProcessorSpec(pub Option<(String, u32)>);

impl<'de> Deserialize<'de> for PostProcessorSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        enum Kind {
            ByteLevel,
            TemplateProcessing,
            Sequence,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Sequence {
            #[serde(rename = "type")]
            _type: IgnoredAny,
            processors: (ByteLevelSpec, TemplateSpec),
        }
        let part = Part::read(deserializer)?;
        let template = match part.kind::<Kind, D::Error>()? {
            // It moves the places of tokens in the text, which nobody asks for.
            Kind::ByteLevel => return part.parse::<ByteLevelSpec, D::Error>().map(|_| Self(None)),
            Kind::TemplateProcessing => part.parse::<TemplateSpec, D::Error>()?,
            Kind::Sequence => part.parse::<Sequence, D::Error>()?.processors.1,
        };
        template.begin().map(Self).ok_or_else(|| D::Error::custom("a template may only put one token before a text"))
    }
}

/// What is put around the tokens of a text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateSpec {
    #[serde(rename = "type")]
    _type: TemplateType,
    single: Vec<Piece>,
    /// A request has one text.
    #[serde(rename = "pair")]
    _pair: IgnoredAny,
    special_tokens: HashMap<String, SpecialToken>,
}

#[derive(Deserialize)]
enum TemplateType {
    TemplateProcessing,
}

impl TemplateSpec {
    /// The token before a text, if there is one; `None` if the template has anything else.
    fn begin(mut self) -> Option<Option<(String, u32)>> {
        let is_text = |piece: &Piece| matches!(piece, Piece::Sequence { id, type_id: 0 } if id == "A");
        match &self.single[..] {
            [text] if is_text(text) => Some(None),
            [Piece::SpecialToken { id: name, type_id: 0 }, text] if is_text(text) => {
                let [id] = self.special_tokens.remove(name)?.ids;
                Some(Some((name.clone(), id)))
            }
            _ => None,
        }
    }
}

/// A part of the file whose fields depend on its type: looked at where it stands, since a copy of it could be far larger.
struct Part<'de>(&'de str);

impl<'de> Part<'de> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|raw| Self(raw.get()))
    }

    /// Its type.
    fn kind<K: DeserializeOwned, E: Error>(&self) -> Result<K, E> {
        #[derive(Deserialize)]
        struct Typed<K> {
            #[serde(rename = "type")]
            kind: K,
        }
        self.parse::<Typed<K>, E>().map(|typed| typed.kind)
    }

    fn parse<T: Deserialize<'de>, E: Error>(&self) -> Result<T, E> {
        serde_json::from_str(self.0).map_err(E::custom)
    }
}
