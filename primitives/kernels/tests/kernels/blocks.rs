//! Products with block-quantised weights: golden bits, levels, and what they refuse.

use crate::sequence::{bits, blocks, floats};
use proptest::{collection::vec, prelude::*};
use votive_kernels::*;
use BlockFormat::{Q4K, Q6K, Q8_0};

/// Each format with inputs that are two blocks of its activations, of which that of Q8_0 is a short one.
const CASES: [(BlockFormat, usize); 3] = [(Q8_0, 288), (Q4K, 512), (Q6K, 512)];

/// Blocks of 3 outputs.
fn golden_weight(format: BlockFormat, inputs: usize) -> Vec<u8> {
    blocks(21, 3 * inputs / format.block_inputs(), format)
}

#[test]
fn linear_blocks_has_its_golden_bits() {
    let expected = [
        [0x40bfe581, 0x40e171cb, 0x4094580e, 0xbf779504, 0x4107151b, 0xbd00c980],
        [0xc057c474, 0xc2496584, 0xc23e0a2d, 0x418e3825, 0xc0d436af, 0x42037a79],
        [0xc37d4353, 0x42e1e9aa, 0xc38b0869, 0xc29ceb3f, 0x436d4cd2, 0xc3044a74],
    ];
    for ((format, inputs), expected) in CASES.into_iter().zip(expected) {
        let packed = PackedLinearBlocks::new(format, &golden_weight(format, inputs), inputs, 3).unwrap();
        let x = QuantisedBlocks::new(&floats(22, 2 * inputs), inputs, 2).unwrap();
        let mut out = [0.0; 6];
        packed.apply(&x, Some(&floats(23, 3)), &mut out).unwrap();
        assert_eq!(bits(&out), expected, "{format:?}");
    }
}

#[test]
fn embedded_rows_have_their_golden_bits() {
    let expected = [
        [0xbf43d180, 0x3eede900, 0x3ed0a100, 0xbf4b2380, 0xbf64c280, 0xbf094180, 0x3eede900, 0x3d126800],
        [0xbfc94f00, 0xc0094180, 0xbedb9c00, 0xbf126800, 0xbf81b100, 0xbf96bcc0, 0xbf594a80, 0xc01f8d60],
        [0x00000000, 0xc0058d80, 0x40b7a290, 0x41816114, 0xbf2e3300, 0xbfa48580, 0x3e1ad800, 0xbf7b9f00],
    ];
    for ((format, inputs), expected) in CASES.into_iter().zip(expected) {
        let packed = PackedLinearBlocks::new(format, &golden_weight(format, inputs), inputs, 3).unwrap();
        let mut rows = vec![0.0; 2 * inputs];
        packed.embed(&[2, 0], &mut rows).unwrap();
        assert_eq!(bits(&rows[inputs + 28..inputs + 36]), expected, "{format:?}");
    }
}

#[test]
fn blocks_of_inputs_are_rounded_with_halves_away_from_zero() {
    let below_half = f32::from_bits(0x3eff_ffff);
    let x = [0.5, -0.5, 1.5, -2.5, 126.5, 127.0, -126.5, below_half, -below_half, -127.0, 0.0];
    let quantised = QuantisedBlocks::new(&x, x.len(), 1).unwrap();
    // The first value of the largest magnitude is positive, so that all signs are turned and the scale is negative.
    assert!(quantised.values().eq([-1, 1, -2, 3, -127, -127, 127, 0, 0, 127, 0]));
    assert!(quantised.scales().eq([-1.0]));
}

#[test]
fn blocks_of_inputs_have_scales_of_their_own() {
    let mut x = vec![1.0; 600];
    x[256..512].fill(f32::from_bits(0x037f_ffff));
    x[599] = -4.0;
    let quantised = QuantisedBlocks::new(&x, 600, 1).unwrap();
    let scales: Vec<f32> = quantised.scales().collect();
    assert_eq!(bits(&scales), bits(&[-1.0 / 127.0, 0.0, 4.0 / 127.0]));
    assert!(quantised.values().eq(x
        .iter()
        .map(|&x| if x == 1.0 { -127 } else { 0 })
        .take(512)
        .chain([32; 87])
        .chain([-127])));
}

/// Floats of all magnitudes, among them zeros and subnormals.
fn inputs() -> impl Strategy<Value = f32> {
    (any::<u32>(), -8..8i32, prop::bool::weighted(0.05)).prop_map(|(pattern, exponent, is_small)| {
        let exponent = if is_small { 0 } else { (exponent + 127) as u32 };
        f32::from_bits(pattern & 0x807f_ffff | exponent << 23)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn all_levels_agree(
        case in 0..3usize, blocks_of_row in 1..5usize, rows in 1..15usize, outputs in 1..100usize, pool in vec(inputs(), 1500), seed: u32,
    ) {
        let (format, _) = CASES[case];
        let inputs = blocks_of_row * format.block_inputs() * if format == Q8_0 { 3 } else { 1 };
        let x: Vec<f32> = pool.iter().cycle().take(rows * inputs).copied().collect();
        let bias = floats(seed, outputs);
        let weight = blocks(seed, outputs * inputs / format.block_inputs(), format);
        let packed = PackedLinearBlocks::new(format, &weight, inputs, outputs).unwrap();
        let portable = QuantisedBlocks::new_at(Level::PORTABLE, &x, inputs, rows).unwrap();
        let mut expected = vec![0.0; rows * outputs];
        packed.apply_at(Level::PORTABLE, &portable, Some(&bias), &mut expected).unwrap();
        for level in Level::available() {
            let same = QuantisedBlocks::new_at(level, &x, inputs, rows).unwrap();
            prop_assert!(same.values().eq(portable.values()), "{}", level.name());
            prop_assert!(same.scales().map(f32::to_bits).eq(portable.scales().map(f32::to_bits)), "{}", level.name());
            let mut out = vec![1.0; rows * outputs];
            packed.apply_at(level, &same, Some(&bias), &mut out).unwrap();
            prop_assert_eq!(bits(&out), bits(&expected), "{:?}, {}", format, level.name());
        }
    }

    #[test]
    fn a_row_and_a_column_have_the_bits_they_have_among_all(case in 0..3usize, rows in 1..9usize, panels in 1..5usize, seed: u32) {
        let (format, inputs) = CASES[case];
        let outputs = panels * PackedLinearBlocks::PANEL - 3;
        let weight = blocks(seed, outputs * inputs / format.block_inputs(), format);
        let packed = PackedLinearBlocks::new(format, &weight, inputs, outputs).unwrap();
        let x = floats(!seed, rows * inputs);
        let mut all = vec![0.0; rows * outputs];
        packed.apply(&QuantisedBlocks::new(&x, inputs, rows).unwrap(), None, &mut all).unwrap();
        for (x, all) in x.chunks(inputs).zip(all.chunks(outputs)) {
            let x = QuantisedBlocks::new(x, inputs, 1).unwrap();
            let last = (panels - 1) * PackedLinearBlocks::PANEL..outputs;
            let mut out = vec![0.0; last.len()];
            packed.columns(last.clone()).unwrap().apply(&x, None, &mut out).unwrap();
            prop_assert_eq!(bits(&out), bits(&all[last]));
        }
    }
}

#[test]
fn extreme_weights_and_inputs_neither_wrap_nor_saturate() {
    for (format, inputs) in CASES {
        for fill in [0x00, 0x7f, 0x80, 0xff] {
            let mut weight = vec![fill; 17 * inputs / format.block_inputs() * format.block_bytes()];
            for block in weight.chunks_exact_mut(format.block_bytes()) {
                let scales: &[usize] = match format {
                    Q4K => &[0, 2],
                    Q6K => &[208],
                    _ => &[0],
                };
                scales.iter().for_each(|&at| block[at..at + 2].copy_from_slice(&0x3c00u16.to_le_bytes()));
            }
            let packed = PackedLinearBlocks::new(format, &weight, inputs, 17).unwrap();
            let mut row = vec![0.0; inputs];
            packed.embed(&[16], &mut row).unwrap();
            for value in [-127.0, 127.0] {
                // Each quantised input is ±127 with the scale ±1, so that the products are those of floats, and exact.
                let x = QuantisedBlocks::new(&vec![value; inputs], inputs, 1).unwrap();
                let expected: f64 = row.iter().map(|&weight| f64::from(weight) * f64::from(value)).sum();
                for level in Level::available() {
                    let mut out = [0.0; 17];
                    packed.apply_at(level, &x, None, &mut out).unwrap();
                    assert!(
                        out.iter().all(|&out| f64::from(out) == expected),
                        "{format:?} {fill:x}: {out:?}, {expected}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_packed_weight_takes_little_more_memory_than_the_file() {
    for (format, _) in CASES {
        let weight = blocks(1, 64 * 512 / format.block_inputs(), format);
        let packed = PackedLinearBlocks::new(format, &weight, 512, 64).unwrap();
        assert_eq!(packed.size_bytes() as u64, PackedLinearBlocks::size_bytes_of(format, 512, 64).unwrap());
        assert!(packed.size_bytes() as f64 <= 1.06 * weight.len() as f64, "{format:?}");
        assert_eq!((packed.format(), packed.inputs(), packed.outputs()), (format, 512, 64));
    }
}

#[test]
fn a_weight_may_arrive_piece_by_piece() {
    for (format, inputs) in CASES {
        let weight = blocks(5, 20 * inputs / format.block_inputs(), format);
        let whole = PackedLinearBlocks::new(format, &weight, inputs, 20).unwrap();
        let mut packer = LinearPackerBlocks::new(format, inputs, 20).unwrap();
        weight.chunks(7 * format.block_bytes()).for_each(|piece| packer.push(piece).unwrap());
        let more = packer.push(&weight[..format.block_bytes()]);
        assert!(matches!(more, Err(KernelError::ShapeMismatch { operand: "blocks", expected: 0, .. })));
        let pieces = packer.finish().unwrap();
        let (mut expected, mut rows) = (vec![0.0; 2 * inputs], vec![0.0; 2 * inputs]);
        whole.embed(&[19, 15], &mut expected).unwrap();
        pieces.embed(&[19, 15], &mut rows).unwrap();
        assert_eq!(bits(&rows), bits(&expected), "{format:?}");

        let mut packer = LinearPackerBlocks::new(format, inputs, 1).unwrap();
        assert!(packer.push(&weight[1..format.block_bytes()]).is_err(), "a part of a block");
        packer.push(&weight[..format.block_bytes()]).unwrap();
        assert!(matches!(packer.finish().err(), Some(KernelError::ShapeMismatch { operand: "blocks", .. })));
    }
}

#[test]
fn a_row_that_is_no_whole_number_of_blocks_is_refused() {
    for (format, range) in [(Q8_0, "a multiple of 32"), (Q4K, "a multiple of 256"), (Q6K, "a multiple of 256")] {
        let refused = KernelError::ParameterOutOfRange { parameter: "inputs", range };
        let inputs = format.block_inputs() + 16;
        assert_eq!(PackedLinearBlocks::new(format, &[], inputs, 1).err(), Some(refused));
        assert_eq!(PackedLinearBlocks::size_bytes_of(format, inputs, 1), Err(refused));
    }
}

#[test]
fn wrong_lengths_and_shapes_are_refused() {
    let new = |bytes: usize, inputs, outputs| PackedLinearBlocks::new(Q8_0, &vec![0; bytes], inputs, outputs).err();
    let mismatch = |operand, expected, actual| KernelError::ShapeMismatch { operand, expected, actual };
    assert_eq!(new(67, 64, 1), Some(mismatch("blocks", 68, 67)));
    assert_eq!(new(0, 0, 1), Some(KernelError::ZeroDimension));
    assert_eq!(new(0, 32, 0), Some(KernelError::ZeroDimension));
    assert_eq!(new(0, 1 << 40, 1 << 40), Some(KernelError::TooLarge));
    let packed = PackedLinearBlocks::new(Q8_0, &[0; 68], 32, 2).unwrap();
    let x = QuantisedBlocks::new(&[0.0; 32], 32, 1).unwrap();
    assert_eq!(packed.apply(&x, None, &mut [0.0; 3]), Err(mismatch("out", 2, 3)));
    assert_eq!(packed.apply(&x, Some(&[0.0]), &mut [0.0; 2]), Err(mismatch("bias", 2, 1)));
    let other = QuantisedBlocks::new(&[0.0; 64], 64, 1).unwrap();
    assert_eq!(packed.apply(&other, None, &mut [0.0; 2]), Err(mismatch("x", 32, 64)));
    assert_eq!(packed.columns(0..1).err(), Some(KernelError::RangeNotInPanels { outputs: 2 }));
    assert_eq!(packed.embed(&[2], &mut [0.0; 32]), Err(KernelError::IndexOutOfRange { index: 2, rows: 2 }));
    assert_eq!(packed.embed(&[0], &mut [0.0; 31]), Err(mismatch("out", 32, 31)));
    assert_eq!(QuantisedBlocks::new(&[0.0; 33], 32, 1).err(), Some(mismatch("x", 32, 33)));
    assert_eq!(QuantisedBlocks::new(&[], 0, 1).err(), Some(KernelError::ZeroDimension));
}

#[test]
fn scales_and_inputs_that_are_not_finite_are_refused() {
    for (format, inputs) in CASES {
        let weight = golden_weight(format, inputs);
        let places: &[usize] = match format {
            Q4K => &[0, 2],
            Q6K => &[208],
            _ => &[0],
        };
        for at in places {
            for bad in [0x7c00u16, 0xfc00, 0x7e00, 0xfc01] {
                let mut weight = weight.clone();
                let last = weight.len() - format.block_bytes() + at;
                weight[last..last + 2].copy_from_slice(&bad.to_le_bytes());
                assert_eq!(PackedLinearBlocks::new(format, &weight, inputs, 3).err(), Some(KernelError::NotFinite));
            }
        }
    }
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut x = [0.0; 300];
        x[299] = bad;
        assert_eq!(QuantisedBlocks::new(&x, 300, 1).err(), Some(KernelError::NotFinite));
    }
}

#[test]
fn a_product_that_overflows_is_refused() {
    for (format, inputs) in CASES {
        let packed = PackedLinearBlocks::new(format, &golden_weight(format, inputs), inputs, 3).unwrap();
        let x = QuantisedBlocks::new(&vec![f32::MAX; inputs], inputs, 1).unwrap();
        assert_eq!(packed.apply(&x, None, &mut [0.0; 3]), Err(KernelError::NotFinite), "{format:?}");
    }
}
