//! Rows of a packed int8 weight.

use super::{ArrangedRef, PackedLinearI8};
use crate::{
    check_finite,
    quantise::GROUP,
    shape::{check_len, element_count},
    simd::LANES,
    KernelError,
};

impl PackedLinearI8 {
    /// The rows of the weight that `ids` name, as [`embed_i8`](crate::embed_i8) of it before it was packed: for a model whose
    /// table of words is also its last layer. `out` is `ids.len()` × inputs.
    ///
    /// # Errors
    /// As [`embed_i8`](crate::embed_i8).
    pub fn embed(&self, ids: &[u32], out: &mut [f32]) -> Result<(), KernelError> {
        let (lines, panels) = match self.arranged() {
            ArrangedRef::Rows(weight, scales) => return crate::embed_i8(weight, scales, ids, out),
            ArrangedRef::Panels(lines, panels) => (lines, panels),
        };
        let (inputs, rows) = (self.inputs(), self.outputs());
        check_len("out", out.len(), element_count(&[ids.len(), inputs])?)?;
        for (&id, out) in ids.iter().zip(out.chunks_exact_mut(inputs)) {
            let index = id as usize;
            if index >= rows {
                return Err(KernelError::IndexOutOfRange { index, rows });
            }
            let (panel, lane) = (index / LANES, index % LANES);
            let scale = panels[panel].scales[lane];
            let lines = &lines[panel * inputs.div_ceil(GROUP)..];
            for (values, line) in out.chunks_mut(GROUP).zip(lines) {
                for (value, &quantised) in values.iter_mut().zip(&line.0[lane * GROUP..]) {
                    *value = f32::from(quantised) * scale;
                }
            }
        }
        check_finite(out)
    }
}
