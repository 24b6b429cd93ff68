//! What becomes of a text before bytes are merged: the words that merges stay within, and their bytes as characters.

use serde::Deserialize;
use std::sync::LazyLock;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{PreTokenizedString, PreTokenizer, SplitDelimiterBehavior};

/// How a text is split before `ByteLevel` gets the parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FirstSplit {
    /// Each numeral by itself, as StarCoder and SmolLM have it.
    Digits,
    /// By an expression that is known.
    Expression(Expression),
}

/// An expression that models were published with. No other is taken: one of a package's own could be made arbitrarily dear.
///
/// Each alternative of these fails within two characters, or goes over one run of characters of a kind, which the match that is
/// found then takes up but for its last character: a text is gone over a few times, and no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum Expression {
    /// Llama 3's, which is that of `cl100k_base`: numbers in threes.
    Llama3,
    /// Qwen 2's, up to Qwen 3: each numeral by itself.
    Qwen2,
}

/// The text of a file names no expression that is known.
#[derive(Debug, thiserror::Error)]
#[error("the expression `{0}` is not known: those of Llama 3 and Qwen 2 are, character by character")]
pub(super) struct UnknownExpression(String);

impl Expression {
    const ALL: [Self; 2] = [Self::Llama3, Self::Qwen2];

    /// The expression as it was published.
    const fn pattern(self) -> &'static str {
        match self {
            Self::Llama3 => {
                r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
            }
            Self::Qwen2 => {
                r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
            }
        }
    }

    /// What splits by it: one for all packages, made when a text first needs it, so that a package's memory has no part of it.
    fn split(self) -> &'static Split {
        static LLAMA_3: LazyLock<Split> = LazyLock::new(|| Expression::Llama3.compiled());
        static QWEN_2: LazyLock<Split> = LazyLock::new(|| Expression::Qwen2.compiled());
        match self {
            Self::Llama3 => &LLAMA_3,
            Self::Qwen2 => &QWEN_2,
        }
    }

    fn compiled(self) -> Split {
        let pattern = SplitPattern::Regex(self.pattern().into());
        Split::new(pattern, SplitDelimiterBehavior::Isolated, false).expect("a test builds each of them; qed")
    }
}

impl TryFrom<String> for Expression {
    type Error = UnknownExpression;

    fn try_from(pattern: String) -> Result<Self, UnknownExpression> {
        Self::ALL.into_iter().find(|known| known.pattern() == pattern).ok_or(UnknownExpression(pattern))
    }
}

/// Splits a text, and writes its bytes as characters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Splitter {
    /// What comes before `byte_level`, if anything does.
    pub first: Option<FirstSplit>,
    pub byte_level: ByteLevel,
}

impl PreTokenizer for Splitter {
    fn pre_tokenize(&self, text: &mut PreTokenizedString) -> tokenizers::Result<()> {
        match self.first {
            Some(FirstSplit::Digits) => Digits::new(true).pre_tokenize(text)?,
            Some(FirstSplit::Expression(expression)) => expression.split().pre_tokenize(text)?,
            None => {}
        }
        self.byte_level.pre_tokenize(text)
    }
}

#[cfg(test)]
#[path = "splitter_tests.rs"]
mod tests;
