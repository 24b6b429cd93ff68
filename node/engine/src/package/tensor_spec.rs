//! How bytes of a request become the input of a graph, and what its output is.

use super::ManifestError;
use serde::{Deserialize, Serialize};
use votive_digest::{MAX_INPUT_BYTES, MAX_OUTPUT_BYTES};

/// What a model takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputSpec {
    /// Type of the values in a request.
    pub dtype: InputType,
    /// `[values]` for an mlp, `[channels, height, width]` for a cnn, `[tokens at most]` or `[bytes at most]` for a
    /// bert or a llama.
    pub shape: Vec<usize>,
    /// What each u8 is multiplied by. Not with f32. As f64, so that a value that is no f32 shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<f64>,
}

/// Type of the values in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum InputType {
    /// One byte a value.
    U8,
    /// Little-endian f32.
    F32,
    /// Token ids, little-endian u32: one or more, up to the shape.
    U32,
    /// A text, up to as many bytes as the shape says.
    Utf8,
}

/// What a model gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputSpec {
    /// Type of the values in an answer.
    pub dtype: OutputType,
    /// Its dimensions; `[tokens at most]` of a llama.
    pub shape: Vec<usize>,
    /// What each value stands for, such as the classes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
}

/// Type of the values in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum OutputType {
    /// Little-endian f32.
    F32,
    /// Token ids, little-endian u32: one or more, up to the shape.
    U32,
}

impl InputSpec {
    /// Values of an input, of tokens and texts the most. Exact once the manifest is checked.
    pub fn values(&self) -> usize {
        product(&self.shape)
    }

    /// Bytes of an input, of tokens and texts the most.
    pub fn bytes(&self) -> usize {
        self.values().saturating_mul(match self.dtype {
            InputType::U8 | InputType::Utf8 => 1,
            InputType::F32 => size_of::<f32>(),
            InputType::U32 => size_of::<u32>(),
        })
    }

    /// The values of `input`; `None` if it has another length than the manifest declares, or is tokens or a text.
    pub(crate) fn read(&self, input: &[u8]) -> Option<Vec<f32>> {
        if input.len() != self.bytes() {
            return None;
        }
        Some(match self.dtype {
            // The scale is exactly an f32 by `check`; one multiplication, rounded once; qed
            InputType::U8 => input.iter().map(|byte| f32::from(*byte) * self.scale.unwrap_or(1.0) as f32).collect(),
            InputType::F32 => crate::package::f32s(input),
            InputType::U32 | InputType::Utf8 => return None,
        })
    }

    pub(crate) fn check(&self) -> Result<(), ManifestError> {
        let scale_fits = match (self.dtype, self.scale) {
            (_, None) => true,
            (InputType::U8, Some(scale)) => scale > 0.0 && scale.is_finite() && f64::from(scale as f32) == scale,
            (InputType::F32 | InputType::U32 | InputType::Utf8, Some(_)) => false,
        };
        if !scale_fits {
            return Err(ManifestError::Scale);
        }
        check_bytes("input", self.bytes(), MAX_INPUT_BYTES)
    }
}

impl OutputSpec {
    /// Values of an output, of tokens the most. Exact once the manifest is checked.
    pub fn values(&self) -> usize {
        product(&self.shape)
    }

    /// Bytes of an output, of tokens the most.
    pub fn bytes(&self) -> usize {
        self.values().saturating_mul(match self.dtype {
            OutputType::F32 => size_of::<f32>(),
            OutputType::U32 => size_of::<u32>(),
        })
    }

    /// The label and the value of the largest value in `output`, the first if several are equal. `None` without labels, which
    /// tokens never have, and for an output that is not whole.
    pub fn best(&self, output: &[u8]) -> Option<(&str, f32)> {
        let values = crate::package::f32s(output);
        let best = votive_kernels::argmax(&values);
        Some((self.labels.get(best)?.as_str(), *values.get(best)?))
    }

    pub(super) fn check(&self) -> Result<(), ManifestError> {
        check_bytes("output", self.bytes(), MAX_OUTPUT_BYTES)?;
        let values = if self.dtype == OutputType::U32 { 0 } else { self.values() };
        if !self.labels.is_empty() && self.labels.len() != values {
            return Err(ManifestError::Labels { labels: self.labels.len(), values });
        }
        Ok(())
    }
}

/// The product of a shape, zero if it has no dimensions, saturated if it overflows.
fn product(shape: &[usize]) -> usize {
    shape.iter().copied().reduce(usize::saturating_mul).unwrap_or(0)
}

fn check_bytes(what: &'static str, bytes: usize, limit: u32) -> Result<(), ManifestError> {
    let bytes = bytes as u64;
    if bytes == 0 || bytes > u64::from(limit) {
        return Err(ManifestError::Shape { what, bytes, limit });
    }
    Ok(())
}
