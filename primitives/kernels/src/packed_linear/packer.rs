use super::{in_panels, Arranged, PackedLinear};
use crate::{
    check_finite,
    shape::{check_len, element_count},
    simd::{Line, LANES},
    KernelError,
};
use alloc::{vec, vec::Vec};

/// A [`PackedLinear`] in the making, from a weight that arrives piece by piece and so is never in memory twice.
pub struct LinearPacker {
    weight: Arranged,
    inputs: usize,
    outputs: usize,
    /// Elements that have arrived.
    filled: usize,
}

impl LinearPacker {
    /// Begins a weight of outputs × inputs, and takes the memory for it.
    ///
    /// # Errors
    /// [`ZeroDimension`](KernelError::ZeroDimension) and [`TooLarge`](KernelError::TooLarge) for a wrong shape.
    pub fn new(inputs: usize, outputs: usize) -> Result<Self, KernelError> {
        let elements = element_count(&[outputs, inputs])?;
        let weight = match in_panels(outputs) {
            true => Arranged::Panels(vec![Line([0.0; LANES]); outputs.div_ceil(LANES) * inputs]),
            false => Arranged::Rows(Vec::with_capacity(elements)),
        };
        Ok(Self { weight, inputs, outputs, filled: 0 })
    }

    /// Takes the next elements of the weight, in the order of its rows; however many.
    ///
    /// # Errors
    /// [`ShapeMismatch`](KernelError::ShapeMismatch) for more elements than are left;
    /// [`NotFinite`](KernelError::NotFinite) if one is a NaN or an infinity.
    pub fn push(&mut self, mut elements: &[f32]) -> Result<(), KernelError> {
        let left = self.inputs * self.outputs - self.filled;
        check_len("weight", elements.len(), elements.len().min(left))?;
        check_finite(elements)?;
        let lines = match &mut self.weight {
            Arranged::Rows(rows) => {
                rows.extend_from_slice(elements);
                self.filled += elements.len();
                return Ok(());
            }
            Arranged::Panels(lines) => lines,
        };
        while !elements.is_empty() {
            let (output, input) = (self.filled / self.inputs, self.filled % self.inputs);
            let (row, rest) = elements.split_at(elements.len().min(self.inputs - input));
            let (panel, lane) = (output / LANES, output % LANES);
            for (line, &weight) in lines[panel * self.inputs + input..].iter_mut().zip(row) {
                line.0[lane] = weight;
            }
            self.filled += row.len();
            elements = rest;
        }
        Ok(())
    }

    /// The packed weight.
    ///
    /// # Errors
    /// [`ShapeMismatch`](KernelError::ShapeMismatch) if elements are missing.
    pub fn finish(self) -> Result<PackedLinear, KernelError> {
        let Self { weight, inputs, outputs, filled } = self;
        check_len("weight", filled, inputs * outputs)?;
        Ok(PackedLinear { weight, inputs, outputs })
    }
}
