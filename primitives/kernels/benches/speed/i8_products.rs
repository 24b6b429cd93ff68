//! int8 products: GOP/s, and what a matrix-vector product reads against what one thread can.

use crate::timing::{floats, medians};
use std::hint::black_box;
use votive_kernels::{Level, PackedLinearI8, QuantisedRows};

/// Rows, inputs and outputs.
const SHAPES: [(usize, usize, usize); 8] = [
    (512, 512, 512),
    (1024, 1024, 1024),
    (2048, 2048, 2048),
    (128, 384, 1536),
    (1, 4096, 4096),
    (4, 4096, 4096),
    (1, 4096, 11008),
    (4, 4096, 11008),
];

/// Bytes of weights to rotate through, so that no cache holds them.
pub const ROTATION_BYTES: usize = 768 << 20;

/// Prints GOP/s of each level, quantising the input included.
pub fn run() {
    let bandwidth = read_bandwidth();
    println!("\none thread reads {bandwidth:.1} GB/s");
    println!("\ni8: rows x inputs x outputs, GOP/s");
    for level in Level::available().into_iter().filter(|&level| level != Level::PORTABLE) {
        for (rows, inputs, outputs) in SHAPES {
            let x = floats(rows * inputs);
            let packed = weight(inputs, outputs);
            let mut out = vec![0.0; rows * outputs];
            let seconds = medians(&mut [&mut || multiply(level, &packed, &x, rows, &mut out)]);
            let rate = 2e-9 * (rows * inputs * outputs) as f64 / seconds[0];
            println!("{:>8} {rows:>5} {inputs:>5} {outputs:>5}  {rate:7.1}  {:8.3} ms", level.name(), 1e3 * seconds[0]);
        }
        for (inputs, outputs) in [(4096, 4096), (4096, 11008)] {
            let packed = weight(inputs, outputs);
            let weights = vec![packed.clone(); ROTATION_BYTES / packed.size_bytes()];
            let (x, mut out) = (floats(inputs), vec![0.0; outputs]);
            let seconds = medians(&mut [&mut || {
                weights.iter().for_each(|weight| multiply(level, weight, &x, 1, &mut out));
            }]);
            let rate = 1e-9 * (weights.len() * packed.size_bytes()) as f64 / seconds[0];
            let ratio = rate / bandwidth;
            println!("{:>8}     1 {inputs:>5} {outputs:>5}  rotating: {rate:.1} GB/s ({ratio:.2})", level.name());
        }
    }
}

fn multiply(level: Level, weight: &PackedLinearI8, x: &[f32], rows: usize, out: &mut [f32]) {
    let x = QuantisedRows::new_at(level, x, weight.inputs(), rows).unwrap();
    weight.apply_at(level, &x, None, out).unwrap();
}

fn weight(inputs: usize, outputs: usize) -> PackedLinearI8 {
    let quantised = QuantisedRows::new(&floats(inputs * outputs), inputs, outputs).unwrap();
    let values: Vec<i8> = quantised.rows().flatten().copied().collect();
    PackedLinearI8::new(&values, quantised.scales(), inputs, outputs).unwrap()
}

/// GB/s of a sum over memory that no cache holds.
pub fn read_bandwidth() -> f64 {
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
