//! f32 products against the `gemm` crate, which candle multiplies with.

use crate::timing::{floats, median, medians};
use votive_kernels::{at, Level, LinearShape, PackedLinear};

/// Rows, inputs and outputs.
const SHAPES: [(usize, usize, usize); 10] = [
    (512, 512, 512),
    (1024, 1024, 1024),
    (2048, 2048, 2048),
    (128, 384, 1536),
    (128, 1536, 384),
    (128, 384, 384),
    (1, 4096, 4096),
    (4, 4096, 4096),
    (1, 4096, 11008),
    (4, 4096, 11008),
];

/// Prints GFLOP/s of each level, and their ratio to `gemm`.
pub fn run() {
    println!("\nf32: rows x inputs x outputs, GFLOP/s (ratio to gemm)");
    for level in Level::available().into_iter().filter(|&level| level != Level::PORTABLE) {
        let mut ratios = Vec::new();
        for (rows, inputs, outputs) in SHAPES {
            let (x, weight) = (floats(rows * inputs), floats(inputs * outputs));
            let packed = PackedLinear::new(&weight, inputs, outputs).unwrap();
            let shape = LinearShape { rows, inputs, outputs };
            let mut out = [vec![0.0; rows * outputs], vec![0.0; rows * outputs], vec![0.0; rows * outputs]];
            let [of_packed, of_plain, of_gemm] = &mut out;
            let seconds = medians(&mut [
                &mut || packed.apply_at(level, &x, None, rows, of_packed).unwrap(),
                &mut || at::linear(level, &x, &weight, None, shape, of_plain).unwrap(),
                &mut || multiply_by_gemm(&x, &weight, shape, of_gemm),
            ]);
            assert_eq!(out[0], out[1]);
            let rates: Vec<f64> = seconds.iter().map(|s| 2e-9 * (rows * inputs * outputs) as f64 / s).collect();
            println!(
                "{:>8} {rows:>5} {inputs:>5} {outputs:>5}  packed {:6.1} ({:4.2})  plain {:6.1} ({:4.2})  gemm {:6.1}",
                level.name(),
                rates[0],
                rates[0] / rates[2],
                rates[1],
                rates[1] / rates[2],
                rates[2],
            );
            ratios.push(rates[0] / rates[2]);
        }
        println!("{:>8} median ratio of packed to gemm: {:.2}", level.name(), median(&mut ratios));
    }
}

/// `out` = `x` · `weight`ᵀ, as candle calls it.
#[allow(unsafe_code)]
fn multiply_by_gemm(x: &[f32], weight: &[f32], shape: LinearShape, out: &mut [f32]) {
    let LinearShape { rows, inputs, outputs } = shape;
    let (out_stride, in_stride) = (outputs as isize, inputs as isize);
    assert!(x.len() == rows * inputs && weight.len() == inputs * outputs && out.len() == rows * outputs);
    // SAFETY: the strides are those of row-major matrices of these dimensions, whose lengths were just checked.
    unsafe {
        gemm::gemm(
            rows,
            outputs,
            inputs,
            out.as_mut_ptr(),
            1,
            out_stride,
            false,
            x.as_ptr(),
            1,
            in_stride,
            weight.as_ptr(),
            in_stride,
            1,
            0.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}
