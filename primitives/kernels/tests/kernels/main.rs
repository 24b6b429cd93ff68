//! The operations against golden bits, against `f64`, and against each other.

mod accuracy;
mod accuracy_transformers;
mod attention;
mod blocks;
mod convolution;
mod fma;
mod golden;
mod golden_transformers;
mod levels;
mod packing;
mod properties;
mod refusals;
mod refusals_transformers;
mod sampling;
mod sequence;
