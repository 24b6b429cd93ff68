//! Why a manifest is refused.

use super::manifest::{FORMAT, MAX_LAYERS, MAX_MANIFEST_BYTES, MAX_TEXT_BYTES};

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
    /// A path that is not allowed in a package.
    #[error("the manifest names `{0}`, which leaves the package or holds other characters than A-Z a-z 0-9 . _ - /")]
    UnsafePath(String),
    /// A file is listed twice, or the manifest lists itself.
    #[error("`files` names `{0}` twice, or names the manifest; list every other file once")]
    DuplicateFile(String),
    /// The weights or the golden vectors are not among the files.
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
