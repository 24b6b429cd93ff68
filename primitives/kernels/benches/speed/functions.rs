//! Functions of one value and of rows: nanoseconds an element.

use crate::timing::{floats, medians};
use votive_kernels::{at, Function, Level, Norm};

/// Elements of a run: 64 rows of 384, which the second-level cache holds.
const COLUMNS: usize = 384;
const COUNT: usize = 64 * COLUMNS;

/// Prints nanoseconds an element of each level.
pub fn run() {
    println!("\nfunctions: ns an element");
    for level in Level::available() {
        print!("{:>8}", level.name());
        use Function::*;
        for function in [Relu, Sigmoid, Tanh, Exp, Erf, Gelu, GeluTanh, Silu] {
            measure(&format!("{function:?}"), |values| at::map(level, function, values).unwrap());
        }
        let (weight, bias) = (floats(COLUMNS), floats(COLUMNS));
        let layer = Norm::Layer { weight: &weight, bias: &bias, epsilon: 1e-5 };
        measure("layer norm", |values| at::normalise(level, layer, values).unwrap());
        let rms = Norm::Rms { weight: &weight, epsilon: 1e-5 };
        measure("RMS norm", |values| at::normalise(level, rms, values).unwrap());
        measure("l2", |values| at::l2_normalise(level, values, COLUMNS).unwrap());
        measure("softmax", |values| at::softmax(level, values, COLUMNS).unwrap());
        println!();
    }
}

/// Prints the time of `run`, less that of copying its operand.
fn measure(name: &str, run: impl Fn(&mut [f32])) {
    let source = floats(COUNT);
    let (mut one, mut other) = (source.clone(), source.clone());
    let seconds = medians(&mut [
        &mut || {
            one.copy_from_slice(&source);
            run(&mut one);
        },
        &mut || other.copy_from_slice(&source),
    ]);
    print!("  {name} {:.2}", 1e9 * (seconds[0] - seconds[1]) / COUNT as f64);
}
