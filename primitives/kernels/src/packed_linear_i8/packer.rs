use super::{check_range, fits_panels, Arranged, PackedLinearI8};
use crate::{
    check_finite,
    product_i8::Outputs,
    quantise::{check_inputs, GROUP},
    shape::{check_len, element_count},
    simd::{LineI8, LANES},
    KernelError,
};
use alloc::{vec, vec::Vec};

/// A [`PackedLinearI8`] in the making, from a weight that arrives piece by piece and so is never in memory twice.
pub struct LinearPackerI8 {
    weight: Arranged,
    inputs: usize,
    outputs: usize,
    /// Elements that have arrived.
    filled: usize,
}

impl LinearPackerI8 {
    /// Begins a weight of outputs × inputs, and takes the memory for it.
    ///
    /// # Errors
    /// [`ZeroDimension`](KernelError::ZeroDimension) and [`TooLarge`](KernelError::TooLarge) (also above
    /// [`MAX_INPUTS_I8`](crate::MAX_INPUTS_I8) inputs) for a wrong shape.
    pub fn new(inputs: usize, outputs: usize) -> Result<Self, KernelError> {
        check_inputs(inputs)?;
        let elements = element_count(&[outputs, inputs])?;
        let weight = match fits_panels(inputs, outputs) {
            true => Arranged::Panels(Panels::new(inputs, outputs)),
            false => Arranged::Rows(Vec::with_capacity(elements), Vec::new()),
        };
        Ok(Self { weight, inputs, outputs, filled: 0 })
    }

    /// Takes the next elements of the weight, in the order of its rows; however many.
    ///
    /// # Errors
    /// [`ShapeMismatch`](KernelError::ShapeMismatch) for more elements than are left;
    /// [`WeightOutOfRange`](KernelError::WeightOutOfRange) if one is −128.
    pub fn push(&mut self, elements: &[i8]) -> Result<(), KernelError> {
        let left = self.inputs * self.outputs - self.filled;
        check_len("weight", elements.len(), elements.len().min(left))?;
        check_range(elements)?;
        match &mut self.weight {
            Arranged::Panels(panels) => panels.write(self.inputs, self.filled, elements),
            Arranged::Rows(rows, _) => rows.extend_from_slice(elements),
        }
        self.filled += elements.len();
        Ok(())
    }

    /// The packed weight, with a scale for each output.
    ///
    /// # Errors
    /// [`ShapeMismatch`](KernelError::ShapeMismatch) if elements or scales are missing;
    /// [`NotFinite`](KernelError::NotFinite) if a scale is a NaN or an infinity.
    pub fn finish(self, scales: &[f32]) -> Result<PackedLinearI8, KernelError> {
        let Self { mut weight, inputs, outputs, filled } = self;
        check_len("weight", filled, inputs * outputs)?;
        check_len("scales", scales.len(), outputs)?;
        check_finite(scales)?;
        match &mut weight {
            Arranged::Panels(panels) => panels.scale(scales),
            Arranged::Rows(_, kept) => *kept = scales.to_vec(),
        }
        Ok(PackedLinearI8 { weight, inputs, outputs })
    }
}

/// Weights in panels of 16 outputs.
#[derive(Clone)]
pub(super) struct Panels {
    /// Panel by panel, a line for each group of four inputs.
    pub lines: Vec<LineI8>,
    /// Panel by panel.
    pub outputs: Vec<Outputs>,
}

impl Panels {
    /// Weights of zero.
    pub fn new(inputs: usize, outputs: usize) -> Self {
        let panels = outputs.div_ceil(LANES);
        Self {
            lines: vec![LineI8([0; GROUP * LANES]); panels * inputs.div_ceil(GROUP)],
            outputs: vec![Outputs { weight_sums: [0; LANES], scales: [0.0; LANES] }; panels],
        }
    }

    /// Bytes of memory.
    pub fn size_bytes(&self) -> usize {
        core::mem::size_of_val(self.lines.as_slice()) + core::mem::size_of_val(self.outputs.as_slice())
    }

    /// Writes elements of the weight, the first of which is number `start` in the order of its rows.
    pub fn write(&mut self, inputs: usize, mut start: usize, mut elements: &[i8]) {
        let groups = inputs.div_ceil(GROUP);
        while !elements.is_empty() {
            let (output, input) = (start / inputs, start % inputs);
            let (panel, lane) = (output / LANES, output % LANES);
            // Up to the end of the row, or of the group that an earlier piece has begun.
            let end = if input.is_multiple_of(GROUP) { inputs } else { inputs.min(input.next_multiple_of(GROUP)) };
            let (row, rest) = elements.split_at(elements.len().min(end - input));
            let lines = &mut self.lines[panel * groups + input / GROUP..];
            for (line, group) in lines.iter_mut().zip(row.chunks(GROUP)) {
                line.0[lane * GROUP + input % GROUP..][..group.len()].copy_from_slice(group);
            }
            // At most 133,144 · 127 in magnitude; qed
            self.outputs[panel].weight_sums[lane] += row.iter().map(|&weight| i32::from(weight)).sum::<i32>();
            start += row.len();
            elements = rest;
        }
    }

    /// Writes the scale of each output.
    pub fn scale(&mut self, scales: &[f32]) {
        for (outputs, scales) in self.outputs.iter_mut().zip(scales.chunks(LANES)) {
            outputs.scales[..scales.len()].copy_from_slice(scales);
        }
    }
}
