//! Half precision becomes f32 without a rounding.

use super::*;

/// A file of one tensor with these bytes.
fn file(dtype: &str, bytes: &[u8]) -> Vec<u8> {
    let end = bytes.len();
    let header = format!(r#"{{"a":{{"dtype":"{dtype}","shape":[{}],"data_offsets":[0,{end}]}}}}"#, end / 2);
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), bytes].concat()
}

fn loaded(dtype: &str, halves: &[u16]) -> Vec<f32> {
    let bytes: Vec<u8> = halves.iter().flat_map(|half| half.to_le_bytes()).collect();
    let file = file(dtype, &bytes);
    let tensor = Weights::open(&file).expect("it opens").f32("a").expect("it loads");
    crate::ops::values(&tensor).expect("its values")
}

#[test]
fn each_finite_f16_becomes_the_f32_of_its_value() {
    let finite: Vec<u16> = (0..=u16::MAX).filter(|half| half >> 10 & 31 != 31).collect();
    for (half, value) in finite.iter().zip(loaded("F16", &finite)) {
        let (exponent, mantissa) = (i32::from(half >> 10 & 31), f32::from(half & 1023));
        let magnitude = match exponent {
            0 => mantissa * 2f32.powi(-24),
            _ => (1024.0 + mantissa) * 2f32.powi(exponent - 25),
        };
        let expected = if half >> 15 == 1 { -magnitude } else { magnitude };
        assert_eq!(value.to_bits(), expected.to_bits(), "{half:04x}");
    }
}

#[test]
fn each_finite_bf16_becomes_the_f32_that_it_begins() {
    let finite: Vec<u16> = (0..=u16::MAX).filter(|half| half >> 7 & 255 != 255).collect();
    for (half, value) in finite.iter().zip(loaded("BF16", &finite)) {
        assert_eq!(value.to_bits(), u32::from(*half) << 16, "{half:04x}");
    }
}
