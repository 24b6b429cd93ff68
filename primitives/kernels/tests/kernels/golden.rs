//! Golden bits of every operation. `golden_reference.py` prints those that are longer than a line.

use crate::sequence::{bits, floats, int8s};
use votive_kernels::*;

/// Arguments of the functions of one value: zeros, subnormals, both sides of each branch, saturation.
const POINTS: [u32; 16] = [
    0x00000000, 0x80000000, 0x00000001, 0x80400000, 0x33800000, 0x3dcccccd, 0xbe99999a, 0x3f1fffff, 0x3f200000,
    0xbf800000, 0x40490fdb, 0xc0d00000, 0x41100000, 0xc2ac0000, 0xc2cf0000, 0x42b17217,
];

pub fn points() -> Vec<f32> {
    POINTS.map(f32::from_bits).to_vec()
}

#[test]
fn fma_has_its_golden_bits() {
    let cases = [
        // A near-tie of subnormals, which rounding twice gets wrong, and its mirror images.
        ([0xb7000080, 0x0000ffff, 0x802d4b71], 0x802d4b71),
        ([0x37000080, 0x0000ffff, 0x002d4b71], 0x002d4b71),
        ([0x37000080, 0x8000ffff, 0x802d4b71], 0x802d4b71),
        // 1 + 2⁻²⁴ is a tie and goes to even; a product of 2⁻¹⁴⁹ · 2⁻¹⁴⁹ more, and it is none.
        ([0x3f800000, 0x33800000, 0x3f800000], 0x3f800000),
        ([0x33800001, 0x3f800000, 0x3f800000], 0x3f800001),
        // A product beyond the floats that the addend brings back, and a sum that is beyond them.
        ([0x7f7fffff, 0x40000000, 0xff7fffff], 0x7f7fffff),
        ([0x7f7fffff, 0x3f800000, 0x7f7fffff], 0x7f800000),
        // Zeros: an underflow keeps its sign, a cancellation is +0.
        ([0x80000001, 0x00000001, 0x00000000], 0x80000000),
        ([0x80000000, 0x3f800000, 0x80000000], 0x80000000),
        ([0x80000000, 0x3f800000, 0x00000000], 0x00000000),
        ([0xbf800000, 0x3f800000, 0x3f800000], 0x00000000),
        // Infinities pass.
        ([0x7f800000, 0x3f800000, 0x3f800000], 0x7f800000),
        ([0x3f800000, 0x3f800000, 0xff800000], 0xff800000),
    ];
    for ([a, b, c], expected) in cases {
        let result = fma(f32::from_bits(a), f32::from_bits(b), f32::from_bits(c));
        assert_eq!(result.to_bits(), expected, "fma({a:08x}, {b:08x}, {c:08x}) = {result:e}");
    }
    assert!(fma(f32::INFINITY, 0.0, 1.0).is_nan());
    assert!(fma(f32::INFINITY, 1.0, f32::NEG_INFINITY).is_nan());
}

#[test]
fn linear_has_its_golden_bits() {
    let shape = LinearShape { rows: 3, inputs: 37, outputs: 11 };
    let mut out = [0.0; 33];
    linear(&floats(1, 111), &floats(2, 407), Some(&floats(3, 11)), shape, &mut out).unwrap();
    let expected = [
        0xbfd025a0, 0xc1b5af6b, 0xc14e5eba, 0x3f1ab2a2, 0x40787ad8, 0xbfe3faa6, 0xc1031234, 0xc0c8f77d, 0xc17ba5ed,
        0xc07ae3f6, 0xbfa7f1f1, 0xc167460e, 0x3fa76ee4, 0x40581bba, 0xc09c5f14, 0xc1249af2, 0x40443434, 0x404f31ae,
        0xc02bf7f2, 0xc0554fd1, 0xc0732c32, 0xc1648640, 0xc11456c8, 0xc08aedf0, 0x4085ce69, 0xc089f038, 0x401a766c,
        0x40bf2c73, 0x409dc6fc, 0x4055e500, 0x4110ba12, 0xc09774b1, 0x3f7c4198,
    ];
    assert_eq!(bits(&out), expected);
}

#[test]
fn linear_starts_its_chain_at_positive_zero() {
    let shape = LinearShape { rows: 1, inputs: 1, outputs: 1 };
    let mut out = [1.0];
    linear(&[-0.0], &[1.0], None, shape, &mut out).unwrap();
    assert_eq!(bits(&out), bits(&[0.0]));
}

#[test]
fn conv2d_has_its_golden_bits() {
    let shape = Conv2dShape {
        batch: 1,
        in_channels: 3,
        height: 5,
        width: 4,
        out_channels: 3,
        kernel_height: 3,
        kernel_width: 2,
        stride: 2,
        padding: 1,
    };
    let mut out = [0.0; 27];
    conv2d(&floats(4, 60), &floats(5, 54), Some(&floats(6, 3)), shape, &mut out).unwrap();
    let expected = [
        0xc0924240, 0x3e6638f8, 0xbff37390, 0x3f51419a, 0xc09d1eaa, 0xbf4014d6, 0xc0b40940, 0xc01524f5, 0x40b5cdfa,
        0x3ff3b0b0, 0x3f049d88, 0x409732b2, 0x40e083c6, 0x4112ccd8, 0xbf944e48, 0x3efb8b60, 0xc07d7421, 0xbfe2801c,
        0x40736ee2, 0x40cf3a59, 0x4019ac51, 0x40929b94, 0xc06f0420, 0x3c62a980, 0x40b9b51d, 0x3f3181ce, 0x40aa686c,
    ];
    assert_eq!(bits(&out), expected);
}

#[test]
fn linear_i8_has_its_golden_bits() {
    let shape = LinearShape { rows: 2, inputs: 21, outputs: 5 };
    let scales: Vec<f32> = floats(9, 5).iter().map(|scale| scale / 64.0).collect();
    let mut out = [0.0; 10];
    linear_i8(&floats(7, 42), &int8s(8, 105), &scales, Some(&floats(10, 5)), shape, &mut out).unwrap();
    let expected = [
        0xc09afda7, 0x3fb5723e, 0x41038d67, 0xc101d4a4, 0x4002aee0, 0xc0ef4c98, 0x40a16c3a, 0xbfd0a5ac, 0xc066d61a,
        0x40473e9a,
    ];
    assert_eq!(bits(&out), expected);
}

#[test]
fn softmax_has_its_golden_bits() {
    let mut values = floats(11, 134);
    softmax(&mut values, 67).unwrap();
    let expected = [
        0x3c678416, 0x3b89cc44, 0x3d967cc1, 0x3b1f81a5, 0x3b2dcd90, 0x3ad399e6, 0x3c313542, 0x3b88f6fa, 0x3b903aa1,
        0x3cb8a4f1, 0x3c18e58a, 0x3b31722d, 0x3c2c93bd, 0x3b2c3f65, 0x3c6a4282, 0x3bb81ae8,
    ];
    assert_eq!(bits(&values[59..75]), expected);
}

#[test]
fn exp_has_its_golden_bits() {
    let values: Vec<f32> = points().into_iter().map(exp).collect();
    let expected = [
        0x3f800000, 0x3f800000, 0x3f800000, 0x3f800000, 0x3f800000, 0x3f8d763e, 0x3f3da643, 0x3fef22ae, 0x3fef22af,
        0x3ebc5ab2, 0x41b92024, 0x3ac50f0c, 0x45fd38ac, 0x01739362, 0x00000001, 0x7f7fff84,
    ];
    assert_eq!(bits(&values), expected);
}

#[test]
fn exp_saturates() {
    let cases = [
        (0x42b17218, 0x7f800000),
        (0x7f7fffff, 0x7f800000),
        (0x7f800000, 0x7f800000),
        (0xff800000, 0x00000000),
        (0xff7fffff, 0x00000000),
        (0x7fc00000, 0x7fc00000),
        (0xffc00001, 0x7fc00000),
    ];
    for (x, expected) in cases {
        assert_eq!(exp(f32::from_bits(x)).to_bits(), expected, "exp({x:08x})");
    }
}

#[test]
fn tanh_has_its_golden_bits() {
    let mut values = points();
    tanh(&mut values).unwrap();
    let expected = [
        0x00000000, 0x00000000, 0x00000001, 0x80400000, 0x33800000, 0x3dcc1ebc, 0xbe9526ee, 0x3f0dfa3f, 0x3f0dfa40,
        0xbf42f7d6, 0x3f7f0bb0, 0xbf7fffb4, 0x3f7fffff, 0xbf800000, 0xbf800000, 0x3f800000,
    ];
    assert_eq!(bits(&values), expected);
}

#[test]
fn sigmoid_has_its_golden_bits() {
    let mut values = points();
    sigmoid(&mut values).unwrap();
    let expected = [
        0x3f000000, 0x3f000000, 0x3f000000, 0x3f000000, 0x3f000000, 0x3f066509, 0x3ed9e2ac, 0x3f26bf32, 0x3f26bf32,
        0x3e89b2b1, 0x3f75653f, 0x3ac4c352, 0x3f7ff7ea, 0x01739363, 0x00000000, 0x3f800000,
    ];
    assert_eq!(bits(&values), expected);
}

#[test]
fn relu_makes_both_zeros_and_all_below_positive_zero() {
    let mut values = [-0.0, 0.0, -1.0, 2.5, f32::from_bits(1), f32::from_bits(0x80000001)];
    relu(&mut values).unwrap();
    assert_eq!(bits(&values), bits(&[0.0, 0.0, 0.0, 2.5, f32::from_bits(1), 0.0]));
}

#[test]
fn add_rounds_each_sum_once() {
    let mut values = [1.0, -0.0, -0.0, 1.5];
    add(&mut values, &[f32::EPSILON / 2.0, -0.0, 0.0, -1.5]).unwrap();
    assert_eq!(bits(&values), bits(&[1.0, -0.0, 0.0, 0.0]));
}

#[test]
fn max_pool2d_keeps_the_first_of_equal_values() {
    let shape = Pool2dShape { batch: 1, channels: 2, height: 3, width: 4, kernel: 2, stride: 2 };
    #[rustfmt::skip]
    let x = [
        1.0, 2.0, -0.0, 0.0,
        4.0, 3.0, 0.0, -1.0,
        9.0, 9.0, 9.0, 9.0,

        0.0, -0.0, -8.0, -7.0,
        -0.0, -0.0, -6.0, -5.0,
        9.0, 9.0, 9.0, 9.0,
    ];
    let mut out = [0.0; 4];
    max_pool2d(&x, shape, &mut out).unwrap();
    assert_eq!(bits(&out), bits(&[4.0, -0.0, 0.0, -5.0]));
}

#[test]
fn argmax_takes_the_first_maximum() {
    assert_eq!(argmax(&[1.0, 3.0, 2.0, 3.0]), 1);
    assert_eq!(argmax(&[-0.0, 0.0]), 0);
    assert_eq!(argmax(&[f32::NEG_INFINITY, -1.0]), 1);
    assert_eq!(argmax(&[]), 0);
}

#[test]
fn canonicalise_leaves_one_zero() {
    let mut values = [-0.0, 0.0, f32::from_bits(0x80000001), -1.0];
    canonicalise(&mut values).unwrap();
    assert_eq!(bits(&values), [0, 0, 0x80000001, 0xbf800000]);
}

#[test]
fn this_thread_computes_as_the_spec_asks() {
    assert_eq!(check_environment(), Ok(()));
}
