//! Tensors as a safetensors file.

use safetensors::tensor::{Dtype, SafeTensorError, View};
use std::borrow::Cow;

/// A tensor of f32 to be written.
pub(crate) struct F32Tensor {
    /// Its name.
    pub name: String,
    /// Its dimensions, the slowest first.
    pub shape: Vec<usize>,
    /// As many values as the shape has.
    pub values: Vec<f32>,
}

/// A safetensors file of `tensors`, which it sorts by name.
pub(crate) fn safetensors_file(tensors: &[F32Tensor]) -> Result<Vec<u8>, SafeTensorError> {
    safetensors::serialize(tensors.iter().map(|tensor| (tensor.name.as_str(), tensor)), None)
}

impl View for &F32Tensor {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Owned(crate::package::bytes(&self.values))
    }

    fn data_len(&self) -> usize {
        size_of_val(self.values.as_slice())
    }
}
