//! Weights: a safetensors file whose header has been checked, and the tensors that candle makes of it.

mod error;
mod header;

pub use error::{HeaderError, WeightsError};
pub use header::{ElementType, Header, TensorEntry, MAX_DIMENSIONS, MAX_HEADER_BYTES, MAX_TENSORS};

use crate::ops::OpError;
use candle_core::safetensors::SliceSafetensors;
use candle_core::{DType, Device, Tensor};
use votive_kernels::{KernelError, PackedLinear, PackedLinearI8};

/// A safetensors file in memory, from which layers take their tensors.
pub(crate) struct Weights<'a> {
    file: SliceSafetensors<'a>,
}

impl<'a> Weights<'a> {
    /// Opens `file`, whose header [`Header::read`] has accepted.
    pub fn open(file: &'a [u8]) -> Result<Self, WeightsError> {
        Ok(Self { file: SliceSafetensors::new(file).map_err(WeightsError::Open)? })
    }

    /// The tensor `name` of floats, finite throughout.
    pub fn f32(&self, name: &str) -> Result<Tensor, WeightsError> {
        let tensor = self.load(name)?;
        crate::ops::check_finite(&tensor).map_err(|error| refused(name, error))?;
        Ok(tensor)
    }

    /// The matrix `name` of floats, outputs × inputs, finite throughout, packed for products.
    pub fn packed(&self, name: &str, (inputs, outputs): (usize, usize)) -> Result<PackedLinear, WeightsError> {
        let tensor = self.load(name)?;
        crate::ops::with_values(&tensor, |values| PackedLinear::new(values, inputs, outputs))
            .map_err(|error| refused(name, error))
    }

    /// The i8 matrix `name`, outputs × inputs, and a scale for each output, packed for products.
    pub fn packed_i8(
        &self,
        (name, scales): (&str, &str),
        (inputs, outputs): (usize, usize),
    ) -> Result<PackedLinearI8, WeightsError> {
        let (weight, scale_values) = (self.i8(name)?, self.f32(scales)?);
        crate::ops::with_values(&scale_values, |values| PackedLinearI8::new(&weight, values, inputs, outputs))
            .map_err(|error| refused(name, error))
    }

    /// The i8 tensor `name`, every weight of it −127 or more. candle has no such type, so these are plain bytes.
    pub fn i8(&self, name: &str) -> Result<Vec<i8>, WeightsError> {
        let view = self.file.get(name).map_err(|source| WeightsError::Candle { tensor: name.into(), source })?;
        let values: Vec<i8> = view.data().iter().map(|byte| i8::from_le_bytes([*byte])).collect();
        if values.contains(&i8::MIN) {
            return Err(WeightsError::OutOfRange(name.into()));
        }
        Ok(values)
    }

    /// The tensor `name` of floats as f32. A wider float holds each shorter one, so that nothing is rounded.
    fn load(&self, name: &str) -> Result<Tensor, WeightsError> {
        let tensor = self.file.load(name, &Device::Cpu).and_then(|tensor| tensor.to_dtype(DType::F32));
        tensor.map_err(|source| WeightsError::Candle { tensor: name.into(), source })
    }
}

/// Why the tensor `name`, whose shape the plan has checked, is refused.
fn refused(name: &str, error: OpError) -> WeightsError {
    match error {
        OpError::Kernel(KernelError::WeightOutOfRange) => WeightsError::OutOfRange(name.into()),
        OpError::Kernel(_) => WeightsError::NotFinite(name.into()),
        OpError::Candle(source) => WeightsError::Candle { tensor: name.into(), source },
    }
}

#[cfg(test)]
#[path = "weights/half_tests.rs"]
mod tests;
