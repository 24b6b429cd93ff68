//! Inputs that `golden_reference.py` makes too, bit for bit.

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
