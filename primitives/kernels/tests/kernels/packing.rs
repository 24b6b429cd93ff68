//! Weights that are packed: piece by piece or at once, and what they take.

use crate::sequence::{bits, floats, int8s};
use proptest::prelude::*;
use votive_kernels::*;

/// What a weight of outputs × inputs makes of one row.
fn product(packed: &PackedLinear) -> Vec<u32> {
    let mut out = vec![0.0; packed.outputs()];
    packed.apply(&floats(7, packed.inputs()), None, 1, &mut out).unwrap();
    bits(&out)
}

fn product_i8(packed: &PackedLinearI8) -> Vec<u32> {
    let mut out = vec![0.0; packed.outputs()];
    let x = QuantisedRows::new(&floats(7, packed.inputs()), packed.inputs(), 1).unwrap();
    packed.apply(&x, None, &mut out).unwrap();
    bits(&out)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_weight_in_pieces_is_the_weight_at_once(
        inputs in 1..70usize, outputs in 1..70usize, pieces in prop::collection::vec(1..400usize, 1..8), seed: u32,
    ) {
        let (weight, weight_i8) = (floats(seed, inputs * outputs), int8s(seed, inputs * outputs));
        let scales = floats(!seed, outputs);
        let mut packer = LinearPacker::new(inputs, outputs).unwrap();
        let mut packer_i8 = LinearPackerI8::new(inputs, outputs).unwrap();
        let mut start = 0;
        for piece in pieces.iter().cycle() {
            let end = weight.len().min(start + piece);
            packer.push(&weight[start..end]).unwrap();
            packer_i8.push(&weight_i8[start..end]).unwrap();
            start = end;
            if start == weight.len() {
                break;
            }
        }
        let (packed, packed_i8) = (packer.finish().unwrap(), packer_i8.finish(&scales).unwrap());
        prop_assert_eq!(product(&packed), product(&PackedLinear::new(&weight, inputs, outputs).unwrap()));
        prop_assert_eq!(product_i8(&packed_i8), product_i8(&PackedLinearI8::new(&weight_i8, &scales, inputs, outputs).unwrap()));
        prop_assert_eq!(packed.size_bytes() as u64, PackedLinear::size_bytes_of(inputs, outputs).unwrap());
        prop_assert_eq!(packed_i8.size_bytes() as u64, PackedLinearI8::size_bytes_of(inputs, outputs).unwrap());
    }
}

#[test]
fn packing_adds_an_eighth_at_most() {
    for inputs in [1, 3, 16, 17, 384, 4096] {
        for outputs in 1..200 {
            let plain = 4 * inputs * outputs;
            assert!(PackedLinear::size_bytes_of(inputs, outputs).unwrap() * 8 <= plain as u64 * 9);
            let plain = (inputs + 4) * outputs;
            assert!(PackedLinearI8::size_bytes_of(inputs, outputs).unwrap() * 8 <= plain as u64 * 9);
        }
    }
    assert_eq!(PackedLinear::size_bytes_of(384, 1).unwrap(), 4 * 384);
    assert_eq!(PackedLinear::size_bytes_of(384, 15).unwrap(), 4 * 384 * 16);
}

#[test]
fn a_packer_refuses_elements_that_lack_or_exceed() {
    let mut packer = LinearPacker::new(2, 3).unwrap();
    packer.push(&[0.0; 4]).unwrap();
    let refused = KernelError::ShapeMismatch { operand: "weight", expected: 2, actual: 3 };
    assert_eq!(packer.push(&[0.0; 3]), Err(refused));
    let lacking = KernelError::ShapeMismatch { operand: "weight", expected: 6, actual: 4 };
    assert_eq!(packer.finish().err(), Some(lacking));

    let mut packer = LinearPackerI8::new(2, 3).unwrap();
    packer.push(&[0; 4]).unwrap();
    assert_eq!(packer.push(&[0; 3]), Err(refused));
    assert_eq!(packer.finish(&[1.0; 3]).err(), Some(lacking));
    let mut packer = LinearPackerI8::new(2, 3).unwrap();
    packer.push(&[0; 6]).unwrap();
    let unscaled = KernelError::ShapeMismatch { operand: "scales", expected: 3, actual: 2 };
    assert_eq!(packer.finish(&[1.0; 2]).err(), Some(unscaled));
}

#[test]
fn a_packer_refuses_what_a_weight_may_not_be() {
    assert_eq!(LinearPacker::new(0, 3).err(), Some(KernelError::ZeroDimension));
    assert_eq!(LinearPacker::new(usize::MAX, 3).err(), Some(KernelError::TooLarge));
    assert_eq!(LinearPackerI8::new(MAX_INPUTS_I8 + 1, 1).err(), Some(KernelError::TooLarge));
    assert_eq!(LinearPacker::new(1, 3).unwrap().push(&[0.0, f32::NAN]), Err(KernelError::NotFinite));
    assert_eq!(LinearPackerI8::new(1, 3).unwrap().push(&[0, -128]), Err(KernelError::WeightOutOfRange));
}

#[test]
fn a_packed_convolution_is_the_convolution() {
    // Few channels, which are kept as they are, and as many as a panel.
    for out_channels in [3, 16] {
        let shape = Conv2dShape {
            batch: 2,
            in_channels: 3,
            height: 7,
            width: 6,
            out_channels,
            kernel_height: 3,
            kernel_width: 2,
            stride: 2,
            padding: 1,
        };
        let (height, width) = shape.output_size().unwrap();
        let (x, weight) = (floats(1, 2 * 3 * 7 * 6), floats(2, out_channels * 18));
        let bias = floats(3, out_channels);
        let (mut expected, mut out) = (vec![0.0; 2 * out_channels * height * width], vec![]);
        conv2d(&x, &weight, Some(&bias), shape, &mut expected).unwrap();
        out.resize(expected.len(), 1.0);
        let packed = PackedLinear::new(&weight, 18, out_channels).unwrap();
        conv2d_packed(&x, &packed, Some(&bias), shape, &mut out).unwrap();
        assert_eq!(bits(&out), bits(&expected));
        let other = PackedLinear::new(&weight[..17], 17, 1).unwrap();
        let refused = KernelError::ShapeMismatch { operand: "weight", expected: 18, actual: 17 };
        assert_eq!(conv2d_packed(&x, &other, None, shape, &mut out), Err(refused));
    }
}
