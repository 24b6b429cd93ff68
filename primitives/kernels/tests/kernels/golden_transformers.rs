//! Golden bits of what transformers are made of. `golden_reference.py` prints them.

use crate::{
    golden::points,
    sequence::{bits, floats},
};
use votive_kernels::*;

/// 10⁻⁵, to the nearest float.
const EPSILON: f32 = f32::from_bits(0x3727_c5ac);

fn mapped(function: Function, mut values: Vec<f32>) -> Vec<u32> {
    map(function, &mut values).unwrap();
    bits(&values)
}

#[test]
fn erf_has_its_golden_bits() {
    let expected = [
        0x00000000, 0x80000000, 0x00000001, 0x8048375d, 0x33906eba, 0x3de652f5, 0xbea841c6, 0x3f1f8cb6, 0x3f1f8cb6,
        0xbf57bb3e, 0x3f7fff69, 0xbf800000, 0x3f800000, 0xbf800000, 0xbf800000, 0x3f800000,
    ];
    assert_eq!(mapped(Function::Erf, points()), expected);
}

#[test]
fn gelu_has_its_golden_bits() {
    let expected = [
        0x00000000, 0x80000000, 0x00000000, 0x80200000, 0x33000000, 0x3d5d1d0d, 0xbdeac157, 0x3eeae275, 0x3eeae277,
        0xbe227686, 0x4048e49c, 0x80000000, 0x41100000, 0x80000000, 0x80000000, 0x42b17217,
    ];
    assert_eq!(mapped(Function::Gelu, points()), expected);
}

#[test]
fn gelu_tanh_has_its_golden_bits() {
    let expected = [
        0x00000000, 0x80000000, 0x00000000, 0x80200000, 0x33000000, 0x3d5d1d05, 0xbdeac2a7, 0x3eeadd7e, 0x3eeadd80,
        0xbe229e90, 0x4048ea6e, 0x80000000, 0x41100000, 0x80000000, 0x80000000, 0x42b17217,
    ];
    assert_eq!(mapped(Function::GeluTanh, points()), expected);
}

#[test]
fn silu_has_its_golden_bits() {
    let expected = [
        0x00000000, 0x80000000, 0x00000000, 0x80200000, 0x33000000, 0x3d57080f, 0xbe02bb34, 0x3ed06efd, 0x3ed06efe,
        0xbe89b2b1, 0x4040bbb1, 0xbc1fdeb3, 0x410ffb74, 0x84a3a706, 0x80000000, 0x42b17217,
    ];
    assert_eq!(mapped(Function::Silu, points()), expected);
}

#[test]
fn rsqrt_has_its_golden_bits() {
    let expected = [
        0x64b504f3, 0x5f3504f3, 0x45800000, 0x404a62c2, 0x3fe9b1e8, 0x3fa1e89c, 0x3fa1e89b, 0x3f800000, 0x3f106eba,
        0x3ec8d2ab, 0x3eaaaaab, 0x3ddcd76e, 0x3dc94eb2, 0x3dd96d27,
    ];
    let magnitudes = points().into_iter().map(f32::abs).filter(|&value| value > 0.0).collect();
    assert_eq!(mapped(Function::Rsqrt, magnitudes), expected);
}

#[test]
fn norms_have_their_golden_bits() {
    let (weight, bias) = (floats(13, 37), floats(14, 37));
    let run = |norm| {
        let mut values = floats(12, 37);
        normalise(norm, &mut values).unwrap();
        bits(&values[..12])
    };
    let layer = [
        0xbd38fd20, 0x3e8ccd6e, 0xbff32a64, 0x3f433af8, 0x3fd06376, 0xbff02a25, 0xbeb0f422, 0xbcfe8704, 0xbe17777c,
        0x3df6c5d8, 0xc0097563, 0x3e8931a4,
    ];
    assert_eq!(run(Norm::Layer { weight: &weight, bias: &bias, epsilon: EPSILON }), layer);
    let rms = [
        0x3f80fc4d, 0x3dace2a3, 0xbfc4cc0a, 0x4002cb3b, 0x3f4d7acf, 0xbe650f15, 0x3dde53ee, 0x3dcde3b1, 0xbf239f42,
        0x3f16b32c, 0xbf41ed62, 0x3f753005,
    ];
    assert_eq!(run(Norm::Rms { weight: &weight, epsilon: EPSILON }), rms);
}

#[test]
fn l2_normalise_has_its_golden_bits() {
    let mut values = floats(12, 37);
    l2_normalise(&mut values, 37).unwrap();
    let expected = [
        0xbe23d053, 0xbda80b14, 0xbe929124, 0xbe751919, 0xbd9584bb, 0x3d6e690b, 0x3c237632, 0x3da928c9, 0x3d8dfa3e,
        0xbe109190, 0xbe235cba, 0x3e8fd52d,
    ];
    assert_eq!(bits(&values[..12]), expected);
}

#[test]
fn rotary_embeddings_have_their_golden_bits() {
    let table = RotaryTable::new(8, 10_000.0, 123_457).unwrap();
    let mut x = [floats(15, 8), floats(16, 8)].concat();
    let expected = [
        0xbf3fc1ac, 0xbe229c2a, 0xbfd97dc4, 0xbf8d76a6, 0x3f5ae956, 0x3fb9c875, 0x3f93aaa6, 0xbef3d209, 0xbf258f3a,
        0x3f5bd3a0, 0xbf80cb68, 0xbd9e8e88, 0x3ffd6e55, 0xbef23f28, 0x3f908cf0, 0x3fa0186c,
    ];
    let mut neighbours = interleaved(&x);
    table.rotate(&mut x, &[5, 123_456], RotaryPairs::Halves).unwrap();
    assert_eq!(bits(&x), expected);
    table.rotate(&mut neighbours, &[5, 123_456], RotaryPairs::Neighbours).unwrap();
    assert_eq!(bits(&neighbours), bits(&interleaved(&x)));
}

/// Heads of 8 with the halves' elements side by side.
fn interleaved(x: &[f32]) -> Vec<f32> {
    x.chunks(8).flat_map(|head| (0..8).map(|index| head[index / 2 + index % 2 * 4])).collect()
}

#[test]
fn attention_has_its_golden_bits() {
    let (queries, keys, values) = (floats(17, 60), floats(18, 30), floats(19, 30));
    let mut cache = KeyValueCache::new(2, 3, 5).unwrap();
    cache.append(&keys, &values).unwrap();
    let attention = Attention { heads: 4, scale: f32::from_bits(0x3f13_cd3a), mask: AttentionMask::Causal };
    let mut out = [0.0; 60];
    attend(&queries, &cache, attention, &mut out).unwrap();
    let expected = [
        0xbf812cd4, 0x3f81029e, 0xbf301ef8, 0xbf7d4d48, 0xbf93c653, 0x3f2eaa74, 0xbeeec462, 0xbfc732d8, 0x3f948bb3,
        0x3eaea995, 0xbf3aee70, 0x3f886671, 0xbf6eff2d, 0xbec6212d, 0xbce40f0e, 0xbfd04e17, 0xbe3a8743, 0x3f10de98,
        0xbf1af331, 0xbeb306c6, 0x3f24f0b0, 0xbf6a9397, 0x3cf243ef, 0x3fa6bce6,
    ];
    assert_eq!(bits(&out[36..]), expected);
}

#[test]
fn sampling_has_its_golden_draws() {
    let logits = floats(20, 50);
    let seed = core::array::from_fn(|index| index as u8);
    let draws = |top_k| -> Vec<u32> {
        let sampling = Sampling { temperature_milli: 700, top_k, seed };
        (0..12).map(|position| sample(&logits, &sampling, position).unwrap()).collect()
    };
    assert_eq!(draws(0), [34, 2, 6, 23, 38, 23, 16, 36, 43, 7, 13, 43]);
    assert_eq!(draws(5), [7, 43, 26, 6, 7, 26, 27, 26, 7, 26, 43, 7]);
}

#[test]
fn mean_pool_adds_in_the_order_of_rows() {
    // 2²⁴ + 1 + 1 loses both ones, 1 + 1 + 2²⁴ neither: the order of the sum shows.
    let mut out = [0.0; 2];
    let x = [16_777_216.0, 1.0, 1.0, 1.0, 9.0, 9.0, 1.0, 16_777_216.0];
    mean_pool(&x, &[true, true, false, true], &mut out).unwrap();
    assert_eq!(bits(&out), bits(&[16_777_216.0 / 3.0, 16_777_218.0 / 3.0]));
}

#[test]
fn embed_i8_scales_the_rows_of_ids() {
    let mut out = [0.0; 4];
    embed_i8(&[1, -127, 0, 3], &[0.5, f32::from_bits(0x3eaa_aaab)], &[1, 0], &mut out).unwrap();
    assert_eq!(out.map(f32::to_bits), [0, 0x3f80_0000, 0x3f00_0000, 0xc27e_0000]);
}

#[test]
fn a_packed_weight_gives_back_its_rows() {
    // The first is kept as it is, the second in panels.
    for (rows, columns) in [(35, 7), (48, 63)] {
        check_rows_of_a_packed_weight(rows, columns);
    }
}

fn check_rows_of_a_packed_weight(rows: usize, columns: usize) {
    let floats: Vec<f32> = (0..rows * columns).map(|i| i as f32 / 3.0 - 40.0).collect();
    let int8: Vec<i8> = (0..rows * columns).map(|i| ((i % 255) as i32 - 127) as i8).collect();
    let scales: Vec<f32> = (1..=rows).map(|i| 1.0 / i as f32).collect();
    let ids = [34, 0, 16, 15, 16];
    let (mut expected, mut out) = (vec![0.0; ids.len() * columns], vec![0.0; ids.len() * columns]);
    embed(&floats, columns, &ids, &mut expected).unwrap();
    PackedLinear::new(&floats, columns, rows).unwrap().embed(&ids, &mut out).unwrap();
    assert_eq!(bits(&out), bits(&expected));
    embed_i8(&int8, &scales, &ids, &mut expected).unwrap();
    PackedLinearI8::new(&int8, &scales, columns, rows).unwrap().embed(&ids, &mut out).unwrap();
    assert_eq!(bits(&out), bits(&expected));
}

#[test]
fn embed_copies_rows_in_the_order_of_ids() {
    let mut out = [0.0; 6];
    embed(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2, &[2, 0, 2], &mut out).unwrap();
    assert_eq!(out, [5.0, 6.0, 1.0, 2.0, 5.0, 6.0]);
}

#[test]
fn top_k_prefers_the_lower_of_equal_indices() {
    let values = [1.0, 3.0, -0.0, 3.0, 0.0, 2.0];
    assert_eq!(top_k(&values, 2), Ok(vec![1, 3]));
    assert_eq!(top_k(&values, 5), Ok(vec![1, 3, 5, 0, 2]));
    assert_eq!(top_k(&values, 9), Ok(vec![1, 3, 5, 0, 2, 4]));
    assert_eq!(top_k(&values, 0), Ok(vec![]));
}
