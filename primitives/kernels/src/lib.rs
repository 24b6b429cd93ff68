#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(all(target_arch = "x86", not(target_feature = "sse2")))]
compile_error!("x87 arithmetic keeps excess precision, and the operations would not be exact");

mod attention;
mod blocks;
mod chacha;
mod conv2d;
mod elementwise;
mod embedding;
mod environment;
mod erf;
mod error;
mod exp;
mod finite;
mod function;
mod fused;
mod half;
mod key_value_cache;
mod level;
mod linear;
mod linear_i8;
mod max_pool2d;
mod norm;
mod packed_linear;
mod packed_linear_blocks;
mod packed_linear_i8;
mod pool;
mod product;
mod product_blocks;
mod product_i8;
mod quantise;
mod quantise_blocks;
mod quotient;
mod reduce;
mod rotary;
mod sample;
mod select;
mod shape;
mod simd;
mod softmax;
mod sqrt;
mod tanh;
mod trigonometry;

pub use attention::{attend, attend_unmasked, Attention, AttentionMask, Sequence};
pub use blocks::BlockFormat;
pub use conv2d::{conv2d, conv2d_packed};
pub use elementwise::{add, multiply};
pub use embedding::{embed, embed_i8};
pub use environment::check_environment;
pub use error::KernelError;
pub use exp::exp;
pub use finite::{canonicalise, check_finite};
pub use function::{map, relu, sigmoid, tanh, Function};
pub use fused::fma;
pub use key_value_cache::KeyValueCache;
pub use level::Level;
pub use linear::linear;
pub use linear_i8::linear_i8;
pub use max_pool2d::max_pool2d;
pub use norm::{l2_normalise, normalise, Norm};
pub use packed_linear::{LinearPacker, PackedColumns, PackedLinear};
pub use packed_linear_blocks::{LinearPackerBlocks, PackedColumnsBlocks, PackedLinearBlocks};
pub use packed_linear_i8::{LinearPackerI8, PackedColumnsI8, PackedLinearI8};
pub use pool::mean_pool;
pub use quantise::{QuantisedRows, MAX_INPUTS_I8};
pub use quantise_blocks::QuantisedBlocks;
pub use rotary::{RotaryPairs, RotaryTable, MAX_POSITIONS};
pub use sample::{sample, Sampling, MAX_TEMPERATURE_MILLI};
pub use select::{argmax, top_k};
pub use shape::{Conv2dShape, LinearShape, Pool2dShape, MAX_ELEMENTS};
pub use softmax::softmax;

/// The number of the arithmetic that this crate implements, as a version on the chain names it.
pub const KERNEL_SPEC: u16 = 1;

/// Operations at a [`Level`] of the caller's choice, for tests and benches. All levels give the same bits.
pub mod at {
    pub use crate::{
        attention::{attend_at as attend, attend_unmasked_at as attend_unmasked},
        conv2d::conv2d_at as conv2d,
        function::map_at as map,
        linear::linear_at as linear,
        norm::{l2_normalise_at as l2_normalise, normalise_at as normalise},
        softmax::softmax_at as softmax,
    };
}
