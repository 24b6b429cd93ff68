use crate::{
    chain::{add_bias, products},
    check_finite,
    fused::{dispatch, Fused, Kernel},
    shape::{check_bias, check_len, element_count},
    KernelError, LinearShape,
};

/// `out[r][o]` = Σₖ `x[r][k]` · `weight[o][k]` + `bias[o]`: one chain of fused multiply-adds from +0, k ascending,
/// then one plain addition of the bias.
///
/// `x` is rows × inputs, `weight` outputs × inputs, `bias` outputs, `out` rows × outputs.
///
/// # Errors
/// [`ZeroDimension`](KernelError::ZeroDimension), [`TooLarge`](KernelError::TooLarge) and
/// [`ShapeMismatch`](KernelError::ShapeMismatch) for a wrong shape; [`NotFinite`](KernelError::NotFinite) if an output
/// is a NaN or an infinity, as it is wherever an operand is.
pub fn linear(
    x: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    shape: LinearShape,
    out: &mut [f32],
) -> Result<(), KernelError> {
    let LinearShape { rows, inputs, outputs } = shape;
    check_len("x", x.len(), element_count(&[rows, inputs])?)?;
    check_len("weight", weight.len(), element_count(&[outputs, inputs])?)?;
    check_bias(bias, outputs)?;
    check_len("out", out.len(), element_count(&[rows, outputs])?)?;
    dispatch(Linear { x, weight, bias, shape, out: &mut *out });
    check_finite(out)
}

/// A [`linear`] whose lengths are checked.
struct Linear<'a> {
    x: &'a [f32],
    weight: &'a [f32],
    bias: Option<&'a [f32]>,
    shape: LinearShape,
    out: &'a mut [f32],
}

impl Kernel for Linear<'_> {
    #[inline(always)]
    fn run<F: Fused>(self) {
        let rows = self.x.chunks_exact(self.shape.inputs);
        for (x, out) in rows.zip(self.out.chunks_exact_mut(self.shape.outputs)) {
            products::<F>(x, self.weight, out);
            add_bias(out, self.bias);
        }
    }
}
