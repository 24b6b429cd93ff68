//! No bit depends on how many threads share a product, nor on whether they share its rows or its outputs.

use super::*;
use std::num::NonZeroUsize;
use votive_kernels::{BlockFormat, PackedLinearI8};

const INPUTS: usize = 96;

/// The last panel is not full.
const OUTPUTS: usize = 16 * 7 + 5;

/// Values between −1 and 1 that do not repeat soon.
fn values(count: usize) -> Vec<f32> {
    (0..count).map(|index| (index as f32 * 0.7).sin()).collect()
}

fn assert_unchanged_by_threads(weight: &impl Products) {
    let (inputs, outputs) = weight.sizes();
    let bias = values(outputs);
    for rows in [1, 2, COLUMN_ROWS, COLUMN_ROWS + 1, 3 * COLUMN_ROWS] {
        let x = values(rows * inputs);
        for bias in [None, Some(bias.as_slice())] {
            let computed = |threads: &Threads| {
                let mut out = vec![f32::NAN; rows * outputs];
                share(weight, (&x, rows), bias, &mut out, threads).expect("it computes");
                out.into_iter().map(f32::to_bits).collect::<Vec<_>>()
            };
            let expected = computed(&Threads::one());
            for count in [2, 3, 5, 16].map(|count| NonZeroUsize::new(count).expect("it is not zero")) {
                let threads = Threads::sharing_all(count).expect("there are threads");
                assert_eq!(computed(&threads), expected, "{rows} rows, {count} threads");
            }
        }
    }
}

#[test]
fn products_of_floats() {
    assert_unchanged_by_threads(&PackedLinear::new(&values(INPUTS * OUTPUTS), INPUTS, OUTPUTS).expect("it is packed"));
}

#[test]
fn products_of_few_outputs_that_are_not_packed() {
    assert_unchanged_by_threads(&PackedLinear::new(&values(INPUTS * 17), INPUTS, 17).expect("it is packed"));
}

#[test]
fn products_of_int8() {
    let weight: Vec<i8> = values(INPUTS * OUTPUTS).into_iter().map(|value| (value * 127.0) as i8).collect();
    let packed = PackedLinearI8::new(&weight, &values(OUTPUTS), INPUTS, OUTPUTS).expect("it is packed");
    assert_unchanged_by_threads(&packed);
}

#[test]
fn products_of_blocks() {
    // A scale of 2⁻⁸ in half precision, and 32 weights.
    let block: Vec<u8> = [0, 0x1c].into_iter().chain(200..232).collect();
    let blocks = block.repeat(INPUTS / 32 * OUTPUTS);
    let packed = PackedLinearBlocks::new(BlockFormat::Q8_0, &blocks, INPUTS, OUTPUTS).expect("it is packed");
    assert_unchanged_by_threads(&packed);
}

#[test]
fn a_value_that_is_not_finite_is_refused_whoever_computes_it() {
    let mut weight = vec![0.0; INPUTS * OUTPUTS];
    // The last output overflows.
    weight[INPUTS * (OUTPUTS - 1)..].fill(f32::MAX);
    let weight = PackedLinear::new(&weight, INPUTS, OUTPUTS).expect("it is packed");
    let threads = Threads::sharing_all(NonZeroUsize::new(4).expect("it is not zero")).expect("there are threads");
    for rows in [1, 2, 2 * COLUMN_ROWS] {
        let mut out = vec![0.0; rows * OUTPUTS];
        let refused = share(&weight, (&vec![2.0; rows * INPUTS], rows), None, &mut out, &threads);
        assert_eq!(refused, Err(KernelError::NotFinite));
    }
}
