//! Why a tokenizer is refused.

use super::tokenizer::{MAX_PREFIX_BYTES, MAX_WORD_CHARS};

/// Why a tokenizer is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenizerError {
    /// The file is longer than its kind may be: 4 MiB of words, 16 MiB of words and merges.
    #[error("the tokenizer has {length} bytes, the limit is {limit}; write its JSON without white space, or use a smaller vocabulary")]
    TooLong {
        /// Bytes of the file.
        length: usize,
        /// The most that its kind may have.
        limit: usize,
    },
    /// Not the JSON of the architecture's kind of tokenizer.
    #[error("the tokenizer is not a `tokenizer.json` of the kind that the architecture takes, WordPiece as BERT uses it, or for a llama BPE over bytes with the splits of GPT-2, SmolLM, Llama 3 or Qwen 2; export it again, or give the model token ids (dtype u32)")]
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
    #[error("the tokenizer uses token `{0}`, which its vocabulary does not have with the same id; add it there, or as an added token whose id follows on the words'")]
    UnknownToken(String),
    /// An added token that does more than stand in the text.
    #[error(
        "the added token `{0}` must be neither empty, normalized, stripped nor a single word, and stand there once"
    )]
    AddedToken(String),
    /// Texts begin with another token than the manifest says.
    #[error("the tokenizer's template puts token {0} before each text, which is not the manifest's `begin_token`; set `llama.begin_token` to {0}, or remove the template if prompts are to bring their own")]
    BeginToken(u32),
    /// The template is not the one of BERT.
    #[error("the tokenizer's template must be a special token, the sequence A and a special token, all of type 0")]
    Template,
    /// Words that take too long to split.
    #[error("`max_input_chars_per_word` is {0}, 1 to {MAX_WORD_CHARS} are allowed")]
    WordChars(usize),
    /// A prefix that is too long.
    #[error("`continuing_subword_prefix` has {0} bytes, the limit is {MAX_PREFIX_BYTES}")]
    Prefix(usize),
    /// A byte-pair model with a part that has no use where every byte has a token.
    #[error("the BPE model must have no prefix, no suffix, no `fuse_unk` and no `byte_fallback`: it goes over bytes; export it again")]
    NotOfBytes,
    /// A byte without a token, which would vanish from texts.
    #[error(
        "the vocabulary has no token for the byte that is written `{0}`; train with the whole byte-level alphabet"
    )]
    MissingByte(char),
    /// A merge of words that the vocabulary does not have, or that stands twice.
    #[error("the merge `{0}` is there twice, or its parts and their join are not all in the vocabulary; export the tokenizer again")]
    Merge(String),
    /// The library does not take what this crate has accepted.
    #[error("the tokenizer cannot be built; export it again")]
    Build(#[source] tokenizers::Error),
}
