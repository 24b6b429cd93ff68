//! Linear layers over packed weights.

use super::kernel_op::apply;
use super::products::Products;
use super::OpError;
use crate::Threads;
use candle_core::{Device, Tensor};
use votive_kernels::{KernelError, PackedLinear, PackedLinearBlocks};

/// The most rows of which threads share the outputs. More rows are shared themselves: reading the weights once for each share of
/// them costs less then than putting the shares of outputs together.
pub(crate) const COLUMN_ROWS: usize = 32;

/// Rows of a part of them: a multiple of what products take at a time.
const ROW_STEP: usize = 8;

/// `x · weightᵀ + bias`, for each row of x, shared among `threads`. For int8 and blocks each row of x is quantised.
pub(crate) fn linear(
    x: &Tensor,
    weight: &impl Products,
    bias: Option<&Tensor>,
    threads: &Threads,
) -> Result<Tensor, OpError> {
    let (rows, _) = x.dims2()?;
    let (_, outputs) = weight.sizes();
    apply("linear", x, bias, (rows, outputs), |x, bias, out| share(weight, (x, rows), bias, out, threads))
}

fn share(
    weight: &impl Products,
    (x, rows): (&[f32], usize),
    bias: Option<&[f32]>,
    out: &mut [f32],
    threads: &Threads,
) -> Result<(), KernelError> {
    let (inputs, outputs) = weight.sizes();
    let parts = threads.parts(rows * inputs * outputs);
    let all_columns =
        |x: &[f32], out: &mut [f32]| weight.columns(0..outputs, &weight.prepare(x, x.len() / inputs)?, bias, out);
    if parts == 1 {
        return all_columns(x, out);
    }
    if rows > COLUMN_ROWS {
        let step = rows.div_ceil(parts).next_multiple_of(ROW_STEP);
        let parts = x.chunks(step * inputs).zip(out.chunks_mut(step * outputs));
        return threads.each(parts, |(x, out)| all_columns(x, out));
    }
    let x = weight.prepare(x, rows)?;
    let step = outputs.div_ceil(parts).next_multiple_of(PackedLinear::PANEL);
    let columns = |first: usize, out: &mut [f32]| {
        let range = first..first + out.len() / rows;
        weight.columns(range.clone(), &x, bias.map(|bias| &bias[range]), out)
    };
    let firsts = (0..outputs).step_by(step);
    if rows == 1 {
        return threads.each(firsts.zip(out.chunks_mut(step)), |(first, out)| columns(first, out));
    }
    // A part's rows lie together in the room that it has for itself.
    let mut blocks = vec![0.0; rows * outputs];
    threads.each(firsts.clone().zip(blocks.chunks_mut(rows * step)), |(first, block)| columns(first, block))?;
    for (first, block) in firsts.zip(blocks.chunks(rows * step)) {
        let length = block.len() / rows;
        for (row, block) in out.chunks_exact_mut(outputs).zip(block.chunks_exact(length)) {
            row[first..first + length].copy_from_slice(block);
        }
    }
    Ok(())
}

/// The rows of a block-quantised matrix that `ids` name, as floats.
pub(crate) fn embed_blocks(table: &PackedLinearBlocks, ids: &[u32]) -> Result<Tensor, OpError> {
    let mut rows = vec![0.0; ids.len() * table.inputs()];
    table.embed(ids, &mut rows)?;
    Ok(Tensor::from_vec(rows, (ids.len(), table.inputs()), &Device::Cpu)?)
}

#[cfg(test)]
#[path = "linear_tests.rs"]
mod tests;
