//! The FMA instruction of x86-64. The only unsafe file of the crate.
#![allow(unsafe_code)]

use super::{Fused, Kernel};
use core::arch::x86_64::{_mm_cvtss_f32, _mm_fmadd_ss, _mm_set_ss};

/// Runs `kernel` with the FMA instruction, or hands it back where the processor has none.
pub(super) fn dispatch<K: Kernel>(kernel: K) -> Option<K> {
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: the processor has both features that `run` is compiled for, as was just detected.
        unsafe { run(kernel) };
        None
    } else {
        Some(kernel)
    }
}

#[target_feature(enable = "avx2,fma")]
fn run<K: Kernel>(kernel: K) {
    kernel.run::<Hardware>();
}

/// The FMA instruction. Private to this file, so that [`run`] alone can name it.
struct Hardware;

impl Fused for Hardware {
    #[inline(always)]
    fn fused(a: f32, b: f32, c: f32) -> f32 {
        // SAFETY: only `run` uses this type, and whoever calls `run` has detected `fma`.
        unsafe { _mm_cvtss_f32(_mm_fmadd_ss(_mm_set_ss(a), _mm_set_ss(b), _mm_set_ss(c))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fused::Software;
    use proptest::prelude::*;

    /// Computes `fma` of each triple in two ways and compares the bits; NaNs equal each other.
    struct Comparison<'a>(&'a [[u32; 3]]);

    impl Kernel for Comparison<'_> {
        #[inline(always)]
        fn run<F: Fused>(self) {
            for triple in self.0 {
                let [a, b, c] = triple.map(f32::from_bits);
                let (one, other) = (F::fused(a, b, c), Software::fused(a, b, c));
                let equal = one.to_bits() == other.to_bits() || one.is_nan() && other.is_nan();
                assert!(equal, "fma({triple:08x?}): {one:e}, in software {other:e}");
            }
        }
    }

    /// A product near half a unit in the last place of a subnormal addend, both of any sign.
    fn near_ties() -> impl Strategy<Value = [u32; 3]> {
        let signs = any::<[bool; 3]>().prop_map(|signs| signs.map(|sign| u32::from(sign) << 31));
        (signs, 1..0x0100_0000u32, -3..4i32, 0..0x0100_0000u32).prop_map(|(signs, b, offset, c)| {
            let b_value = f64::from(f32::from_bits(b));
            let half_ulp = f64::from(f32::from_bits(1)) * 0.5;
            let a = ((half_ulp / b_value) as f32).to_bits().wrapping_add_signed(offset);
            [a | signs[0], b | signs[1], c | signs[2]]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn hardware_and_software_agree_on_any_bits(triples in any::<[[u32; 3]; 32]>()) {
            dispatch(Comparison(&triples));
        }

        #[test]
        fn hardware_and_software_agree_near_ties_of_subnormals(triple in near_ties()) {
            dispatch(Comparison(&[triple]));
        }

        #[test]
        fn hardware_and_software_agree_where_the_sum_cancels(a: u32, b: u32, offset in -2..3i32) {
            let product = f32::from_bits(a) * f32::from_bits(b);
            let c = (-product).to_bits().wrapping_add_signed(offset);
            dispatch(Comparison(&[[a, b, c]]));
        }
    }

    #[test]
    fn hardware_and_software_agree_on_the_edges() {
        let edges = [
            0,
            1,
            2,
            0x007f_ffff,
            0x0080_0000,
            0x3380_0000,
            0x3f7f_ffff,
            0x3f80_0000,
            0x7f7f_ffff,
            0x7f80_0000,
            0x7fc0_0000,
        ];
        let signed: Vec<u32> = edges.iter().flat_map(|&edge| [edge, edge | 1 << 31]).collect();
        for &a in &signed {
            for &b in &signed {
                let triples: Vec<[u32; 3]> = signed.iter().map(|&c| [a, b, c]).collect();
                dispatch(Comparison(&triples));
            }
        }
    }
}
