//! Products with block-quantised weights: GOP/s, and what a matrix-vector product reads.

use crate::i8_products::{read_bandwidth, ROTATION_BYTES};
use crate::timing::{floats, medians};
use votive_kernels::{BlockFormat, Level, PackedLinearBlocks, QuantisedBlocks};

/// Rows, inputs and outputs.
const SHAPES: [(usize, usize, usize); 4] = [(1, 4096, 4096), (4, 4096, 4096), (128, 4096, 4096), (512, 1024, 1024)];

pub fn q8_0() {
    run(BlockFormat::Q8_0);
}

pub fn q4k() {
    run(BlockFormat::Q4K);
}

pub fn q6k() {
    run(BlockFormat::Q6K);
}

/// Prints GOP/s of each level, quantising the input included.
fn run(format: BlockFormat) {
    let bandwidth = read_bandwidth();
    println!("\none thread reads {bandwidth:.1} GB/s");
    println!("\n{format:?}: rows x inputs x outputs, GOP/s");
    for level in Level::available().into_iter().filter(|&level| level != Level::PORTABLE) {
        for (rows, inputs, outputs) in SHAPES {
            let x = floats(rows * inputs);
            let packed = weight(format, inputs, outputs);
            let mut out = vec![0.0; rows * outputs];
            let seconds = medians(&mut [&mut || multiply(level, &packed, &x, rows, &mut out)]);
            let rate = 2e-9 * (rows * inputs * outputs) as f64 / seconds[0];
            println!("{:>8} {rows:>5} {inputs:>5} {outputs:>5}  {rate:7.1}  {:8.3} ms", level.name(), 1e3 * seconds[0]);
        }
        let (inputs, outputs) = (4096, 4096);
        let packed = weight(format, inputs, outputs);
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

fn multiply(level: Level, weight: &PackedLinearBlocks, x: &[f32], rows: usize, out: &mut [f32]) {
    let x = QuantisedBlocks::new_at(level, x, weight.inputs(), rows).unwrap();
    weight.apply_at(level, &x, None, out).unwrap();
}

/// Blocks of equal bytes, which are finite scales too: the speed does not depend on them.
fn weight(format: BlockFormat, inputs: usize, outputs: usize) -> PackedLinearBlocks {
    let blocks = vec![0x19; outputs * inputs / format.block_inputs() * format.block_bytes()];
    PackedLinearBlocks::new(format, &blocks, inputs, outputs).unwrap()
}
