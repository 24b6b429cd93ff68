//! Weights: a safetensors or GGUF file whose header has been checked, and what is made of its tensors.

mod error;
mod gguf;
mod header;
mod remarks;
mod row_order;
mod writer;

pub use error::{HeaderError, WeightsError};
pub use gguf::{read as read_gguf, GgufError, MAX_GGUF_DIMENSIONS, MAX_GGUF_HEADER_BYTES, MAX_NAME_BYTES};
pub use header::{ElementType, Header, TensorEntry, MAX_DIMENSIONS, MAX_HEADER_BYTES, MAX_START_BYTES, MAX_TENSORS};
pub use row_order::RowOrder;
pub(crate) use writer::{safetensors_file, F32Tensor};

use crate::package::CheckedFile;
use crate::Threads;
use candle_core::{Device, Tensor};
use std::sync::Arc;
use votive_kernels::{
    BlockFormat, KernelError, LinearPacker, LinearPackerBlocks, LinearPackerI8, PackedLinear, PackedLinearBlocks,
    PackedLinearI8,
};

/// Bytes of a tensor that are looked at together: whole elements of each type.
const BLOCK_BYTES: usize = 16 * 1024;

/// Why a packer that is made for a tensor takes it.
const FITTED: &str = "the plan has fitted the tensor to this shape; qed";

/// A file of tensors, from which layers take theirs one by one. Each is read straight into the form in which it stays, so that
/// none is in memory twice.
pub(crate) struct Weights<'a> {
    file: &'a CheckedFile,
    header: &'a Header,
    threads: &'a Arc<Threads>,
}

impl<'a> Weights<'a> {
    /// Bytes of memory, at most, that reading a tensor takes beside what is made of it: a block, and its floats.
    pub const LOADING_BYTES: u64 = 3 * BLOCK_BYTES as u64;

    /// The tensors of `file`, which has that `header`, for layers whose products `threads` share.
    pub fn new(file: &'a CheckedFile, header: &'a Header, threads: &'a Arc<Threads>) -> Self {
        Self { file, header, threads }
    }

    /// The threads that share the products of the layers.
    pub fn threads(&self) -> &Arc<Threads> {
        self.threads
    }

    /// The tensor `name` of floats, finite throughout.
    pub fn f32(&self, name: &str) -> Result<Tensor, WeightsError> {
        let candle = |source| WeightsError::Candle { tensor: name.into(), source };
        Tensor::from_vec(self.values(name)?, self.entry(name).shape.as_slice(), &Device::Cpu).map_err(candle)
    }

    /// The tensor `name` of floats, finite throughout, packed for products as a matrix of outputs × inputs.
    pub fn packed(&self, name: &str, (inputs, outputs): (usize, usize)) -> Result<PackedLinear, WeightsError> {
        let mut packer = LinearPacker::new(inputs, outputs).expect(FITTED);
        self.floats(name, |values| packer.push(values).map_err(|error| refused(name, error)))?;
        Ok(packer.finish().expect(FITTED))
    }

    /// The i8 matrix `name`, outputs × inputs, and a scale for each output, packed for products.
    pub fn packed_i8(
        &self,
        (name, scales): (&str, &str),
        (inputs, outputs): (usize, usize),
    ) -> Result<PackedLinearI8, WeightsError> {
        let mut packer = LinearPackerI8::new(inputs, outputs).expect(FITTED);
        self.int8s(name, |values| packer.push(values).map_err(|error| refused(name, error)))?;
        packer.finish(&self.values(scales)?).map_err(|error| refused(scales, error))
    }

    /// The matrix `name` of blocks of `format`, outputs × inputs, packed for products. Its scales are finite.
    pub fn packed_blocks(
        &self,
        (name, format): (&str, BlockFormat),
        (inputs, outputs): (usize, usize),
    ) -> Result<PackedLinearBlocks, WeightsError> {
        let mut packer = LinearPackerBlocks::new(format, inputs, outputs).expect(FITTED);
        self.blocks(name, |blocks| packer.push(blocks).map_err(|error| refused(name, error)))?;
        Ok(packer.finish().expect(FITTED))
    }

    /// The i8 tensor `name`, every weight of it −127 or more. candle has no such type, so these are plain bytes.
    pub fn i8(&self, name: &str) -> Result<Vec<i8>, WeightsError> {
        let mut all = self.reserve(name)?;
        self.int8s(name, |values| {
            all.extend_from_slice(values);
            Ok(())
        })?;
        match all.contains(&i8::MIN) {
            true => Err(WeightsError::OutOfRange(name.into())),
            false => Ok(all),
        }
    }

    /// The values of the tensor `name` of floats, finite throughout.
    fn values(&self, name: &str) -> Result<Vec<f32>, WeightsError> {
        let mut all = self.reserve(name)?;
        self.floats(name, |values| {
            all.extend_from_slice(values);
            Ok(())
        })?;
        Ok(all)
    }

    /// Room for the elements of the tensor `name`.
    fn reserve<T>(&self, name: &str) -> Result<Vec<T>, WeightsError> {
        let elements = self.entry(name).elements();
        let mut all = Vec::new();
        // A refused allocation is an error here; a failed one inside of `extend` would abort the process.
        let refused = |_| WeightsError::Allocation { tensor: name.into(), bytes: (elements * size_of::<T>()) as u64 };
        all.try_reserve_exact(elements).map_err(refused)?;
        Ok(all)
    }

    /// Hands on the values of the tensor `name` of floats, block by block. A wider float holds each shorter one, so that nothing
    /// is rounded. Refuses one that is not finite.
    fn floats(&self, name: &str, mut take: impl FnMut(&[f32]) -> Result<(), WeightsError>) -> Result<(), WeightsError> {
        let mut values = Vec::with_capacity(BLOCK_BYTES / size_of::<u16>());
        let element = self.entry(name).element;
        self.blocks(name, |block| {
            values.clear();
            element.read_floats(block, &mut values);
            votive_kernels::check_finite(&values).map_err(|error| refused(name, error))?;
            take(&values)
        })
    }

    /// Hands on the values of the i8 tensor `name`, block by block.
    fn int8s(&self, name: &str, mut take: impl FnMut(&[i8]) -> Result<(), WeightsError>) -> Result<(), WeightsError> {
        let mut values = Vec::with_capacity(BLOCK_BYTES);
        self.blocks(name, |block| {
            values.clear();
            values.extend(block.iter().map(|byte| i8::from_le_bytes([*byte])));
            take(&values)
        })
    }

    /// Hands on the bytes of the tensor `name`, block by block: whole elements each, in the order in which layers take them.
    fn blocks(&self, name: &str, mut take: impl FnMut(&[u8]) -> Result<(), WeightsError>) -> Result<(), WeightsError> {
        let entry = self.entry(name);
        if entry.rows != RowOrder::AsStored {
            return self.ordered_rows(entry, take);
        }
        let range = entry.bytes.clone();
        let mut left = range.len();
        let mut reader = self.file.read(range)?;
        let (_, unit) = entry.element.block();
        let most = BLOCK_BYTES / unit * unit;
        let mut block = vec![0; left.min(most)];
        while left > 0 {
            let block = &mut block[..left.min(most)];
            reader.read_exact(block)?;
            take(block)?;
            left -= block.len();
        }
        Ok(())
    }

    /// Hands on the rows of a tensor one by one, as [`blocks`](Self::blocks) does.
    fn ordered_rows(
        &self,
        entry: &TensorEntry,
        mut take: impl FnMut(&[u8]) -> Result<(), WeightsError>,
    ) -> Result<(), WeightsError> {
        let mut reader = self.file.read(entry.bytes.clone())?;
        let (rows, row_bytes) = (entry.rows.window(), entry.row_bytes());
        let mut window = vec![0; rows * row_bytes];
        // The plan has fitted the tensor to whole heads; qed
        for _ in 0..entry.bytes.len() / window.len() {
            reader.read_exact(&mut window)?;
            for index in 0..rows {
                take(&window[entry.rows.source(index) * row_bytes..][..row_bytes])?;
            }
        }
        Ok(())
    }

    fn entry(&self, name: &str) -> &TensorEntry {
        self.header.get(name).expect("the plan has found each tensor that it names in this header; qed")
    }
}

/// Why the kernels refuse the values of the tensor `name`, whose shape the plan has checked.
fn refused(name: &str, error: KernelError) -> WeightsError {
    match error {
        KernelError::WeightOutOfRange => WeightsError::OutOfRange(name.into()),
        _ => WeightsError::NotFinite(name.into()),
    }
}

#[cfg(test)]
#[path = "../tests/fixture/gguf.rs"]
mod gguf_file;

#[cfg(test)]
#[path = "weights/half_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "weights/gguf_load_tests.rs"]
mod gguf_load_tests;
