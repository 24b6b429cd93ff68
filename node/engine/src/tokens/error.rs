//! Why a tokenizer is refused.

use super::tokenizer::{MAX_FILE_BYTES, MAX_PREFIX_BYTES, MAX_WORD_CHARS};

/// Why a tokenizer is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenizerError {
    /// The file is longer than 4 MiB.
    #[error("the tokenizer has {0} bytes, the limit is {MAX_FILE_BYTES}; use a smaller vocabulary")]
    TooLong(usize),
    /// Not the JSON of a BERT WordPiece tokenizer.
    #[error("the tokenizer is not a `tokenizer.json` of the WordPiece kind that BERT uses; export it again, or give the model token ids (dtype u32)")]
    Json(#[from] serde_json::Error),
    /// An id that the model has no row for.
    #[error("the tokenizer's word `{word}` has id {id}, the model's vocabulary has {vocabulary} rows; take the tokenizer that belongs to the weights")]
    Id {
        /// The word.
        word: String,
        /// Its id.
        id: u32,
        /// Rows of the model's table of words.
        vocabulary: usize,
    },
    /// Two words have one id.
    #[error("two words of the tokenizer have id {0}; export it again")]
    DuplicateId(u32),
    /// A token is used that the vocabulary does not have, or not with that id.
    #[error("the tokenizer uses token `{0}`, which its vocabulary does not have with the same id; add it there")]
    UnknownToken(String),
    /// An added token that is more than a special token.
    #[error("the added token `{0}` must be special and neither normalized, stripped nor a single word, and stand there once")]
    AddedToken(String),
    /// The template is not the one of BERT.
    #[error("the tokenizer's template must be a special token, the sequence A and a special token, all of type 0")]
    Template,
    /// Words that take too long to split.
    #[error("`max_input_chars_per_word` is {0}, 1 to {MAX_WORD_CHARS} are allowed")]
    WordChars(usize),
    /// A prefix that is too long.
    #[error("`continuing_subword_prefix` has {0} bytes, the limit is {MAX_PREFIX_BYTES}")]
    Prefix(usize),
    /// The library does not take what this crate has accepted.
    #[error("the tokenizer cannot be built; export it again")]
    Build(#[source] tokenizers::Error),
}
