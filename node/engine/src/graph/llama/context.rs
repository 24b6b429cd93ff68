//! What a llama remembers of the tokens that it was given.

use crate::package::LlamaSpec;
use std::ops::Range;
use votive_kernels::{KernelError, KeyValueCache, MAX_ELEMENTS};

/// Keys and values of each layer.
pub(super) struct Context {
    caches: Vec<KeyValueCache>,
}

impl Context {
    /// Room for so many tokens, at most those of `spec`.
    pub fn new(spec: &LlamaSpec, tokens: usize) -> Result<Self, KernelError> {
        let cache = |_| KeyValueCache::new(spec.key_value_heads, spec.head_size(), tokens);
        Ok(Self { caches: (0..spec.layers).map(cache).collect::<Result<_, _>>()? })
    }

    /// The floats that the longest context takes.
    pub fn values(spec: &LlamaSpec) -> Result<usize, KernelError> {
        let (tokens, size) = (spec.max_tokens.next_multiple_of(16), spec.head_size());
        let elements = tokens * spec.key_value_heads * size.next_multiple_of(16);
        if elements > MAX_ELEMENTS {
            return Err(KernelError::TooLarge);
        }
        Ok(2 * spec.layers * elements)
    }

    /// The positions of the next `count` tokens.
    pub fn positions(&self, count: usize) -> Range<u32> {
        let begin = self.caches.first().map_or(0, KeyValueCache::len);
        // At most `max_tokens`, which is below 2³²; qed
        begin as u32..(begin + count) as u32
    }

    /// The keys and values of the layer `index`.
    pub fn cache(&mut self, index: usize) -> &mut KeyValueCache {
        &mut self.caches[index]
    }
}
