//! The operations that decoders have besides those of encoders. Rows are tokens.

use super::in_place::{in_place, with_values};
use super::kernel_op::KernelOp;
use super::transformer::score_scale;
use super::OpError;
use candle_core::{Device, Tensor};
use votive_kernels::{
    Attention, AttentionMask, KeyValueCache, Norm, PackedLinear, PackedLinearI8, RotaryPairs, RotaryTable,
};

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
/// before, with scores times 1/√(head size).
pub(crate) fn attend_causally(query: &Tensor, caches: &[&mut KeyValueCache], heads: usize) -> Result<Tensor, OpError> {
    KernelOp::new("attend", query.shape().clone(), |query: &[f32], out: &mut [f32]| {
        let of_context = query.len() / caches.len();
        let rows = query.chunks_exact(of_context).zip(out.chunks_exact_mut(of_context));
        for (cache, (query, out)) in caches.iter().zip(rows) {
            let scale = score_scale(cache.head_size())?;
            votive_kernels::attend(query, cache, Attention { heads, scale, mask: AttentionMask::Causal }, out)?;
        }
        Ok(())
    })
    .apply1(query)
}
