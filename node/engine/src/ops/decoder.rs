//! The operations that decoders have besides those of encoders. Rows are tokens.

use super::in_place::{in_place, with_values};
use super::kernel_op::KernelOp;
use super::transformer::score_scale;
use super::OpError;
use crate::Threads;
use candle_core::{Device, Tensor};
use votive_kernels::{
    Attention, AttentionMask, KeyValueCache, Norm, PackedLinear, PackedLinearI8, RotaryPairs, RotaryTable,
};

/// Queries of a part: a multiple of what the kernel takes at a time.
const CAUSAL_QUERY_STEP: usize = 12;

/// The rows of `table`, which is packed for products too, that `ids` name.
pub(crate) fn embed_packed(table: &PackedLinear, ids: &[u32]) -> Result<Tensor, OpError> {
    let mut out = vec![0.0; ids.len() * table.inputs()];
    table.embed(ids, &mut out)?;
    Ok(Tensor::from_vec(out, (ids.len(), table.inputs()), &Device::Cpu)?)
}

/// As [`embed_packed`], from a table of int8.
pub(crate) fn embed_packed_i8(table: &PackedLinearI8, ids: &[u32]) -> Result<Tensor, OpError> {
    let mut out = vec![0.0; ids.len() * table.inputs()];
    table.embed(ids, &mut out)?;
    Ok(Tensor::from_vec(out, (ids.len(), table.inputs()), &Device::Cpu)?)
}

/// The RMS norm of each row.
pub(crate) fn rms_norm(x: &Tensor, weight: &Tensor, epsilon: f32) -> Result<Tensor, OpError> {
    KernelOp::new("rms_norm", x.shape().clone(), |x: &[f32], weight: &[f32], out: &mut [f32]| {
        out.copy_from_slice(x);
        votive_kernels::normalise(Norm::Rms { weight, epsilon }, out)
    })
    .apply2(x, weight)
}

/// `x × y`, for two tensors of one shape.
pub(crate) fn multiply(x: Tensor, y: &Tensor) -> Result<Tensor, OpError> {
    with_values(y, |y| in_place("multiply", x, |values| votive_kernels::multiply(values, y)))
}

/// The heads of each row, turned by the row's position.
pub(crate) fn rotate(x: Tensor, table: &RotaryTable, positions: &[u32]) -> Result<Tensor, OpError> {
    in_place("rotate", x, |values| table.rotate(values, positions, RotaryPairs::Halves))
}

/// Adds keys and values after those of the caches: as many rows to each, one cache's after the other's.
pub(crate) fn append(caches: &mut [&mut KeyValueCache], key: &Tensor, value: &Tensor) -> Result<(), OpError> {
    let contexts = caches.len();
    with_values(key, |key| {
        with_values(value, |value| {
            let rows = key.chunks_exact(key.len() / contexts).zip(value.chunks_exact(value.len() / contexts));
            for (cache, (key, value)) in caches.iter_mut().zip(rows) {
                cache.append(key, value)?;
            }
            Ok(())
        })
    })
}

/// Attention of `heads` of queries, as many to each of the caches, to whose last keys they belong: each to its own key and those
/// before, with scores times 1/√(head size). `threads` share the queries.
pub(crate) fn attend_causally(
    query: &Tensor,
    caches: &[&mut KeyValueCache],
    heads: usize,
    threads: &Threads,
) -> Result<Tensor, OpError> {
    let (all_rows, columns) = query.dims2()?;
    let keys: usize = caches.iter().map(|cache| cache.len()).sum();
    let rows = all_rows / caches.len();
    let parts = threads.parts(2 * rows * keys * columns);
    let step = all_rows.div_ceil(parts).next_multiple_of(CAUSAL_QUERY_STEP);
    KernelOp::new("attend", query.shape().clone(), |query: &[f32], out: &mut [f32]| {
        let contexts = query.chunks_exact(rows * columns).zip(out.chunks_exact_mut(rows * columns));
        let parts = caches.iter().zip(contexts).flat_map(|(cache, (query, out))| {
            let firsts = (0..rows).step_by(step);
            let parts = query.chunks(step * columns).zip(out.chunks_mut(step * columns));
            firsts.zip(parts).map(move |(first, part)| (&**cache, first, part))
        });
        threads.each(parts, |(cache, first, (query, out))| {
            let mask = AttentionMask::CausalBefore(rows - first - query.len() / columns);
            let scale = score_scale(cache.head_size())?;
            votive_kernels::attend(query, cache, Attention { heads, scale, mask }, out)
        })
    })
    .apply1(query)
}
