//! Rows of a packed weight.

use super::{ArrangedRef, PackedLinear};
use crate::{
    shape::{check_len, element_count},
    simd::LANES,
    KernelError,
};

impl PackedLinear {
    /// The rows of the weight that `ids` name, as [`embed`](crate::embed) of it before it was packed: for a model whose table
    /// of words is also its last layer. `out` is `ids.len()` × inputs.
    ///
    /// # Errors
    /// As [`embed`](crate::embed).
    pub fn embed(&self, ids: &[u32], out: &mut [f32]) -> Result<(), KernelError> {
        let (inputs, rows) = (self.inputs(), self.outputs());
        check_len("out", out.len(), element_count(&[ids.len(), inputs])?)?;
        for (&id, out) in ids.iter().zip(out.chunks_exact_mut(inputs)) {
            let index = id as usize;
            if index >= rows {
                return Err(KernelError::IndexOutOfRange { index, rows });
            }
            match self.arranged() {
                ArrangedRef::Panels(lines) => {
                    let lines = &lines[index / LANES * inputs..];
                    out.iter_mut().zip(lines).for_each(|(value, line)| *value = line.0[index % LANES]);
                }
                ArrangedRef::Rows(weight) => out.copy_from_slice(&weight[index * inputs..][..inputs]),
            }
        }
        Ok(())
    }
}
