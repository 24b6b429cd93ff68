//! Why a manifest is refused.

use super::manifest::{Architecture, FORMAT, MAX_LAYERS, MAX_MANIFEST_BYTES, MAX_TEXT_BYTES};

/// Why a manifest is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// Longer than [`MAX_MANIFEST_BYTES`].
    #[error("the manifest has {0} bytes, the limit is {MAX_MANIFEST_BYTES}")]
    TooLong(usize),
    /// Not the JSON that the format asks for.
    #[error("the manifest is not what format {FORMAT} asks for; correct the field that is named below")]
    Json(#[from] serde_json::Error),
    /// Another format.
    #[error(
        "the manifest has format {0}, this engine reads format {FORMAT}; update the engine or pack the model again"
    )]
    Format(u16),
    /// An arithmetic that this engine does not implement.
    #[error("the manifest asks for kernel_spec {0}, this engine computes in {spec}; update the engine", spec = votive_kernels::KERNEL_SPEC)]
    KernelSpec(u16),
    /// A text is empty or too long.
    #[error("`{0}` must have 1 to {MAX_TEXT_BYTES} bytes")]
    Text(&'static str),
    /// Too few or too many layers.
    #[error("the graph has {0} layers, 1 to {MAX_LAYERS} are allowed")]
    Layers(usize),
    /// The graph is not described in the architecture's way.
    #[error(
        "a graph of architecture {0:?} is not described so: mlp and cnn have `layers`, bert has `bert`, llama has `llama`, none has two of them"
    )]
    Graph(Architecture),
    /// Weights in a GGUF file, whose names are those of a llama.
    #[error("`weights` of architecture {0:?} cannot be a .gguf file, only a llama's can; convert them to safetensors")]
    Gguf(Architecture),
    /// The input's type is not one of the architecture.
    #[error(
        "`input.dtype` does not suit architecture {0:?}: mlp and cnn take u8 or f32, bert and llama take u32 or utf8"
    )]
    InputType(Architecture),
    /// The output's type is not one of the architecture.
    #[error("`output.dtype` does not suit architecture {0:?}: llama gives u32, the others f32")]
    OutputType(Architecture),
    /// A size that is out of its bounds.
    #[error("`{section}.{field}` is {value}, 1 to {most} are allowed")]
    Size {
        /// The architecture's section of the manifest.
        section: &'static str,
        /// Name of the field.
        field: &'static str,
        /// Its value.
        value: usize,
        /// The most that is allowed.
        most: usize,
    },
    /// Heads that do not share the hidden values evenly.
    #[error("`{section}.heads` is {heads}, which does not divide `{section}.hidden`, {hidden}; name a head size where there is one")]
    Heads {
        /// The architecture's section of the manifest.
        section: &'static str,
        /// Attention heads.
        heads: usize,
        /// Values of a token.
        hidden: usize,
    },
    /// An epsilon that is no positive float, or lies in the middle of two.
    #[error("`{0}.epsilon` must be positive and near to one 32-bit float, such as 1e-12")]
    Epsilon(&'static str),
    /// Heads of keys and values that queries cannot share evenly.
    #[error("`llama.key_value_heads` is {key_value_heads}, which does not divide `llama.heads`, {heads}")]
    KeyValueHeads {
        /// Heads of keys and values.
        key_value_heads: usize,
        /// Heads of queries.
        heads: usize,
    },
    /// A head that does not split into pairs.
    #[error("a head of `llama` has {0} values, which must be even: they turn in pairs; correct `head_size`")]
    HeadSize(usize),
    /// A base of rotary embeddings that is no float from 1 on, or lies in the middle of two.
    #[error("`llama.rotary_base` must be 1 or more and near to one 32-bit float, such as 10000")]
    RotaryBase,
    /// A token that the vocabulary does not have, one that stands twice, or too many.
    #[error("`llama.{field}` must name tokens of the vocabulary, each once, at most {most}")]
    Token {
        /// Name of the field.
        field: &'static str,
        /// The most tokens of it.
        most: usize,
    },
    /// A prompt or an answer that does not fit into the context.
    #[error("a llama of {max_tokens} `max_tokens` has an `{what}.shape` of one dimension, at most {most}")]
    ContextShape {
        /// `input` or `output`.
        what: &'static str,
        /// Tokens of prompt and answer together.
        max_tokens: usize,
        /// The most that the dimension may be.
        most: usize,
    },
    /// An input of token ids that is not as long as the call.
    #[error("`input.shape` must be [{max_tokens}], which is `bert.max_tokens`")]
    TokenShape {
        /// The most tokens of a call.
        max_tokens: usize,
    },
    /// A text without a tokenizer, or a tokenizer without a text.
    #[error("`tokenizer` belongs to an input of dtype utf8, and only there")]
    Tokenizer,
    /// A text that is not declared by its length, or is cut to nothing.
    #[error("a utf8 input has the `shape` [bytes at most], and `bert.max_tokens` is {least} or more", least = crate::tokens::MIN_TOKENS)]
    TextShape,
    /// A path that is not allowed in a package.
    #[error("the manifest names `{0}`, which leaves the package or holds other characters than A-Z a-z 0-9 . _ - /")]
    UnsafePath(String),
    /// A file is listed twice, or the manifest lists itself.
    #[error("`files` names `{0}` twice, or names the manifest; list every other file once")]
    DuplicateFile(String),
    /// The weights, the golden vectors or the tokenizer are not among the files.
    #[error("`{0}` is used but not listed in `files`; add it there")]
    NotListed(String),
    /// An input or output shape that no request or answer can carry.
    #[error("the {what} takes {bytes} bytes, 1 to {limit} are allowed; reduce its shape")]
    Shape {
        /// `input` or `output`.
        what: &'static str,
        /// Its length, saturated.
        bytes: u64,
        /// The most that is allowed.
        limit: u32,
    },
    /// A scale that is missing, out of place or rounded.
    #[error("`input.scale` belongs to dtype u8, positive and exactly a 32-bit float, such as 0.0625 or 1")]
    Scale,
    /// As many labels as values are due.
    #[error("`output.labels` has {labels} entries for {values} values; give one for each")]
    Labels {
        /// Labels given.
        labels: usize,
        /// Values of the output.
        values: usize,
    },
}
