//! Half precision becomes f32 without a rounding.

use super::*;

/// What is loaded of a file of one tensor with these elements.
fn loaded(dtype: &str, halves: &[u16]) -> Vec<f32> {
    let bytes: Vec<u8> = halves.iter().flat_map(|half| half.to_le_bytes()).collect();
    let end = bytes.len();
    let header = format!(r#"{{"a":{{"dtype":"{dtype}","shape":[{}],"data_offsets":[0,{end}]}}}}"#, end / 2);
    let content = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &bytes].concat();
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let location = folder.path().join("file");
    std::fs::write(&location, &content).expect("a file");
    let leaves = content.chunks(votive_digest::CHUNK_BYTES).map(votive_digest::chunk_hash).collect();
    let file = CheckedFile::new("file".into(), location, content.len() as u64, leaves);
    let header = Header::read(&content, file.size()).expect("the header is sound");
    let tensor = Weights::new(&file, &header, &Threads::one()).f32("a").expect("it loads");
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
