//! A kernel as a candle operation of one, two or three operands.

use super::OpError;
use candle_core::{CpuStorage, CustomOp1, CustomOp2, CustomOp3, Layout, Shape, Tensor};
use std::cell::OnceCell;
use votive_kernels::KernelError;

/// A kernel from as many operands as `F` takes to one new tensor of `shape`.
pub(super) struct KernelOp<F> {
    name: &'static str,
    shape: Shape,
    kernel: F,
    /// candle's error cannot carry a typed one, so a kernel's refusal waits here.
    refusal: OnceCell<KernelError>,
}

impl<F> KernelOp<F> {
    pub fn new(name: &'static str, shape: impl Into<Shape>, kernel: F) -> Self {
        Self { name, shape: shape.into(), kernel, refusal: OnceCell::new() }
    }

    fn compute(
        &self,
        run: impl FnOnce(&mut [f32]) -> Result<(), KernelError>,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        let mut out = vec![0.0; self.shape.elem_count()];
        run(&mut out).map_err(|refusal| candle_core::Error::wrap(*self.refusal.get_or_init(|| refusal)))?;
        Ok((CpuStorage::F32(out), self.shape.clone()))
    }

    fn result(&self, result: candle_core::Result<Tensor>) -> Result<Tensor, OpError> {
        result.map_err(|error| self.refusal.get().map_or(OpError::Candle(error), |refusal| OpError::Kernel(*refusal)))
    }
}

impl<F: Fn(&[f32], &mut [f32]) -> Result<(), KernelError>> KernelOp<F> {
    pub fn apply1(self, x: &Tensor) -> Result<Tensor, OpError> {
        self.result(x.apply_op1_no_bwd(&self))
    }
}

impl<F: Fn(&[f32], &[f32], &mut [f32]) -> Result<(), KernelError>> KernelOp<F> {
    pub fn apply2(self, x: &Tensor, y: &Tensor) -> Result<Tensor, OpError> {
        self.result(x.apply_op2_no_bwd(y, &self))
    }
}

impl<F: Fn(&[f32], &[f32], &[f32], &mut [f32]) -> Result<(), KernelError>> KernelOp<F> {
    pub fn apply3(self, x: &Tensor, y: &Tensor, z: &Tensor) -> Result<Tensor, OpError> {
        self.result(x.apply_op3_no_bwd(y, z, &self))
    }
}

impl<F: Fn(&[f32], &mut [f32]) -> Result<(), KernelError>> CustomOp1 for KernelOp<F> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn cpu_fwd(&self, x: &CpuStorage, lx: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let x = operand(x, lx)?;
        self.compute(|out| (self.kernel)(x, out))
    }
}

impl<F: Fn(&[f32], &[f32], &mut [f32]) -> Result<(), KernelError>> CustomOp2 for KernelOp<F> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        lx: &Layout,
        y: &CpuStorage,
        ly: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        let (x, y) = (operand(x, lx)?, operand(y, ly)?);
        self.compute(|out| (self.kernel)(x, y, out))
    }
}

impl<F: Fn(&[f32], &[f32], &[f32], &mut [f32]) -> Result<(), KernelError>> CustomOp3 for KernelOp<F> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        lx: &Layout,
        y: &CpuStorage,
        ly: &Layout,
        z: &CpuStorage,
        lz: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        let (x, y, z) = (operand(x, lx)?, operand(y, ly)?, operand(z, lz)?);
        self.compute(|out| (self.kernel)(x, y, z, out))
    }
}

/// A kernel over `x` and a bias, if there is one.
pub(super) fn apply(
    name: &'static str,
    x: &Tensor,
    bias: Option<&Tensor>,
    shape: impl Into<Shape>,
    kernel: impl Fn(&[f32], Option<&[f32]>, &mut [f32]) -> Result<(), KernelError>,
) -> Result<Tensor, OpError> {
    match bias {
        None => KernelOp::new(name, shape, |x: &[f32], out: &mut [f32]| kernel(x, None, out)).apply1(x),
        Some(bias) => KernelOp::new(name, shape, |x: &[f32], bias: &[f32], out: &mut [f32]| kernel(x, Some(bias), out))
            .apply2(x, bias),
    }
}

/// The elements of an operand, which must lie in one piece.
pub(super) fn operand<'a>(storage: &'a CpuStorage, layout: &Layout) -> candle_core::Result<&'a [f32]> {
    let (begin, end) = layout.contiguous_offsets().ok_or(candle_core::Error::RequiresContiguous { op: "kernel" })?;
    Ok(&storage.as_slice::<f32>()?[begin..end])
}
