//! What holds for all shapes and values.

use crate::sequence::{bits, floats, int8s};
use proptest::{collection::vec, prelude::*};
use votive_kernels::*;

/// Floats of all sizes whose chains stay finite: zeros of both signs, subnormals, and up to 2⁶⁰.
fn moderate() -> impl Strategy<Value = f32> {
    any::<u32>().prop_map(|pattern| {
        let float = f32::from_bits(pattern);
        let exponent = (pattern >> 23) & 0xff;
        if exponent > 127 + 60 {
            f32::from_bits(pattern & 0x83ff_ffff)
        } else {
            float
        }
    })
}

proptest! {
    #[test]
    fn linear_is_the_chain_of_software_fma(
        (rows, inputs, outputs) in (1..4usize, 1..40usize, 1..20usize),
        pool in vec(moderate(), 4000),
        with_bias: bool,
    ) {
        let shape = LinearShape { rows, inputs, outputs };
        let (x, rest) = pool.split_at(rows * inputs);
        let (weight, rest) = rest.split_at(outputs * inputs);
        let bias = with_bias.then_some(&rest[..outputs]);
        let mut out = vec![0.0; rows * outputs];
        linear(x, weight, bias, shape, &mut out).unwrap();
        for (index, value) in out.iter().enumerate() {
            let x = &x[index / outputs * inputs..][..inputs];
            let weight = &weight[index % outputs * inputs..][..inputs];
            let chain = x.iter().zip(weight).fold(0.0, |chain, (&x, &w)| fma(x, w, chain));
            let expected = bias.map_or(chain, |bias| chain + bias[index % outputs]);
            prop_assert_eq!(value.to_bits(), expected.to_bits());
        }
    }

    #[test]
    fn a_row_alone_has_the_bits_it_has_in_a_batch(
        (rows, inputs, outputs) in (1..6usize, 1..70usize, 1..30usize),
        seed: u32,
    ) {
        let shape = LinearShape { rows, inputs, outputs };
        let alone = LinearShape { rows: 1, ..shape };
        let x = floats(seed, rows * inputs);
        let (weight, weight_i8) = (floats(!seed, outputs * inputs), int8s(seed, outputs * inputs));
        let scales = floats(seed ^ 7, outputs);
        let (mut out, mut out_i8) = (vec![0.0; rows * outputs], vec![0.0; rows * outputs]);
        linear(&x, &weight, None, shape, &mut out).unwrap();
        linear_i8(&x, &weight_i8, &scales, None, shape, &mut out_i8).unwrap();
        for (row, x) in x.chunks(inputs).enumerate() {
            let mut one = vec![0.0; outputs];
            linear(x, &weight, None, alone, &mut one).unwrap();
            prop_assert_eq!(bits(&one), bits(&out[row * outputs..][..outputs]));
            linear_i8(x, &weight_i8, &scales, None, alone, &mut one).unwrap();
            prop_assert_eq!(bits(&one), bits(&out_i8[row * outputs..][..outputs]));
        }
    }

    #[test]
    fn softmax_sums_to_one_and_keeps_the_order(row in vec(-100f32..100.0, 1..200)) {
        let mut values = row.clone();
        softmax(&mut values, row.len()).unwrap();
        let sum: f64 = values.iter().map(|&value| f64::from(value)).sum();
        prop_assert!((sum - 1.0).abs() < 1e-6, "the sum is {sum}");
        prop_assert_eq!(values[argmax(&row)], values[argmax(&values)]);
    }

    #[test]
    fn softmax_takes_each_row_alone(columns in 1..40usize, rows in 1..4usize, seed: u32) {
        let mut values = floats(seed, rows * columns);
        let mut alone = values.clone();
        softmax(&mut values, columns).unwrap();
        for row in alone.chunks_mut(columns) {
            softmax(row, columns).unwrap();
        }
        prop_assert_eq!(bits(&values), bits(&alone));
    }

    #[test]
    fn linear_i8_is_close_to_the_product(inputs in 1..300usize, seed: u32) {
        let shape = LinearShape { rows: 1, inputs, outputs: 3 };
        let (x, weight, scales) = (floats(seed, inputs), int8s(!seed, 3 * inputs), floats(seed ^ 7, 3));
        let mut out = [0.0; 3];
        linear_i8(&x, &weight, &scales, None, shape, &mut out).unwrap();
        for ((&value, weight), &scale) in out.iter().zip(weight.chunks(inputs)).zip(&scales) {
            let exact: f64 = x.iter().zip(weight).map(|(&x, &w)| f64::from(x) * f64::from(w) * f64::from(scale)).sum();
            // A quantised input errs by half a step of at most 2 / 127, times a weight of at most 127 and its scale.
            let bound = inputs as f64 * f64::from(scale.abs()) * 1.01;
            prop_assert!((f64::from(value) - exact).abs() <= bound);
        }
    }

    #[test]
    fn max_pool2d_finds_a_largest_value(height in 1..9usize, width in 1..9usize, kernel in 1..5usize, stride in 1..4usize, seed: u32) {
        prop_assume!(kernel <= height && kernel <= width);
        let shape = Pool2dShape { batch: 2, channels: 2, height, width, kernel, stride };
        let (out_height, out_width) = shape.output_size().unwrap();
        let x = floats(seed, 4 * height * width);
        let mut out = vec![0.0; 4 * out_height * out_width];
        max_pool2d(&x, shape, &mut out).unwrap();
        for (index, &value) in out.iter().enumerate() {
            let (plane, row, column) = (index / out_width / out_height, index / out_width % out_height, index % out_width);
            let at = |u: usize, v: usize| x[(plane * height + row * stride + u) * width + column * stride + v];
            let window = (0..kernel).flat_map(|u| (0..kernel).map(move |v| at(u, v)));
            prop_assert_eq!(value, window.fold(f32::NEG_INFINITY, f32::max));
        }
    }
}
