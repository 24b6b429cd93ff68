//! The operations that transformers are made of. Rows are tokens.

use super::in_place::{in_place, with_values};
use super::kernel_op::KernelOp;
use super::OpError;
use crate::Threads;
use candle_core::Tensor;
use votive_kernels::{Function, KernelError, Norm, Sequence};

/// Queries of a part: a multiple of what the kernel takes at a time.
const QUERY_STEP: usize = 32;

/// The most floats that each thread may hold to attend: 16 MiB, of what an engine's process has for a thread beside its calls.
const SHARED_WORKSPACE_VALUES: usize = 4 << 20;

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

    /// The most rows of texts of `lengths` tokens that one of `threads` takes: all of them where the kernel's memory for each
    /// thread is more than a thread may have.
    fn rows_of_part(self, lengths: &[usize], threads: &Threads) -> usize {
        let (rows, longest) = (lengths.iter().sum::<usize>(), lengths.iter().copied().max().unwrap_or(1));
        let products = lengths.iter().map(|length| 2 * length * length * self.heads * self.head_size).sum();
        match threads.parts(products) {
            _ if self.workspace_values(longest) > SHARED_WORKSPACE_VALUES => longest,
            1 => longest,
            parts => rows.div_ceil(parts).next_multiple_of(QUERY_STEP),
        }
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
/// those of texts of `lengths` tokens, one after the other; `threads` share them.
pub(crate) fn attend(
    (query, key, value): (&Tensor, &Tensor, &Tensor),
    lengths: &[usize],
    shape: AttentionShape,
    threads: &Threads,
) -> Result<Tensor, OpError> {
    let AttentionShape { heads, head_size } = shape;
    let columns = heads * head_size;
    let scale = score_scale(head_size)?;
    let step = shape.rows_of_part(lengths, threads) * columns;
    let kernel = |query: &[f32], key: &[f32], value: &[f32], out: &mut [f32]| {
        let mut parts = Vec::new();
        let (mut first, mut rest) = (0, out);
        for rows in lengths {
            let text = first..first + rows * columns;
            let (out, further) = rest.split_at_mut(text.len());
            let (keys, values) = (&key[text.clone()], &value[text.clone()]);
            for (queries, out) in query[text.clone()].chunks(step).zip(out.chunks_mut(step)) {
                parts.push((Sequence { queries, keys, values, heads, head_size }, out));
            }
            (first, rest) = (text.end, further);
        }
        threads.each(parts, |(sequence, out)| votive_kernels::attend_unmasked(sequence, scale, out))
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
