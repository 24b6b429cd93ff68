//! The chain: the one order in which f32 products are summed.

use crate::fused::Fused;

/// Outputs computed side by side. Their chains are independent, so that the number has no influence on the bits.
const LANES: usize = 8;

/// `out[o]` = fold over k ascending of fma(`x[k]`, `weight[o][k]`, acc), from +0.
///
/// `weight` has `out.len()` rows of `x.len()` elements, and a row has at least one.
#[inline(always)]
pub(crate) fn products<F: Fused>(x: &[f32], weight: &[f32], out: &mut [f32]) {
    let mut blocks = out.chunks_exact_mut(LANES);
    let mut weight_blocks = weight.chunks_exact(x.len().saturating_mul(LANES));
    for (out, weight) in blocks.by_ref().zip(weight_blocks.by_ref()) {
        out.copy_from_slice(&chains::<F, LANES>(x, weight));
    }
    let rows = weight_blocks.remainder().chunks_exact(x.len());
    for (out, weight) in blocks.into_remainder().iter_mut().zip(rows) {
        [*out] = chains::<F, 1>(x, weight);
    }
}

/// `N` chains over `N` rows of `weight`.
#[inline(always)]
fn chains<F: Fused, const N: usize>(x: &[f32], weight: &[f32]) -> [f32; N] {
    let rows: [&[f32]; N] = core::array::from_fn(|n| &weight[n * x.len()..][..x.len()]);
    let mut chains = [0.0; N];
    for (k, &x) in x.iter().enumerate() {
        for (chain, row) in chains.iter_mut().zip(rows) {
            *chain = F::fused(x, row[k], *chain);
        }
    }
    chains
}

/// Adds the bias, one plain addition for each chain.
#[inline(always)]
pub(crate) fn add_bias(out: &mut [f32], bias: Option<&[f32]>) {
    for (out, &bias) in out.iter_mut().zip(bias.unwrap_or_default()) {
        *out += bias;
    }
}
