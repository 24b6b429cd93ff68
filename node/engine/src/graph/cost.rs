//! What a graph costs.

use crate::package::Architecture;
use crate::weights::TensorEntry;

/// The most multiplications of one call: some seconds of one core. A call can be cancelled between layers, and one layer
/// may be nearly all of it.
pub const MAX_MULTIPLICATIONS: u64 = 1 << 34;

/// The most multiplications of a call that generates: the longest prompt and answer of a model of two billion weights. They
/// are many steps, of a block of rows through one layer at most, between which the call can be ended.
pub const MAX_GENERATED_MULTIPLICATIONS: u64 = 1 << 44;

/// The most multiplications of one call of `architecture`.
pub const fn max_multiplications(architecture: Architecture) -> u64 {
    match architecture {
        Architecture::Llama => MAX_GENERATED_MULTIPLICATIONS,
        _ => MAX_MULTIPLICATIONS,
    }
}

/// What a graph costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Bytes of all weights.
    pub weight_bytes: u64,
    /// Bytes that loading or one call takes at its widest, beyond the weights.
    pub call_bytes: u64,
    /// Multiplications of one call.
    pub multiplications: u64,
}

impl Cost {
    /// Counts a step that holds `values` floats at once.
    pub(super) fn hold(&mut self, values: u64) {
        self.call_bytes = self.call_bytes.max(values.saturating_mul(size_of::<f32>() as u64));
    }

    /// Counts what a tensor of floats takes beyond its bytes in the file when it becomes f32.
    pub(super) fn widen(&mut self, entry: &TensorEntry) {
        let (bytes, elements) = (entry.bytes.len() as u64, entry.elements() as u64);
        let widened = elements * size_of::<f32>() as u64;
        self.weight_bytes += widened - bytes;
    }

    /// Counts a step of `a` × `b` multiplications.
    pub(super) fn multiply(&mut self, a: usize, b: usize) {
        let product = (a as u64).saturating_mul(b as u64);
        self.multiplications = self.multiplications.saturating_add(product);
    }
}
