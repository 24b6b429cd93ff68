//! Weights: a safetensors file whose header has been checked, and the tensors that candle makes of it.

mod error;
mod header;

pub use error::{HeaderError, WeightsError};
pub use header::{ElementType, Header, TensorEntry, MAX_DIMENSIONS, MAX_HEADER_BYTES, MAX_TENSORS};

use crate::ops::OpError;
use candle_core::safetensors::SliceSafetensors;
use candle_core::{Device, Tensor};
use votive_kernels::PackedLinear;

/// A safetensors file in memory, from which layers take their tensors.
pub(crate) struct Weights<'a> {
    file: SliceSafetensors<'a>,
}

impl<'a> Weights<'a> {
    /// Opens `file`, whose header [`Header::read`] has accepted.
    pub fn open(file: &'a [u8]) -> Result<Self, WeightsError> {
        Ok(Self { file: SliceSafetensors::new(file).map_err(WeightsError::Open)? })
    }

    /// The f32 tensor `name`, finite throughout.
    pub fn f32(&self, name: &str) -> Result<Tensor, WeightsError> {
        let candle = |source| WeightsError::Candle { tensor: name.into(), source };
        let tensor = self.file.load(name, &Device::Cpu).map_err(candle)?;
        match crate::ops::check_finite(&tensor) {
            Ok(()) => Ok(tensor),
            Err(OpError::Kernel(_)) => Err(WeightsError::NotFinite(name.into())),
            Err(OpError::Candle(source)) => Err(candle(source)),
        }
    }

    /// The f32 matrix `name` of outputs × inputs, finite throughout, packed for products.
    pub fn packed(&self, name: &str, (inputs, outputs): (usize, usize)) -> Result<PackedLinear, WeightsError> {
        let candle = |source| WeightsError::Candle { tensor: name.into(), source };
        let tensor = self.file.load(name, &Device::Cpu).map_err(candle)?;
        crate::ops::with_values(&tensor, |values| PackedLinear::new(values, inputs, outputs)).map_err(|error| {
            match error {
                OpError::Kernel(_) => WeightsError::NotFinite(name.into()),
                OpError::Candle(source) => candle(source),
            }
        })
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
}
