//! The fused multiply-add of each level against the software, through a product of one input.

use crate::sequence::bits;
use proptest::prelude::*;
use votive_kernels::*;

/// `c · 1 + a · b` at each level: the chain of two inputs, of which the first brings `c`.
fn fused_at(level: Level, [a, b, c]: [u32; 3]) -> Result<u32, KernelError> {
    let x = [f32::from_bits(c), f32::from_bits(a)];
    let weight = [1.0, f32::from_bits(b)];
    let mut out = [0.0];
    at::linear(level, &x, &weight, None, LinearShape { rows: 1, inputs: 2, outputs: 1 }, &mut out)?;
    Ok(out[0].to_bits())
}

/// A product near half a unit in the last place of a subnormal addend, both of any sign.
fn near_ties() -> impl Strategy<Value = [u32; 3]> {
    let signs = any::<[bool; 3]>().prop_map(|signs| signs.map(|sign| u32::from(sign) << 31));
    (signs, 1..0x0100_0000u32, -3..4i32, 1..0x0100_0000u32).prop_map(|(signs, b, offset, c)| {
        let b_value = f64::from(f32::from_bits(b));
        let half_ulp = f64::from(f32::from_bits(1)) * 0.5;
        let a = ((half_ulp / b_value) as f32).to_bits().wrapping_add_signed(offset);
        [a | signs[0], b | signs[1], c | signs[2]]
    })
}

/// What the software says, or the refusal of a result that is not finite.
fn expected([a, b, c]: [u32; 3]) -> Result<u32, KernelError> {
    let [a, b, c] = [a, b, c].map(f32::from_bits);
    // The chain's first step: +0 + c · 1.
    let result = fma(a, b, fma(c, 1.0, 0.0));
    result.is_finite().then_some(result.to_bits()).ok_or(KernelError::NotFinite)
}

fn compare(triple: [u32; 3]) -> Result<(), TestCaseError> {
    for level in Level::available() {
        prop_assert_eq!(fused_at(level, triple), expected(triple), "{:08x?}, {}", triple, level.name());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn levels_agree_on_any_bits(triple: [u32; 3]) {
        compare(triple)?;
    }

    #[test]
    fn levels_agree_near_ties_of_subnormals(triple in near_ties()) {
        compare(triple)?;
    }

    #[test]
    fn levels_agree_where_the_sum_cancels(a: u32, b: u32, offset in -2..3i32) {
        let product = f32::from_bits(a) * f32::from_bits(b);
        compare([a, b, (-product).to_bits().wrapping_add_signed(offset)])?;
    }
}

#[test]
fn levels_agree_on_the_edges() {
    let edges = [0, 1, 2, 0x007f_ffff, 0x0080_0000, 0x3380_0000, 0x3f7f_ffff, 0x3f80_0000, 0x7f7f_ffff, 0x7f80_0000];
    let signed: Vec<u32> = edges.iter().flat_map(|&edge| [edge, edge | 1 << 31]).collect();
    for &a in &signed {
        for &b in &signed {
            signed.iter().for_each(|&c| compare([a, b, c]).unwrap());
        }
    }
}

#[test]
fn levels_agree_on_the_near_tie_that_c_libraries_get_wrong() {
    for level in Level::available() {
        assert_eq!(fused_at(level, [0xb7000080, 0x0000ffff, 0x802d4b71]), Ok(0x802d4b71), "{}", level.name());
    }
    assert_eq!(bits(&[fma(f32::from_bits(1), 0.5, 0.0)]), [0]);
}
