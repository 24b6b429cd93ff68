//! Inputs that `golden_reference.py` makes too, bit for bit.

use votive_kernels::BlockFormat;

/// Numbers of a linear congruential generator.
fn states(seed: u32) -> impl Iterator<Item = u32> {
    std::iter::successors(Some(seed), |state| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223))).skip(1)
}

/// `count` floats in [−2, 2), 24 bits each.
pub fn floats(seed: u32, count: usize) -> Vec<f32> {
    states(seed).map(|state| ((state >> 8) as i32 - (1 << 23)) as f32 / (1 << 22) as f32).take(count).collect()
}

/// `count` int8 values from −127 to 127.
pub fn int8s(seed: u32, count: usize) -> Vec<i8> {
    states(seed).map(|state| ((state >> 8) % 255) as i32 - 127).map(|value| value as i8).take(count).collect()
}

/// The bits of `values`, since `==` takes −0 for +0.
pub fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Random blocks of `format`, but for the exponents of their binary16 scales: 2⁻⁸.
pub fn blocks(seed: u32, count: usize, format: BlockFormat) -> Vec<u8> {
    let scales: &[usize] = match format {
        BlockFormat::Q4K => &[0, 2],
        BlockFormat::Q6K => &[208],
        _ => &[0],
    };
    let mut bytes: Vec<u8> = states(seed).map(|state| (state >> 8) as u8).take(count * format.block_bytes()).collect();
    for block in bytes.chunks_exact_mut(format.block_bytes()) {
        for at in scales {
            block[at + 1] = block[at + 1] & 0x83 | 0x1c;
        }
    }
    bytes
}
