//! Fits layers to the tensors of a header, and adds up what the graph will cost.

use super::cost::{max_multiplications, Cost};
use super::layers::{Conv2d, Linear, WeightName};
use super::GraphError;
use crate::package::Architecture;
use crate::weights::{ElementType, Header, TensorEntry};
use std::collections::BTreeSet;
use votive_kernels::{
    Conv2dShape, KernelError, LinearShape, PackedLinear, PackedLinearBlocks, PackedLinearI8, Pool2dShape, MAX_INPUTS_I8,
};

/// Channels, height and width of an image.
pub(super) type ImageShape = (usize, usize, usize);

pub(super) struct Planner<'a> {
    header: &'a Header,
    taken: BTreeSet<String>,
    pub cost: Cost,
}

impl<'a> Planner<'a> {
    pub fn new(header: &'a Header) -> Self {
        Self { header, taken: BTreeSet::new(), cost: Cost::default() }
    }

    /// A linear layer over a row of `inputs`.
    pub fn linear(
        &mut self,
        layer: usize,
        inputs: usize,
        (weight, scales, bias): (&str, Option<&str>, Option<&str>),
    ) -> Result<Linear<WeightName, String>, GraphError> {
        let entry = self.take(layer, weight)?;
        let [outputs, taken_inputs] = dimensions(layer, weight, entry)?;
        if taken_inputs != inputs {
            return Err(mismatch(layer, weight, entry, vec![outputs, inputs]));
        }
        let weight_name = match (entry.element, scales) {
            (float, None) if float.is_float() => {
                self.cost.widen(entry);
                WeightName::F32(weight.into())
            }
            (ElementType::I8, Some(scales)) => {
                self.row(layer, scales, outputs)?;
                WeightName::I8 { weight: weight.into(), scales: scales.into() }
            }
            _ => return Err(GraphError::ElementType { layer, tensor: weight.into() }),
        };
        self.pack(layer, &weight_name, (inputs, outputs))?;
        let workspace = weight_name.workspace_values((inputs, outputs), 1);
        let workspace = workspace.map_err(|source| GraphError::Shape { layer, source })?;
        // The outputs twice, as threads put them together where calls run together.
        self.cost.hold((inputs + 2 * outputs + workspace) as u64);
        let bias = self.bias(layer, bias, outputs)?;
        self.spend(layer, inputs, outputs, 1)?;
        self.cost.multiply(inputs, outputs);
        Ok(Linear { shape: LinearShape { rows: 1, inputs, outputs }, weight: weight_name, bias })
    }

    /// A convolution over one image, and the shape of its output.
    pub fn conv2d(
        &mut self,
        layer: usize,
        (in_channels, height, width): ImageShape,
        (weight, bias): (&str, Option<&str>),
        (stride, padding): (usize, usize),
    ) -> Result<(Conv2d<String, String>, ImageShape), GraphError> {
        let entry = self.take(layer, weight)?;
        let [out_channels, taken_channels, kernel_height, kernel_width] = dimensions(layer, weight, entry)?;
        if taken_channels != in_channels {
            return Err(mismatch(layer, weight, entry, vec![out_channels, in_channels, kernel_height, kernel_width]));
        }
        self.check_float(layer, weight, entry)?;
        if padding >= kernel_height.min(kernel_width) {
            return Err(GraphError::Padding(layer));
        }
        let shape = Conv2dShape {
            batch: 1,
            in_channels,
            height,
            width,
            out_channels,
            kernel_height,
            kernel_width,
            stride,
            padding,
        };
        let (out_height, out_width) = shape.output_size().map_err(|source| GraphError::Shape { layer, source })?;
        let bias = self.bias(layer, bias, out_channels)?;
        let pixels = out_height.saturating_mul(out_width);
        let patch = in_channels.saturating_mul(kernel_height).saturating_mul(kernel_width);
        let workspace = shape.workspace_elements().map_err(|source| GraphError::Shape { layer, source })?;
        let inputs = in_channels.saturating_mul(height).saturating_mul(width);
        self.spend(layer, inputs, out_channels, pixels)?;
        let values = (inputs as u64).saturating_add((out_channels as u64).saturating_mul(pixels as u64));
        self.cost.hold(values.saturating_add(workspace));
        self.cost.multiply(patch, out_channels.saturating_mul(pixels));
        self.pack(layer, &WeightName::F32(weight.into()), (patch, out_channels))?;
        Ok((Conv2d { shape, weight: weight.into(), bias }, (out_channels, out_height, out_width)))
    }

    /// A pool over one image, and the shape of its output.
    pub fn max_pool2d(
        &mut self,
        layer: usize,
        (channels, height, width): ImageShape,
        (kernel, stride): (usize, usize),
    ) -> Result<(Pool2dShape, ImageShape), GraphError> {
        let shape = Pool2dShape { batch: 1, channels, height, width, kernel, stride };
        let (out_height, out_width) = shape.output_size().map_err(|source| GraphError::Shape { layer, source })?;
        let pixels = out_height.saturating_mul(out_width);
        self.spend(layer, channels.saturating_mul(height).saturating_mul(width), channels, pixels)?;
        self.cost.multiply(kernel.saturating_mul(kernel), channels.saturating_mul(pixels));
        Ok((shape, (channels, out_height, out_width)))
    }

    /// An activation over `values`.
    pub fn activation(&mut self, layer: usize, values: usize) -> Result<(), GraphError> {
        self.cost.multiply(values, 1);
        self.spend(layer, values, values, 1)
    }

    /// Counts what `weight`, which is outputs × inputs, takes more when it is packed for products.
    pub fn pack(
        &mut self,
        layer: usize,
        weight: &WeightName,
        (inputs, outputs): (usize, usize),
    ) -> Result<(), GraphError> {
        let values = (inputs as u64).saturating_mul(outputs as u64);
        // The tensors' own bytes are counted with the header.
        let (tensors, packed) = match weight {
            WeightName::F32(_) => (values.saturating_mul(4), PackedLinear::size_bytes_of(inputs, outputs)),
            WeightName::I8 { .. } => (values + 4 * outputs as u64, PackedLinearI8::size_bytes_of(inputs, outputs)),
            WeightName::Blocks { format, .. } => {
                let tensor = values / format.block_inputs() as u64 * format.block_bytes() as u64;
                (tensor, PackedLinearBlocks::size_bytes_of(*format, inputs, outputs))
            }
        };
        let packed = packed.map_err(|source| GraphError::Shape { layer, source })?;
        self.cost.weight_bytes += packed.saturating_sub(tensors);
        Ok(())
    }

    /// A matrix of `rows` × `columns`: `{name}.weight` of floats, of blocks, or of int8 with `{name}.scales`, one for each
    /// row.
    pub fn matrix(
        &mut self,
        layer: usize,
        name: &str,
        (rows, columns): (usize, usize),
    ) -> Result<WeightName, GraphError> {
        let weight = format!("{name}.weight");
        match self.header.get(&weight).map(|entry| entry.element) {
            Some(ElementType::I8) => {}
            Some(ElementType::Blocks(format)) => {
                self.take_shaped(layer, &weight, &[rows, columns])?;
                return Ok(WeightName::Blocks { weight, format, sizes: (columns, rows) });
            }
            _ => return self.float(layer, &weight, &[rows, columns]).map(WeightName::F32),
        }
        if columns > MAX_INPUTS_I8 {
            return Err(GraphError::Shape { layer, source: KernelError::TooLarge });
        }
        self.take_shaped(layer, &weight, &[rows, columns])?;
        let scales = self.row(layer, &format!("{name}.scales"), rows)?;
        Ok(WeightName::I8 { weight, scales })
    }

    /// A tensor of floats of one dimension.
    pub fn row(&mut self, layer: usize, tensor: &str, length: usize) -> Result<String, GraphError> {
        self.float(layer, tensor, &[length])
    }

    /// The cost, once every tensor of a graph of `architecture` has a layer.
    pub fn finish(mut self, architecture: Architecture) -> Result<Cost, GraphError> {
        if let Some((unused, _)) = self.header.iter().find(|(name, _)| !self.taken.contains(*name)) {
            return Err(GraphError::UnusedTensor(unused.into()));
        }
        let limit = max_multiplications(architecture);
        if self.cost.multiplications > limit {
            return Err(GraphError::TooMuchWork { need: self.cost.multiplications, limit });
        }
        self.cost.weight_bytes += self.header.iter().map(|(_, entry)| entry.bytes.len() as u64).sum::<u64>();
        Ok(self.cost)
    }

    fn take(&mut self, layer: usize, tensor: &str) -> Result<&'a TensorEntry, GraphError> {
        let missing = || GraphError::MissingTensor { layer, tensor: tensor.into() };
        let entry = self.header.get(tensor).ok_or_else(missing)?;
        if !self.taken.insert(tensor.into()) {
            return Err(GraphError::SharedTensor { layer, tensor: tensor.into() });
        }
        Ok(entry)
    }

    fn bias(&mut self, layer: usize, bias: Option<&str>, outputs: usize) -> Result<Option<String>, GraphError> {
        bias.map(|bias| self.row(layer, bias, outputs)).transpose()
    }

    fn float(&mut self, layer: usize, tensor: &str, shape: &[usize]) -> Result<String, GraphError> {
        let entry = self.take_shaped(layer, tensor, shape)?;
        self.check_float(layer, tensor, entry)?;
        Ok(tensor.into())
    }

    fn take_shaped(&mut self, layer: usize, tensor: &str, shape: &[usize]) -> Result<&'a TensorEntry, GraphError> {
        let entry = self.take(layer, tensor)?;
        if entry.shape != shape {
            return Err(mismatch(layer, tensor, entry, shape.to_vec()));
        }
        Ok(entry)
    }

    fn check_float(&mut self, layer: usize, tensor: &str, entry: &TensorEntry) -> Result<(), GraphError> {
        if !entry.element.is_float() {
            return Err(GraphError::ElementType { layer, tensor: tensor.into() });
        }
        self.cost.widen(entry);
        Ok(())
    }

    /// Counts a layer from `inputs` to `channels` × `pixels` values, twice for the copies that candle and the trace hold.
    fn spend(&mut self, layer: usize, inputs: usize, channels: usize, pixels: usize) -> Result<(), GraphError> {
        let too_large = || GraphError::Shape { layer, source: KernelError::TooLarge };
        let outputs =
            channels.checked_mul(pixels).filter(|n| *n <= votive_kernels::MAX_ELEMENTS).ok_or_else(too_large)?;
        let values = (inputs as u64).saturating_add(outputs as u64);
        self.cost.hold(values.saturating_mul(2));
        Ok(())
    }
}

/// The dimensions of a tensor that must have `N` of them.
fn dimensions<const N: usize>(layer: usize, tensor: &str, entry: &TensorEntry) -> Result<[usize; N], GraphError> {
    let actual = &entry.shape;
    let refused = |_| GraphError::TensorRank { layer, tensor: tensor.into(), dimensions: N, actual: actual.clone() };
    actual.as_slice().try_into().map_err(refused)
}

fn mismatch(layer: usize, tensor: &str, entry: &TensorEntry, expected: Vec<usize>) -> GraphError {
    GraphError::TensorShape { layer, tensor: tensor.into(), expected, actual: entry.shape.clone() }
}
