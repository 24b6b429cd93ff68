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
        "a graph of architecture {0:?} is not described so: mlp and cnn have `layers`, bert has `bert`, none has both"
    )]
    Graph(Architecture),
    /// The input's type is not one of the architecture.
    #[error("`input.dtype` does not suit architecture {0:?}: mlp and cnn take u8 or f32, bert takes u32 or utf8")]
    InputType(Architecture),
    /// A size of a bert that is out of its bounds.
    #[error("`bert.{field}` is {value}, 1 to {most} are allowed")]
    BertField {
        /// Name of the field.
        field: &'static str,
        /// Its value.
        value: usize,
        /// The most that is allowed.
        most: usize,
    },
    /// Heads that do not share the hidden values evenly.
    #[error("`bert.heads` is {heads}, which does not divide `bert.hidden`, {hidden}")]
    Heads {
        /// Attention heads.
        heads: usize,
        /// Values of a token.
        hidden: usize,
    },
    /// An epsilon that is no positive float, or lies in the middle of two.
    #[error("`bert.epsilon` must be positive and near to one 32-bit float, such as 1e-12")]
    Epsilon,
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
