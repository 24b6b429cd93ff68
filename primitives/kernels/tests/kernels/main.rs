//! The operations against golden bits, against `f64`, and against each other.

mod accuracy;
mod convolution;
mod golden;
mod properties;
mod refusals;
mod sequence;
