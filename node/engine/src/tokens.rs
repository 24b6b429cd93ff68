//! How the bytes of a request become tokens.

mod error;
mod tokenizer;
mod tokenizer_file;

pub use error::TokenizerError;
pub(crate) use tokenizer::MIN_TOKENS;

use crate::package::BertSpec;
use tokenizer::{Tokenizer, MAX_FILE_BYTES};

/// How a graph over tokens reads a request.
pub(crate) enum TokenInput {
    /// Token ids, little-endian u32.
    Ids { max_tokens: usize, vocabulary: usize },
    /// UTF-8 of at most so many bytes, and what makes tokens of it.
    Text { max_bytes: usize, tokenizer: Box<Tokenizer> },
}

impl TokenInput {
    /// The token ids that `bert` takes.
    pub fn ids(bert: &BertSpec) -> Self {
        Self::Ids { max_tokens: bert.max_tokens, vocabulary: bert.vocabulary }
    }

    /// Texts of at most `max_bytes` for `bert`, by the tokenizer in `file`, whose length [`memory_bytes`] has accepted.
    pub fn text(bert: &BertSpec, max_bytes: usize, file: &[u8]) -> Result<Self, TokenizerError> {
        let tokenizer = Tokenizer::parse(file, bert.vocabulary, bert.max_tokens)?;
        Ok(Self::Text { max_bytes, tokenizer: Box::new(tokenizer) })
    }

    /// The ids in `input`; `None` if it has none or too many, if the last is not whole, if one is not of the vocabulary, or if
    /// a text is too long or no UTF-8.
    pub fn read(&self, input: &[u8]) -> Option<Vec<u32>> {
        match self {
            Self::Ids { max_tokens, vocabulary } => {
                let (ids, rest) = input.as_chunks();
                let fits = rest.is_empty() && (1..=*max_tokens).contains(&ids.len());
                let ids: Vec<u32> = ids.iter().map(|id| u32::from_le_bytes(*id)).collect();
                (fits && ids.iter().all(|id| (*id as usize) < *vocabulary)).then_some(ids)
            }
            Self::Text { max_bytes, tokenizer } => {
                let input = (input.len() <= *max_bytes).then_some(input)?;
                Some(tokenizer.encode(std::str::from_utf8(input).ok()?))
            }
        }
    }
}

/// Memory for parsing and keeping the tokenizer in a file of `length`, for a vocabulary of so many words: at most 16 times
/// the file while it is parsed, and the library's tables of words.
pub(crate) fn memory_bytes(length: usize, vocabulary: usize) -> Result<u64, TokenizerError> {
    if length > MAX_FILE_BYTES {
        return Err(TokenizerError::TooLong(length));
    }
    Ok(16 * length as u64 + 512 * vocabulary as u64)
}
