use super::pack::pack_transposed;
use crate::simd::{Floats, Line, LANES};
use core::ops::Range;

/// Weights as a product takes them: panels of 16 outputs, and in a panel a line of 16 for each input.
pub(crate) trait Weight {
    /// Whether the lines lie in memory as they are, so that `scratch` is not used.
    const PACKED: bool;

    /// The lines of a panel for a range of inputs, put into `scratch` if need be. Outputs beyond the last have zeros.
    fn lines<'a, F: Floats>(&'a self, panel: usize, inputs: Range<usize>, scratch: &'a mut [Line]) -> &'a [Line];
}

/// All lines, panel by panel.
#[derive(Clone, Copy)]
pub(crate) struct Packed<'a> {
    pub(crate) lines: &'a [Line],
    pub(crate) inputs: usize,
}

impl Weight for Packed<'_> {
    const PACKED: bool = true;

    #[inline(always)]
    fn lines<'a, F: Floats>(&'a self, panel: usize, inputs: Range<usize>, _: &'a mut [Line]) -> &'a [Line] {
        &self.lines[panel * self.inputs..][inputs]
    }
}

/// A row of inputs for each output.
#[derive(Clone, Copy)]
pub(crate) struct RowMajor<'a> {
    pub(crate) weight: &'a [f32],
    pub(crate) inputs: usize,
}

impl Weight for RowMajor<'_> {
    const PACKED: bool = false;

    #[inline(always)]
    fn lines<'a, F: Floats>(&'a self, panel: usize, inputs: Range<usize>, scratch: &'a mut [Line]) -> &'a [Line] {
        let rows = &self.weight[panel * LANES * self.inputs..];
        let lines = &mut scratch[..inputs.len()];
        pack_transposed::<F>(rows, self.inputs, inputs, lines);
        lines
    }
}
