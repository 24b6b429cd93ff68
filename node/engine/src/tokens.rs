//! How the bytes of a request become tokens.

use crate::package::BertSpec;

/// Token ids as a request carries them: little-endian u32.
pub(crate) struct TokenIds {
    max_tokens: usize,
    vocabulary: usize,
}

impl TokenIds {
    /// The token ids that `bert` takes.
    pub fn of(bert: &BertSpec) -> Self {
        Self { max_tokens: bert.max_tokens, vocabulary: bert.vocabulary }
    }

    /// The ids in `input`; `None` if there are none or too many of them, if the last is not whole, or if one is not of the
    /// vocabulary.
    pub fn read(&self, input: &[u8]) -> Option<Vec<u32>> {
        let (ids, rest) = input.as_chunks();
        let fits = rest.is_empty() && (1..=self.max_tokens).contains(&ids.len());
        let ids: Vec<u32> = ids.iter().map(|id| u32::from_le_bytes(*id)).collect();
        (fits && ids.iter().all(|id| (*id as usize) < self.vocabulary)).then_some(ids)
    }
}
