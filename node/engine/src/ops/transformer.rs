//! The operations that transformers are made of. Rows are tokens.

use super::in_place::{in_place, with_values};
use super::kernel_op::KernelOp;
use super::OpError;
use candle_core::Tensor;
use votive_kernels::{Function, KernelError, Norm, Sequence};

/// Heads of an attention, and the values of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AttentionShape {
    pub heads: usize,
    pub head_size: usize,
}

impl AttentionShape {
    /// The floats, at most, that the kernel holds for `rows` tokens: the keys and values of a head, and 32 queries with their
    /// scores, weights and outputs.
    pub fn workspace_values(self, rows: usize) -> usize {
        2 * rows * self.head_size + 64 * (rows + self.head_size)
    }
}

/// The rows of `table` that `ids` name.
pub(crate) fn embed(table: &Tensor, ids: &[u32]) -> Result<Tensor, OpError> {
    let (_, columns) = table.dims2()?;
    KernelOp::new("embed", (ids.len(), columns), |table: &[f32], out: &mut [f32]| {
        votive_kernels::embed(table, columns, ids, out)
    })
    .apply1(table)
}

/// As [`embed`], from a `table` of int8 whose rows have a scale each.
pub(crate) fn embed_i8((table, scales): (&[i8], &Tensor), ids: &[u32]) -> Result<Tensor, OpError> {
    let columns = table.len() / scales.dims1()?;
    KernelOp::new("embed_i8", (ids.len(), columns), |scales: &[f32], out: &mut [f32]| {
        votive_kernels::embed_i8(table, scales, ids, out)
    })
    .apply1(scales)
}

/// `x + y`, for two tensors of one shape, [in the place](in_place) of `x`.
pub(crate) fn add(x: Tensor, y: &Tensor) -> Result<Tensor, OpError> {
    with_values(y, |y| in_place("add", x, |values| votive_kernels::add(values, y)))
}

/// The layer norm of each row, [in the place](in_place) of `x`.
pub(crate) fn layer_norm(x: Tensor, weight: &Tensor, bias: &Tensor, epsilon: f32) -> Result<Tensor, OpError> {
    with_values(weight, |weight| {
        with_values(bias, |bias| {
            in_place("layer_norm", x, |x| votive_kernels::normalise(Norm::Layer { weight, bias, epsilon }, x))
        })
    })
}

/// Attention of every query to all keys of its own text, with scores times 1/√(head size). The rows of query, key and value are
/// those of texts of `lengths` tokens, one after the other.
pub(crate) fn attend(
    (query, key, value): (&Tensor, &Tensor, &Tensor),
    lengths: &[usize],
    shape: AttentionShape,
) -> Result<Tensor, OpError> {
    let AttentionShape { heads, head_size } = shape;
    let columns = heads * head_size;
    let kernel = |query: &[f32], key: &[f32], value: &[f32], out: &mut [f32]| {
        let scale = score_scale(head_size)?;
        let mut first = 0;
        for rows in lengths {
            let text = first * columns..(first + rows) * columns;
            let (queries, keys, values) = (&query[text.clone()], &key[text.clone()], &value[text.clone()]);
            let sequence = Sequence { queries, keys, values, heads, head_size };
            votive_kernels::attend_unmasked(sequence, scale, &mut out[text])?;
            first += rows;
        }
        Ok(())
    };
    KernelOp::new("attend", query.shape().clone(), kernel).apply3(query, key, value)
}

/// The factor of the scores of heads of that size: 1/√size.
pub(super) fn score_scale(head_size: usize) -> Result<f32, KernelError> {
    let mut scale = [head_size as f32];
    votive_kernels::map(Function::Rsqrt, &mut scale)?;
    Ok(scale[0])
}

/// The mean of the rows of each text, as one row: texts of `lengths` rows, one after the other.
pub(crate) fn mean_pool(x: &Tensor, lengths: &[usize]) -> Result<Tensor, OpError> {
    let (_, columns) = x.dims2()?;
    KernelOp::new("mean_pool", (lengths.len(), columns), |x: &[f32], out: &mut [f32]| {
        let mut rest = x;
        for (rows, mean) in lengths.iter().zip(out.chunks_exact_mut(columns)) {
            let (text, further) = rest.split_at(rows * columns);
            votive_kernels::mean_pool(text, &vec![true; *rows], mean)?;
            rest = further;
        }
        Ok(())
    })
    .apply1(x)
}
