//! Weights whose products can be computed in parts.

use std::ops::Range;
use votive_kernels::{KernelError, PackedLinear, PackedLinearBlocks, PackedLinearI8, QuantisedBlocks, QuantisedRows};

/// A weight whose products can be computed in parts, by rows of inputs or by outputs.
pub(crate) trait Products: Sync {
    /// Rows of inputs as the products take them.
    type Rows<'a>: Sync;

    /// Values of an input row, and of an output row.
    fn sizes(&self) -> (usize, usize);

    /// Prepares `rows` of inputs.
    fn prepare<'a>(&self, x: &'a [f32], rows: usize) -> Result<Self::Rows<'a>, KernelError>;

    /// The products of the outputs of `range`, which are whole panels, and a bias for each of them, for the rows `x`.
    fn columns(
        &self,
        range: Range<usize>,
        x: &Self::Rows<'_>,
        bias: Option<&[f32]>,
        out: &mut [f32],
    ) -> Result<(), KernelError>;
}

impl Products for PackedLinear {
    /// The values, and the number of rows.
    type Rows<'a> = (&'a [f32], usize);

    fn sizes(&self) -> (usize, usize) {
        (self.inputs(), self.outputs())
    }

    fn prepare<'a>(&self, x: &'a [f32], rows: usize) -> Result<Self::Rows<'a>, KernelError> {
        Ok((x, rows))
    }

    fn columns(
        &self,
        range: Range<usize>,
        (x, rows): &Self::Rows<'_>,
        bias: Option<&[f32]>,
        out: &mut [f32],
    ) -> Result<(), KernelError> {
        self.columns(range)?.apply(x, bias, *rows, out)
    }
}

impl Products for PackedLinearI8 {
    type Rows<'a> = QuantisedRows;

    fn sizes(&self) -> (usize, usize) {
        (self.inputs(), self.outputs())
    }

    fn prepare(&self, x: &[f32], rows: usize) -> Result<QuantisedRows, KernelError> {
        QuantisedRows::new(x, self.inputs(), rows)
    }

    fn columns(
        &self,
        range: Range<usize>,
        x: &QuantisedRows,
        bias: Option<&[f32]>,
        out: &mut [f32],
    ) -> Result<(), KernelError> {
        self.columns(range)?.apply(x, bias, out)
    }
}

impl Products for PackedLinearBlocks {
    type Rows<'a> = QuantisedBlocks;

    fn sizes(&self) -> (usize, usize) {
        (self.inputs(), self.outputs())
    }

    fn prepare(&self, x: &[f32], rows: usize) -> Result<QuantisedBlocks, KernelError> {
        QuantisedBlocks::new(x, self.inputs(), rows)
    }

    fn columns(
        &self,
        range: Range<usize>,
        x: &QuantisedBlocks,
        bias: Option<&[f32]>,
        out: &mut [f32],
    ) -> Result<(), KernelError> {
        self.columns(range)?.apply(x, bias, out)
    }
}
