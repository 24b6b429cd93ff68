//! What a run of a model ends in.

use codec::{Decode, Encode};
use votive_digest::{AnswerCode, Hash};

/// A deterministic end of a run: the same on every machine for the same package, input and parameters.
///
/// A machine's own failure is an [`EngineError`](crate::EngineError) and never a completion.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Completion {
    /// How the computation ended.
    pub code: AnswerCode,
    /// The model's output: little-endian f32, row by row, or token ids, little-endian u32. Empty unless the code is
    /// `Complete`.
    pub output: Vec<u8>,
    /// What is metered: the tokens of an output that was generated, otherwise 1 a call.
    pub units: u32,
    /// Hash of what went into the last linear or convolutional layer, for each token of an output that was generated, by
    /// [`votive_digest::trace`].
    pub trace: Hash,
}

impl Completion {
    /// A deterministic failure: no output, one unit, and the trace of nothing.
    pub(crate) fn failed(code: AnswerCode) -> Self {
        Self { code, output: Vec::new(), units: 1, trace: votive_digest::trace(&[]) }
    }

    /// Hash of the code and the output.
    pub fn answer_hash(&self) -> Hash {
        votive_digest::answer_hash(self.code, &self.output)
    }

    /// H(trace): what a seat reveals of the trace.
    pub fn trace_hash(&self) -> Hash {
        votive_digest::trace_hash(&self.trace)
    }

    /// Digest of this answer to `request`.
    pub fn digest(&self, request: &Hash) -> Hash {
        votive_digest::digest(request, &self.answer_hash(), self.units, &self.trace_hash())
    }

    /// Digest of this answer as a golden vector, which belongs to no request.
    pub fn golden_digest(&self) -> Hash {
        votive_digest::golden_digest(&self.answer_hash(), self.units, &self.trace_hash())
    }
}
