//! From a text to token ids, by WordPiece as BERT uses it.

use super::tokenizer_file::{AddedTokenSpec, Piece, PostProcessorSpec, TokenizerFile, Words};
use super::TokenizerError;
use ahash::AHashMap;
use std::collections::HashSet;
use tokenizers::decoders::wordpiece::WordPiece as WordPieceDecoder;
use tokenizers::models::wordpiece::{WordPiece, WordPieceBuilder};
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::processors::bert::BertProcessing;
use tokenizers::{AddedToken, TokenizerBuilder, TokenizerImpl, TruncationParams};

/// The longest file, in bytes.
pub const MAX_FILE_BYTES: usize = 4 << 20;

/// The longest word that is split, in characters: the time grows with the third power of it.
pub const MAX_WORD_CHARS: usize = 200;

/// The longest prefix of a word's continuation, in bytes.
pub const MAX_PREFIX_BYTES: usize = 16;

/// The fewest tokens that a text may be cut to: one between the two of the template.
pub const MIN_TOKENS: usize = 3;

type Library = TokenizerImpl<WordPiece, BertNormalizer, BertPreTokenizer, BertProcessing, WordPieceDecoder>;

/// A tokenizer whose ids are all of the model's vocabulary.
pub struct Tokenizer(Library);

impl Tokenizer {
    /// The fewest tokens that a text may be cut to.
    pub const MIN_TOKENS: usize = MIN_TOKENS;

    /// Memory for parsing and keeping the tokenizer in a file of `length`, for a vocabulary of so many words: at most 16
    /// times the file while it is parsed, and the library's tables of words.
    ///
    /// # Errors
    /// [`TooLong`](TokenizerError::TooLong) for a file that [`parse`](Self::parse) refuses by its length.
    pub fn memory_bytes(length: usize, vocabulary: usize) -> Result<u64, TokenizerError> {
        if length > MAX_FILE_BYTES {
            return Err(TokenizerError::TooLong { length, limit: MAX_FILE_BYTES });
        }
        Ok(16 * length as u64 + 512 * vocabulary as u64)
    }

    /// Parses and checks a `tokenizer.json` for a table of `vocabulary` words; texts become at most `max_tokens`, which are
    /// [`MIN_TOKENS`](Self::MIN_TOKENS) or more.
    ///
    /// # Errors
    /// Why the file is refused: it is too long, not of BERT's WordPiece kind, or does not fit the model's vocabulary.
    pub fn parse(json: &[u8], vocabulary: usize, max_tokens: usize) -> Result<Self, TokenizerError> {
        Self::memory_bytes(json.len(), vocabulary)?;
        let file: TokenizerFile = serde_json::from_slice(json)?;
        check_ids(&file.model.vocab, vocabulary)?;
        let added = added_tokens_of(&file.added_tokens)?;
        file.added_tokens.iter().try_for_each(|token| check_token(&file.model.vocab, &token.content, token.id))?;
        let template = check_template(&file)?;
        let (model, normalizer) = (file.model, file.normalizer);
        if !(1..=MAX_WORD_CHARS).contains(&model.max_input_chars_per_word) {
            return Err(TokenizerError::WordChars(model.max_input_chars_per_word));
        }
        if model.continuing_subword_prefix.len() > MAX_PREFIX_BYTES {
            return Err(TokenizerError::Prefix(model.continuing_subword_prefix.len()));
        }
        if !model.vocab.0.contains_key(&model.unk_token) {
            return Err(TokenizerError::UnknownToken(model.unk_token));
        }
        let word_piece = WordPieceBuilder::new()
            .vocab(model.vocab.0.into_iter().collect::<AHashMap<_, _>>())
            .unk_token(model.unk_token)
            .continuing_subword_prefix(model.continuing_subword_prefix)
            .max_input_chars_per_word(model.max_input_chars_per_word)
            .build();
        let library = word_piece.and_then(|word_piece| {
            let mut library: Library = TokenizerBuilder::new()
                .with_model(word_piece)
                .with_normalizer(Some(BertNormalizer::new(
                    normalizer.clean_text,
                    normalizer.handle_chinese_chars,
                    normalizer.strip_accents,
                    normalizer.lowercase,
                )))
                .with_pre_tokenizer(Some(BertPreTokenizer))
                .with_post_processor(Some(template))
                .with_truncation(Some(TruncationParams { max_length: max_tokens, ..TruncationParams::default() }))
                .build()?;
            library.add_special_tokens(added)?;
            Ok(library)
        });
        Ok(Self(library.map_err(TokenizerError::Build)?))
    }

    /// The ids of `text` between those of the template, cut at its end to the most tokens.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let encoding = self.0.encode_fast(text, true);
        encoding
            .expect("WordPiece fails only without its unknown token, which `parse` has found; qed")
            .get_ids()
            .to_vec()
    }
}

/// Every id is a row of the model's table, and of one word only.
pub(super) fn check_ids(words: &Words, vocabulary: usize) -> Result<(), TokenizerError> {
    let mut ids = HashSet::with_capacity(words.0.len());
    for (word, &id) in &words.0 {
        if id as usize >= vocabulary {
            return Err(TokenizerError::Id { word: word.clone(), id, vocabulary });
        }
        if !ids.insert(id) {
            return Err(TokenizerError::DuplicateId(id));
        }
    }
    Ok(())
}

/// The added tokens, which are found in a text as they stand.
pub(super) fn added_tokens_of(added: &[AddedTokenSpec]) -> Result<Vec<AddedToken>, TokenizerError> {
    let mut contents = HashSet::new();
    let check = |token: &AddedTokenSpec| {
        let is_plain = !(token.single_word || token.lstrip || token.rstrip || token.normalized);
        if !is_plain || token.content.is_empty() || !contents.insert(token.content.clone()) {
            return Err(TokenizerError::AddedToken(token.content.clone()));
        }
        Ok(AddedToken::from(token.content.clone(), true))
    };
    added.iter().map(check).collect()
}

/// The tokens before and after a text.
fn check_template(file: &TokenizerFile) -> Result<BertProcessing, TokenizerError> {
    let PostProcessorSpec { single, special_tokens, .. } = &file.post_processor;
    let [Piece::SpecialToken { id: cls, type_id: 0 }, Piece::Sequence { id: sequence, type_id: 0 }, Piece::SpecialToken { id: sep, type_id: 0 }] =
        single
    else {
        return Err(TokenizerError::Template);
    };
    if sequence != "A" {
        return Err(TokenizerError::Template);
    }
    let token = |name: &str| -> Result<(String, u32), TokenizerError> {
        let [id] = special_tokens.get(name).ok_or_else(|| TokenizerError::UnknownToken(name.into()))?.ids;
        check_token(&file.model.vocab, name, id)?;
        Ok((name.to_owned(), id))
    };
    Ok(BertProcessing::new(token(sep)?, token(cls)?))
}

/// `token` is in the vocabulary, with `id`.
fn check_token(words: &Words, token: &str, id: u32) -> Result<(), TokenizerError> {
    if !token.is_empty() && words.0.get(token) == Some(&id) {
        return Ok(());
    }
    Err(TokenizerError::UnknownToken(token.into()))
}
