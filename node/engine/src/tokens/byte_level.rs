//! Between texts and token ids, by byte-pair encoding over bytes.

use super::byte_level_file::{BpeSpec, ByteLevelFile};
use super::split_file::PostProcessorSpec;
use super::splitter::Splitter;
use super::tokenizer::{added_tokens_of, check_ids};
use super::tokenizer_file::AddedTokenSpec;
use super::TokenizerError;
use ahash::AHashMap;
use std::collections::HashSet;
use tokenizers::decoders::byte_level::ByteLevel;
use tokenizers::models::bpe::{BpeBuilder, BPE};
use tokenizers::normalizers::NFC;
use tokenizers::{Model, TokenizerBuilder, TokenizerImpl};

/// The longest file, in bytes.
pub const MAX_BYTE_LEVEL_BYTES: usize = 16 << 20;

/// There is no post-processor: the type has to be one, and no value of it is made.
type Library = TokenizerImpl<BPE, NFC, Splitter, ByteLevel, ByteLevel>;

/// A tokenizer whose ids are all of the model's vocabulary, and that has a token for each byte.
pub struct ByteLevelTokenizer {
    library: Library,
    /// The id of the token that the file puts before each text.
    begin_token: Option<u32>,
}

impl ByteLevelTokenizer {
    /// Memory for parsing and keeping the tokenizer in a file of `length`, for a vocabulary of so many words: at most 32 times
    /// the file while it is parsed, where a merge takes a few bytes of it, and the library's tables of words. The library's
    /// regular expression is one for all tokenizers of a process, and counted with its threads (`serve/command.rs`).
    ///
    /// # Errors
    /// [`TooLong`](TokenizerError::TooLong) for a file that [`parse`](Self::parse) refuses by its length.
    pub fn memory_bytes(length: usize, vocabulary: usize) -> Result<u64, TokenizerError> {
        if length > MAX_BYTE_LEVEL_BYTES {
            return Err(TokenizerError::TooLong { length, limit: MAX_BYTE_LEVEL_BYTES });
        }
        Ok(32 * length as u64 + 512 * vocabulary as u64)
    }

    /// Parses and checks a `tokenizer.json` for a table of `vocabulary` words.
    ///
    /// # Errors
    /// Why the file is refused: it is too long, not of byte-pair encoding over bytes, or does not fit the model's vocabulary.
    pub fn parse(json: &[u8], vocabulary: usize) -> Result<Self, TokenizerError> {
        Self::memory_bytes(json.len(), vocabulary)?;
        let ByteLevelFile { added_tokens, normalizer, pre_tokenizer, post_processor, model, .. } =
            serde_json::from_slice(json)?;
        check_ids(&model.vocab, vocabulary)?;
        let added = added_tokens_of(&added_tokens)?;
        check_model(&model)?;
        let bpe = BpeBuilder::new()
            .vocab_and_merges(model.vocab.0.into_iter().collect::<AHashMap<_, _>>(), model.merges.0)
            .ignore_merges(model.ignore_merges)
            // The library's cache belongs to the thread, not to the tokenizer: it would outlive the package.
            .cache_capacity(0)
            .build();
        let library = bpe.and_then(|bpe| {
            let mut library: Library = TokenizerBuilder::new()
                .with_model(bpe)
                .with_normalizer(normalizer.map(|_| NFC))
                .with_pre_tokenizer(Some(pre_tokenizer.0))
                .with_decoder(Some(pre_tokenizer.0.byte_level))
                .build()?;
            library.add_special_tokens(added)?;
            Ok(library)
        });
        let library = library.map_err(TokenizerError::Build)?;
        check_added_ids(&library, &added_tokens, vocabulary)?;
        Ok(Self { begin_token: begin_token(&library, post_processor)?, library })
    }

    /// The token that the file puts before each text, which [`encode`](Self::encode) leaves to the manifest.
    pub fn begin_token(&self) -> Option<u32> {
        self.begin_token
    }

    /// The ids of `text`. `None` if the library gives up on it, which no text within a request's limit has been seen to make it
    /// do.
    pub fn encode(&self, text: &str) -> Option<Vec<u32>> {
        Some(self.library.encode_fast(text, false).ok()?.get_ids().to_vec())
    }

    /// The text of `ids`, for people: what is no UTF-8 is replaced, and an id without a word is left out.
    pub fn decode(&self, ids: &[u32]) -> String {
        self.library.decode(ids, false).unwrap_or_default()
    }
}

/// The model has a token for each byte and for each merge, and nothing that is not of bytes.
fn check_model(model: &BpeSpec) -> Result<(), TokenizerError> {
    let words = &model.vocab.0;
    let affixes = [&model.continuing_subword_prefix, &model.end_of_word_suffix];
    if affixes.iter().any(|affix| affix.as_ref().is_some_and(|affix| !affix.is_empty()))
        || model.fuse_unk
        || model.byte_fallback
    {
        return Err(TokenizerError::NotOfBytes);
    }
    let mut bytes = [0; 4];
    if let Some(missing) =
        ByteLevel::alphabet().into_iter().filter(|c| !words.contains_key(&*c.encode_utf8(&mut bytes))).min()
    {
        return Err(TokenizerError::MissingByte(missing));
    }
    let mut pairs = HashSet::with_capacity(model.merges.0.len());
    let wrong = model.merges.0.iter().find(|(left, right)| {
        let is_known =
            [left.clone(), right.clone(), format!("{left}{right}")].iter().all(|word| words.contains_key(word));
        left.is_empty() || right.is_empty() || !is_known || !pairs.insert((left, right))
    });
    match wrong {
        Some((left, right)) => Err(TokenizerError::Merge(format!("{left} {right}"))),
        None => Ok(()),
    }
}

/// Each added token has the id that the file names: that of a word, or the next after all words and those before it.
fn check_added_ids(library: &Library, added: &[AddedTokenSpec], vocabulary: usize) -> Result<(), TokenizerError> {
    for AddedTokenSpec { id, content, .. } in added {
        let is_of_another = library.get_model().id_to_token(*id).is_some_and(|word| word != *content);
        if library.token_to_id(content) != Some(*id) || is_of_another {
            return Err(TokenizerError::UnknownToken(content.clone()));
        }
        if *id as usize >= vocabulary {
            return Err(TokenizerError::Id { word: content.clone(), id: *id, vocabulary });
        }
    }
    Ok(())
}

/// The id of the token that `template` puts before each text.
fn begin_token(library: &Library, template: Option<PostProcessorSpec>) -> Result<Option<u32>, TokenizerError> {
    match template.and_then(|PostProcessorSpec(begin)| begin) {
        Some((name, id)) if library.token_to_id(&name) != Some(id) => Err(TokenizerError::UnknownToken(name)),
        begin => Ok(begin.map(|(_, id)| id)),
    }
}
