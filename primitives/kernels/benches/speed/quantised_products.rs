//! Products whose inputs are quantised first: GOP/s, and what a matrix-vector product reads against what one thread can.

use crate::timing::{floats, medians};
use std::hint::black_box;
use votive_kernels::Level;

/// Bytes of weights to rotate through, so that no cache holds them.
const ROTATION_BYTES: usize = 768 << 20;

/// Rows, inputs and outputs.
pub type Shape = (usize, usize, usize);

/// A packed weight, whose speed does not depend on its values.
pub trait Weight: Clone {
    fn size_bytes(&self) -> usize;

    /// Quantises `rows` of `x`, and multiplies them.
    fn multiply(&self, level: Level, x: &[f32], rows: usize, out: &mut [f32]);
}

/// Prints the speed of weights that `pack` makes of a number of inputs and outputs, at each level: that of `shapes`, and of one
/// row of each of `rotating`.
pub fn run<W: Weight>(name: &str, shapes: &[Shape], rotating: &[(usize, usize)], pack: impl Fn(usize, usize) -> W) {
    let bandwidth = read_bandwidth();
    println!("\none thread reads {bandwidth:.1} GB/s");
    println!("\n{name}: rows x inputs x outputs, GOP/s");
    for level in Level::available().into_iter().filter(|&level| level != Level::PORTABLE) {
        for &(rows, inputs, outputs) in shapes {
            let (x, packed) = (floats(rows * inputs), pack(inputs, outputs));
            let mut out = vec![0.0; rows * outputs];
            let seconds = medians(&mut [&mut || packed.multiply(level, &x, rows, &mut out)]);
            let rate = 2e-9 * (rows * inputs * outputs) as f64 / seconds[0];
            println!("{:>8} {rows:>5} {inputs:>5} {outputs:>5}  {rate:7.1}  {:8.3} ms", level.name(), 1e3 * seconds[0]);
        }
        for &(inputs, outputs) in rotating {
            let packed = pack(inputs, outputs);
            let weights = vec![packed.clone(); ROTATION_BYTES / packed.size_bytes()];
            let (x, mut out) = (floats(inputs), vec![0.0; outputs]);
            let seconds = medians(&mut [&mut || {
                weights.iter().for_each(|weight| weight.multiply(level, &x, 1, &mut out));
            }]);
            let rate = 1e-9 * (weights.len() * packed.size_bytes()) as f64 / seconds[0];
            let ratio = rate / bandwidth;
            println!("{:>8}     1 {inputs:>5} {outputs:>5}  rotating: {rate:.1} GB/s ({ratio:.2})", level.name());
        }
    }
}

/// GB/s of a sum over memory that no cache holds.
fn read_bandwidth() -> f64 {
    let memory = vec![1u64; ROTATION_BYTES / 8];
    let seconds = medians(&mut [&mut || {
        let mut lanes = [0u64; 32];
        for block in memory.as_chunks::<32>().0 {
            for (lane, value) in lanes.iter_mut().zip(block) {
                *lane = lane.wrapping_add(*value);
            }
        }
        black_box(lanes);
    }]);
    1e-9 * ROTATION_BYTES as f64 / seconds[0]
}
