//! Products with Q4_K, Q6_K and Q8_0 weights against candle's repacked ones, from whose order those of kernel_spec 1 were taken.
//!
//! candle may change its order; this spec may not. A test that fails after an update of candle may go.
#![cfg(target_arch = "x86_64")]

use candle_core::quantized::{GgmlDType, QMatMul, QTensor};
use candle_core::{Device, Module, Tensor};
use votive_kernels::{BlockFormat, PackedLinearBlocks, QuantisedBlocks};

/// Whole tiles of candle's: other shapes take its other orders.
const INPUTS: usize = 1024;
const OUTPUTS: usize = 48;

/// Values of some spread, from a fixed sequence.
fn values(seed: u32, count: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next() * next() * 3.0).collect()
}

/// The bits of candle's product and of ours, of so many rows.
fn products(format: BlockFormat, dtype: GgmlDType, rows: usize) -> [Vec<u32>; 2] {
    let weight = Tensor::from_vec(values(1, OUTPUTS * INPUTS), (OUTPUTS, INPUTS), &Device::Cpu).unwrap();
    let quantised = QTensor::quantize(&weight, dtype).unwrap();
    let packed = PackedLinearBlocks::new(format, &quantised.data().unwrap(), INPUTS, OUTPUTS).unwrap();
    let x = values(2, rows * INPUTS);
    let mut ours = vec![0.0; rows * OUTPUTS];
    packed.apply(&QuantisedBlocks::new(&x, INPUTS, rows).unwrap(), None, &mut ours).unwrap();
    let x = Tensor::from_vec(x, (rows, INPUTS), &Device::Cpu).unwrap();
    let theirs = QMatMul::from_qtensor(quantised).unwrap().forward(&x).unwrap();
    [theirs.flatten_all().unwrap().to_vec1::<f32>().unwrap(), ours]
        .map(|out| out.into_iter().map(f32::to_bits).collect())
}

#[test]
fn q4_k_has_the_bits_of_candles_repacked_product() {
    if !is_x86_feature_detected!("avx2") || !is_x86_feature_detected!("fma") {
        return;
    }
    for rows in [1, 5, 40] {
        let [theirs, ours] = products(BlockFormat::Q4K, GgmlDType::Q4K, rows);
        assert_eq!(theirs, ours, "{rows} rows");
    }
}

#[test]
fn q6_k_has_the_bits_of_candles_repacked_product() {
    if !is_x86_feature_detected!("avx2") || !is_x86_feature_detected!("fma") {
        return;
    }
    for rows in [2, 5, 40] {
        let [theirs, ours] = products(BlockFormat::Q6K, GgmlDType::Q6K, rows);
        assert_eq!(theirs, ours, "{rows} rows");
    }
}

#[test]
fn q8_0_has_the_bits_of_candles_product_with_vnni() {
    if !is_x86_feature_detected!("avx512f") || !is_x86_feature_detected!("avx512vnni") {
        return;
    }
    for rows in [1, 5, 40] {
        let [theirs, ours] = products(BlockFormat::Q8_0, GgmlDType::Q8_0, rows);
        assert_eq!(theirs, ours, "{rows} rows");
    }
}

#[test]
fn embedded_rows_are_candles_dequantised_ones() {
    for (format, dtype) in
        [(BlockFormat::Q8_0, GgmlDType::Q8_0), (BlockFormat::Q4K, GgmlDType::Q4K), (BlockFormat::Q6K, GgmlDType::Q6K)]
    {
        let weight = Tensor::from_vec(values(3, 20 * 512), (20, 512), &Device::Cpu).unwrap();
        let quantised = QTensor::quantize(&weight, dtype).unwrap();
        let packed = PackedLinearBlocks::new(format, &quantised.data().unwrap(), 512, 20).unwrap();
        let mut rows = vec![0.0; 20 * 512];
        packed.embed(&(0..20).collect::<Vec<u32>>(), &mut rows).unwrap();
        let theirs = quantised.dequantize(&Device::Cpu).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
        assert!(rows.iter().map(|v| v.to_bits()).eq(theirs.iter().map(|v| v.to_bits())), "{format:?}");
    }
}
