//! Kernels that replace the values of a tensor.

use super::kernel_op::operand;
use super::OpError;
use crate::Threads;
use candle_core::{CpuStorage, InplaceOp1, Layout, Storage, Tensor};
use std::cell::{OnceCell, RefCell};
use votive_kernels::{Function, KernelError};

/// A function of one value takes about as long as so many multiplications.
const FUNCTION_WORK: usize = 32;

/// Replaces the values of `x`, of any shape, by those that `kernel` makes of them, such as relu's. Nothing is copied: whoever else
/// holds the tensor sees them too, so that a caller gives one that it has just made, or that nothing looks at again.
pub(crate) fn in_place(
    name: &'static str,
    x: Tensor,
    kernel: impl Fn(&mut [f32]) -> Result<(), KernelError>,
) -> Result<Tensor, OpError> {
    let op = InPlace { name, kernel, refusal: OnceCell::new() };
    match x.inplace_op1(&op) {
        Ok(()) => Ok(x),
        Err(error) => Err(op.refusal.get().map_or(OpError::Candle(error), |refusal| OpError::Kernel(*refusal))),
    }
}

/// A function of each value, [in the place](in_place) of `x`, shared among `threads`.
pub(crate) fn map(x: Tensor, function: Function, threads: &Threads) -> Result<Tensor, OpError> {
    in_place("map", x, |values| {
        let parts = threads.parts(values.len().saturating_mul(FUNCTION_WORK));
        threads.each(values.chunks_mut(values.len().div_ceil(parts).max(1)), |part| votive_kernels::map(function, part))
    })
}

/// What `read` makes of the values of a contiguous f32 tensor, which are not copied.
pub(super) fn with_values<T>(tensor: &Tensor, read: impl FnOnce(&[f32]) -> Result<T, OpError>) -> Result<T, OpError> {
    let (storage, layout) = tensor.storage_and_layout();
    match &*storage {
        Storage::Cpu(storage) => read(operand(storage, layout)?),
        _ => unreachable!("every tensor of the engine is made on Device::Cpu; qed"),
    }
}

/// The values of `x`, in order. They are moved out of it, not copied: whoever else holds the tensor must not look at it again.
pub(crate) fn take_values(x: Tensor) -> candle_core::Result<Vec<f32>> {
    let op = Take::default();
    x.inplace_op1(&op)?;
    Ok(op.0.into_inner())
}

struct InPlace<F> {
    name: &'static str,
    kernel: F,
    /// candle's error cannot carry a typed one, so a kernel's refusal waits here.
    refusal: OnceCell<KernelError>,
}

impl<F: Fn(&mut [f32]) -> Result<(), KernelError>> InplaceOp1 for InPlace<F> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> candle_core::Result<()> {
        let contiguous = candle_core::Error::RequiresContiguous { op: self.name };
        let (begin, end) = layout.contiguous_offsets().ok_or(contiguous)?;
        let CpuStorage::F32(values) = storage else { unreachable!("every tensor of the engine is of f32; qed") };
        (self.kernel)(&mut values[begin..end])
            .map_err(|refusal| candle_core::Error::wrap(*self.refusal.get_or_init(|| refusal)))
    }
}

/// Moves the values out of a tensor that is all of its storage.
#[derive(Default)]
struct Take(RefCell<Vec<f32>>);

impl InplaceOp1 for Take {
    fn name(&self) -> &'static str {
        "take_values"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> candle_core::Result<()> {
        let CpuStorage::F32(values) = storage else { unreachable!("every tensor of the engine is of f32; qed") };
        match layout.contiguous_offsets() {
            Some((0, end)) if end == values.len() => {
                self.0.replace(std::mem::take(values));
                Ok(())
            }
            _ => Err(candle_core::Error::RequiresContiguous { op: self.name() }),
        }
    }
}
