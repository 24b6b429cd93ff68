//! What each operation refuses.

use votive_kernels::*;

const LINEAR: LinearShape = LinearShape { rows: 1, inputs: 2, outputs: 3 };
const CONV: Conv2dShape = Conv2dShape {
    batch: 1,
    in_channels: 1,
    height: 3,
    width: 3,
    out_channels: 1,
    kernel_height: 2,
    kernel_width: 2,
    stride: 1,
    padding: 0,
};
const POOL: Pool2dShape = Pool2dShape { batch: 1, channels: 1, height: 3, width: 3, kernel: 2, stride: 1 };

fn mismatch(operand: &'static str, expected: usize, actual: usize) -> Result<(), KernelError> {
    Err(KernelError::ShapeMismatch { operand, expected, actual })
}

#[test]
fn linear_names_the_slice_of_a_wrong_length() {
    let run = |x: usize, weight: usize, bias: usize, out: usize| {
        linear(&vec![0.0; x], &vec![0.0; weight], Some(&vec![0.0; bias]), LINEAR, &mut vec![0.0; out])
    };
    assert_eq!(run(2, 6, 3, 3), Ok(()));
    assert_eq!(run(3, 6, 3, 3), mismatch("x", 2, 3));
    assert_eq!(run(2, 5, 3, 3), mismatch("weight", 6, 5));
    assert_eq!(run(2, 6, 0, 3), mismatch("bias", 3, 0));
    assert_eq!(run(2, 6, 3, 4), mismatch("out", 3, 4));
}

#[test]
fn linear_i8_names_the_slice_of_a_wrong_length() {
    let run = |weight: usize, scales: usize| {
        linear_i8(&[0.0; 2], &vec![0; weight], &vec![0.0; scales], None, LINEAR, &mut [0.0; 3])
    };
    assert_eq!(run(6, 3), Ok(()));
    assert_eq!(run(7, 3), mismatch("weight", 6, 7));
    assert_eq!(run(6, 2), mismatch("scales", 3, 2));
}

#[test]
fn conv2d_and_max_pool2d_name_the_slice_of_a_wrong_length() {
    assert_eq!(conv2d(&[0.0; 8], &[0.0; 4], None, CONV, &mut [0.0; 4]), mismatch("x", 9, 8));
    assert_eq!(conv2d(&[0.0; 9], &[0.0; 3], None, CONV, &mut [0.0; 4]), mismatch("weight", 4, 3));
    assert_eq!(conv2d(&[0.0; 9], &[0.0; 4], Some(&[0.0; 2]), CONV, &mut [0.0; 4]), mismatch("bias", 1, 2));
    assert_eq!(conv2d(&[0.0; 9], &[0.0; 4], None, CONV, &mut [0.0; 9]), mismatch("out", 4, 9));
    assert_eq!(max_pool2d(&[0.0; 8], POOL, &mut [0.0; 4]), mismatch("x", 9, 8));
    assert_eq!(max_pool2d(&[0.0; 9], POOL, &mut [0.0; 5]), mismatch("out", 4, 5));
}

#[test]
fn softmax_and_add_refuse_unequal_lengths() {
    assert_eq!(softmax(&mut [0.0; 5], 3), mismatch("values", 6, 5));
    assert_eq!(softmax(&mut [0.0; 5], 6), mismatch("values", 6, 5));
    assert_eq!(softmax(&mut [], 1), Err(KernelError::ZeroDimension));
    assert_eq!(softmax(&mut [0.0], 0), Err(KernelError::ZeroDimension));
    assert_eq!(add(&mut [0.0; 2], &[0.0; 3]), mismatch("addend", 2, 3));
}

#[test]
fn zero_dimensions_are_refused() {
    let shape = LinearShape { inputs: 0, ..LINEAR };
    assert_eq!(linear(&[], &[], None, shape, &mut [0.0; 3]), Err(KernelError::ZeroDimension));
    assert_eq!(linear_i8(&[], &[], &[0.0; 3], None, shape, &mut [0.0; 3]), Err(KernelError::ZeroDimension));
    let shape = Conv2dShape { stride: 0, ..CONV };
    assert_eq!(conv2d(&[0.0; 9], &[0.0; 4], None, shape, &mut [0.0; 4]), Err(KernelError::ZeroDimension));
    let shape = Pool2dShape { kernel: 0, ..POOL };
    assert_eq!(max_pool2d(&[0.0; 9], shape, &mut [0.0; 4]), Err(KernelError::ZeroDimension));
}

#[test]
fn windows_larger_than_the_image_are_refused() {
    let shape = Conv2dShape { kernel_width: 4, ..CONV };
    assert_eq!(shape.output_size(), Err(KernelError::WindowExceedsInput));
    assert_eq!(Conv2dShape { padding: 1, ..shape }.output_size(), Ok((4, 2)));
    assert_eq!(Pool2dShape { kernel: 4, ..POOL }.output_size(), Err(KernelError::WindowExceedsInput));
}

#[test]
fn products_of_dimensions_never_wrap() {
    for side in [1 << 16, 1 << 31, 1 << 32, usize::MAX] {
        let shape = LinearShape { rows: side, inputs: side, outputs: side };
        assert_eq!(linear(&[], &[], None, shape, &mut []), Err(KernelError::TooLarge));
        let shape = Conv2dShape { padding: side, in_channels: side, batch: side, ..CONV };
        assert_eq!(conv2d(&[], &[], None, shape, &mut []), Err(KernelError::TooLarge));
        let shape = Pool2dShape { batch: side, channels: side, height: side, width: side, ..POOL };
        assert_eq!(max_pool2d(&[], shape, &mut []), Err(KernelError::TooLarge));
    }
}

#[test]
fn linear_i8_holds_its_longest_sum_and_refuses_a_longer_one() {
    let shape = LinearShape { rows: 1, inputs: MAX_INPUTS_I8, outputs: 1 };
    let mut out = [0.0];
    linear_i8(&vec![127.0; MAX_INPUTS_I8], &vec![127; MAX_INPUTS_I8], &[1.0], None, shape, &mut out).unwrap();
    assert_eq!(out, [2_147_479_576i32 as f32]);
    linear_i8(&vec![-127.0; MAX_INPUTS_I8], &vec![127; MAX_INPUTS_I8], &[1.0], None, shape, &mut out).unwrap();
    assert_eq!(out, [-2_147_479_576i32 as f32]);

    let inputs = MAX_INPUTS_I8 + 1;
    let shape = LinearShape { inputs, ..shape };
    let result = linear_i8(&vec![0.0; inputs], &vec![0; inputs], &[1.0], None, shape, &mut out);
    assert_eq!(result, Err(KernelError::TooLarge));
}

#[test]
fn linear_i8_refuses_the_weight_without_a_counterpart() {
    let result = linear_i8(&[1.0; 2], &[0, 0, 0, 0, 0, -128], &[1.0; 3], None, LINEAR, &mut [0.0; 3]);
    assert_eq!(result, Err(KernelError::WeightOutOfRange));
}

#[test]
fn linear_i8_takes_rows_too_small_to_quantise_as_zero() {
    let shape = LinearShape { rows: 2, inputs: 1, outputs: 1 };
    let limit = f32::from_bits(0x0380_0000);
    let below = f32::from_bits(0x037f_ffff);
    let mut out = [1.0; 2];
    linear_i8(&[limit, below], &[127], &[1.0], None, shape, &mut out).unwrap();
    assert_eq!(out[1].to_bits(), 0);
    assert!((out[0] / (127.0 * limit) - 1.0).abs() < 1e-6);
}

#[test]
fn no_operation_lets_a_non_finite_operand_pass() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let refused = Err(KernelError::NotFinite);
        let mut out = [0.0; 4];
        for index in 0..2 {
            let mut x = [0.0; 2];
            x[index] = bad;
            assert_eq!(linear(&x, &[0.0; 6], None, LINEAR, &mut out[..3]), refused);
            assert_eq!(linear_i8(&x, &[0; 6], &[0.0; 3], None, LINEAR, &mut out[..3]), refused);
            assert_eq!(add(&mut x.clone(), &[0.0; 2]), refused);
            assert_eq!(relu(&mut x.clone()), refused);
            assert_eq!(tanh(&mut x.clone()), refused);
            assert_eq!(sigmoid(&mut x.clone()), refused);
            assert_eq!(softmax(&mut x.clone(), 2), refused);
            assert_eq!(canonicalise(&mut x.clone()), refused);
            assert_eq!(check_finite(&x), refused);
        }
        assert_eq!(linear(&[0.0; 2], &[0.0, 0.0, 0.0, bad, 0.0, 0.0], None, LINEAR, &mut out[..3]), refused);
        assert_eq!(linear(&[0.0; 2], &[0.0; 6], Some(&[0.0, bad, 0.0]), LINEAR, &mut out[..3]), refused);
        assert_eq!(linear_i8(&[0.0; 2], &[0; 6], &[0.0, bad, 0.0], None, LINEAR, &mut out[..3]), refused);
        let x = [0.0, 0.0, 0.0, 0.0, bad, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(conv2d(&x, &[0.0; 4], None, CONV, &mut out), refused);
        assert_eq!(max_pool2d(&x, POOL, &mut out), refused);
    }
}

#[test]
fn an_overflow_is_refused() {
    let mut out = [0.0; 3];
    let weight = [f32::MAX, 0.0, 0.0, 0.0, 0.0, 0.0];
    assert_eq!(linear(&[2.0, 0.0], &weight, None, LINEAR, &mut out), Err(KernelError::NotFinite));
    assert_eq!(add(&mut [f32::MAX], &[f32::MAX]), Err(KernelError::NotFinite));
}

#[test]
fn errors_say_what_is_wrong() {
    let error = mismatch("bias", 3, 2).unwrap_err();
    assert_eq!(error.to_string(), "`bias` has 2 elements where the shape asks for 3");
}
