//! Every kernel, on operands of each kind.

mod attention;
mod blocks;
mod choices;
mod functions;
mod images;
mod products;
mod rows;

use crate::{operands::Operands, Case, Split, Transcript};
use alloc::{format, vec::Vec};

/// A kernel's results on operands of one kind.
type Compute = fn(Operands, Split) -> Transcript;

/// The kernels whose case is one function. Those of a [`Function`](votive_kernels::Function) are more.
const KERNELS: [(&str, Compute); 31] = [
    ("linear", products::linear),
    ("packed_linear", products::packed_linear),
    ("quantise", products::quantise),
    ("linear_i8", products::linear_i8),
    ("packed_linear_i8", products::packed_linear_i8),
    ("quantise_blocks", blocks::quantise),
    ("linear_q8_0", blocks::linear_q8_0),
    ("linear_q4_k", blocks::linear_q4_k),
    ("linear_q6_k", blocks::linear_q6_k),
    ("conv2d", images::conv2d),
    ("max_pool2d", images::max_pool2d),
    ("attend_full", attention::full),
    ("attend_causal", attention::causal),
    ("rotary_halves", attention::rotary_halves),
    ("rotary_neighbours", attention::rotary_neighbours),
    ("softmax", rows::softmax),
    ("layer_norm", rows::layer_norm),
    ("rms_norm", rows::rms_norm),
    ("l2_normalise", rows::l2_normalise),
    ("mean_pool", rows::mean_pool),
    ("embed", rows::embed),
    ("embed_i8", rows::embed_i8),
    ("add", functions::add),
    ("multiply", functions::multiply),
    ("canonicalise", functions::canonicalise),
    ("check_finite", functions::check_finite),
    ("fma", functions::fma),
    ("exp_scalar", functions::exp_scalar),
    ("argmax", choices::argmax),
    ("top_k", choices::top_k),
    ("sample", choices::sample),
];

/// The cases of all kernels, in a fixed order.
pub fn kernel_cases() -> Vec<Case> {
    let kernels = KERNELS.iter().flat_map(|&(name, compute)| {
        Operands::ALL
            .map(|operands| Case::new(format!("{name}/{}", operands.name()), move |split| compute(operands, split)))
    });
    kernels.chain(functions::cases()).collect()
}
