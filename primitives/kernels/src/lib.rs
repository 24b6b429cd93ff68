#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(all(target_arch = "x86", not(target_feature = "sse2")))]
compile_error!("x87 arithmetic keeps excess precision, and the operations would not be exact");

mod activation;
mod chain;
mod conv2d;
mod environment;
mod error;
mod exp;
mod finite;
mod fused;
mod linear;
mod max_pool2d;
mod quantised;
mod reduce;
mod select;
mod shape;
mod softmax;

pub use activation::{add, relu, sigmoid, tanh};
pub use conv2d::conv2d;
pub use environment::check_environment;
pub use error::KernelError;
pub use exp::exp;
pub use finite::{canonicalise, check_finite};
pub use fused::fma;
pub use linear::linear;
pub use max_pool2d::max_pool2d;
pub use quantised::{linear_i8, MAX_INPUTS_I8};
pub use select::argmax;
pub use shape::{Conv2dShape, LinearShape, Pool2dShape, MAX_ELEMENTS};
pub use softmax::softmax;

/// The number of the arithmetic that this crate implements, as a version on the chain names it.
pub const KERNEL_SPEC: u16 = 1;
