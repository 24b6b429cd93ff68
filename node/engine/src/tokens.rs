//! How the bytes of a request become tokens.

mod byte_level;
mod byte_level_file;
mod error;
mod split_file;
mod splitter;
mod tokenizer;
mod tokenizer_file;

pub use byte_level::ByteLevelTokenizer;
pub use error::TokenizerError;
pub use tokenizer::Tokenizer;
pub(crate) use tokenizer::MIN_TOKENS;

use crate::package::{Architecture, BertSpec, LlamaSpec};

/// How a graph over tokens reads a request.
pub(crate) enum TokenInput {
    /// Token ids, little-endian u32.
    Ids { max_tokens: usize, vocabulary: usize },
    /// UTF-8 of at most so many bytes, and what makes tokens of it.
    WordPieces { max_bytes: usize, tokenizer: Box<Tokenizer> },
    /// The same, by a tokenizer that goes both ways.
    ByteLevel { max_bytes: usize, tokenizer: Box<ByteLevelTokenizer> },
}

impl TokenInput {
    /// Texts of at most `max_bytes` for `bert`, by the tokenizer in `file`, whose length [`memory_bytes`] has accepted.
    pub fn word_pieces(bert: &BertSpec, max_bytes: usize, file: &[u8]) -> Result<Self, TokenizerError> {
        let tokenizer = Tokenizer::parse(file, bert.vocabulary, bert.max_tokens)?;
        Ok(Self::WordPieces { max_bytes, tokenizer: Box::new(tokenizer) })
    }

    /// Texts of at most `max_bytes` for `llama`, by the tokenizer in `file`, whose length [`memory_bytes`] has accepted, and which
    /// puts nothing but the begin token before a text.
    pub fn byte_level(llama: &LlamaSpec, max_bytes: usize, file: &[u8]) -> Result<Self, TokenizerError> {
        let tokenizer = ByteLevelTokenizer::parse(file, llama.vocabulary)?;
        match tokenizer.begin_token().filter(|token| llama.begin_token != Some(*token)) {
            Some(token) => Err(TokenizerError::BeginToken(token)),
            None => Ok(Self::ByteLevel { max_bytes, tokenizer: Box::new(tokenizer) }),
        }
    }

    /// The ids in `input`; `None` if it has none or too many, if the last is not whole, if one is not of the vocabulary, or if
    /// a text is too long or no UTF-8.
    pub fn read(&self, input: &[u8]) -> Option<Vec<u32>> {
        match self {
            Self::Ids { max_tokens, vocabulary } => {
                let ids = whole_ids(input).filter(|ids| (1..=*max_tokens).contains(&ids.len()))?;
                ids.iter().all(|id| (*id as usize) < *vocabulary).then_some(ids)
            }
            Self::WordPieces { max_bytes, tokenizer } => Some(tokenizer.encode(text(input, *max_bytes)?)),
            Self::ByteLevel { max_bytes, tokenizer } => tokenizer.encode(text(input, *max_bytes)?),
        }
    }

    /// The text of `ids`, for people, if the tokenizer goes both ways.
    pub fn decode(&self, ids: &[u32]) -> Option<String> {
        match self {
            Self::ByteLevel { tokenizer, .. } => Some(tokenizer.decode(ids)),
            Self::Ids { .. } | Self::WordPieces { .. } => None,
        }
    }
}

/// `bytes` as token ids, little-endian u32; `None` if the last is not whole.
pub(crate) fn whole_ids(bytes: &[u8]) -> Option<Vec<u32>> {
    let (ids, rest) = bytes.as_chunks();
    rest.is_empty().then(|| ids.iter().map(|id| u32::from_le_bytes(*id)).collect())
}

/// `input` as a text of at most `max_bytes`.
fn text(input: &[u8], max_bytes: usize) -> Option<&str> {
    let input = (input.len() <= max_bytes).then_some(input)?;
    std::str::from_utf8(input).ok()
}

/// Memory for parsing and keeping the tokenizer in a file of `length`, for a vocabulary of so many words: some times the file
/// while it is parsed, more where a merge takes a few bytes of it, and the library's tables of words.
pub(crate) fn memory_bytes(
    architecture: Architecture,
    length: usize,
    vocabulary: usize,
) -> Result<u64, TokenizerError> {
    match architecture {
        Architecture::Llama => ByteLevelTokenizer::memory_bytes(length, vocabulary),
        _ => Tokenizer::memory_bytes(length, vocabulary),
    }
}
