//! Every level of this processor against the portable one, bit for bit.

use crate::sequence::bits;
use proptest::{collection::vec, prelude::*};
use votive_kernels::*;

/// Floats with an exponent within `reach` of `centre` (of 2), of both signs, and some zeros.
fn floats_near(centre: i32, reach: i32) -> impl Strategy<Value = f32> {
    (any::<u32>(), -reach..=reach).prop_map(move |(pattern, offset)| {
        let exponent = (centre + offset + 127).clamp(0, 254) as u32;
        let bits = (pattern & 0x807f_ffff) | exponent << 23;
        f32::from_bits(if pattern & 0xff == 0 { bits & 0x8000_0000 } else { bits })
    })
}

/// Values whose products are ordinary, whose products are subnormal near-ties, and subnormals themselves.
fn values(count: usize) -> impl Strategy<Value = Vec<f32>> {
    prop_oneof![
        vec(floats_near(0, 3), count),
        vec(floats_near(-74, 2), count),
        vec(floats_near(-60, 70), count),
        vec(floats_near(0, 60), count),
    ]
}

/// An operation in place, at a level.
type Operation<'a> = dyn Fn(Level, &mut [f32]) -> Result<(), KernelError> + 'a;

/// The levels to compare with [`Level::PORTABLE`].
fn fast_levels() -> Vec<Level> {
    Level::available().into_iter().filter(|&level| level != Level::PORTABLE).collect()
}

/// Rows, inputs and outputs on both sides of tiles, panels and blocks.
fn shapes() -> impl Strategy<Value = (usize, usize, usize)> {
    prop_oneof![
        (1..6usize, 1..700usize, 1..150usize),
        (1..40usize, 1..40usize, 1..80usize),
        (760..780usize, 378..390usize, 1..20usize),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn f32_products_agree((rows, inputs, outputs) in shapes(), pool in values(4096), seed: usize, with_bias: bool) {
        let take = |count: usize, from: usize| -> Vec<f32> {
            pool.iter().cycle().skip((seed % 4096).wrapping_add(from) % 4096).take(count).copied().collect()
        };
        let (x, weight, bias) = (take(rows * inputs, 0), take(outputs * inputs, 1777), take(outputs, 99));
        let bias = with_bias.then_some(bias.as_slice());
        let shape = LinearShape { rows, inputs, outputs };
        let packed = PackedLinear::new(&weight, inputs, outputs).unwrap();
        let mut expected = vec![0.0; rows * outputs];
        at::linear(Level::PORTABLE, &x, &weight, bias, shape, &mut expected).unwrap();
        for level in Level::available() {
            let mut out = vec![1.0; rows * outputs];
            packed.apply_at(level, &x, bias, rows, &mut out).unwrap();
            prop_assert_eq!(bits(&out), bits(&expected), "packed, {}", level.name());
            out.fill(1.0);
            at::linear(level, &x, &weight, bias, shape, &mut out).unwrap();
            prop_assert_eq!(bits(&out), bits(&expected), "{}", level.name());
        }
    }

    #[test]
    fn i8_products_agree((rows, inputs, outputs) in shapes(), pool in values(4096), seed: u32) {
        let x: Vec<f32> = pool.iter().cycle().take(rows * inputs).copied().collect();
        let weight = crate::sequence::int8s(seed, outputs * inputs);
        let scales = crate::sequence::floats(seed, outputs);
        let packed = PackedLinearI8::new(&weight, &scales, inputs, outputs).unwrap();
        let quantised = QuantisedRows::new_at(Level::PORTABLE, &x, inputs, rows).unwrap();
        let mut expected = vec![0.0; rows * outputs];
        packed.apply_at(Level::PORTABLE, &quantised, Some(&scales), &mut expected).unwrap();
        for level in fast_levels() {
            let same = QuantisedRows::new_at(level, &x, inputs, rows).unwrap();
            prop_assert!(same.rows().eq(quantised.rows()), "{}", level.name());
            prop_assert_eq!(bits(same.scales()), bits(quantised.scales()));
            let mut out = vec![1.0; rows * outputs];
            packed.apply_at(level, &same, Some(&scales), &mut out).unwrap();
            prop_assert_eq!(bits(&out), bits(&expected), "{}", level.name());
        }
        let mut out = vec![1.0; rows * outputs];
        linear_i8(&x, &weight, &scales, Some(&scales), LinearShape { rows, inputs, outputs }, &mut out).unwrap();
        prop_assert_eq!(bits(&out), bits(&expected), "not packed");
    }

    #[test]
    fn functions_agree(pool in vec(any::<u32>(), 1..100), spread in values(100)) {
        use Function::*;
        let finite = pool.iter().map(|&bits| f32::from_bits(bits)).filter(|value| value.is_finite());
        let source: Vec<f32> = finite.chain(spread).collect();
        for function in [Relu, Sigmoid, Tanh, Exp, Erf, Gelu, GeluTanh, Silu, Rsqrt] {
            let mut expected = source.clone();
            if function == Rsqrt {
                expected.iter_mut().for_each(|value| *value = value.abs() + f32::MIN_POSITIVE);
            }
            if function == Exp {
                expected.iter_mut().for_each(|value| *value = value.min(88.0));
            }
            let start = expected.clone();
            at::map(Level::PORTABLE, function, &mut expected).unwrap();
            for level in fast_levels() {
                let mut out = start.clone();
                at::map(level, function, &mut out).unwrap();
                prop_assert_eq!(bits(&out), bits(&expected), "{:?}, {}", function, level.name());
            }
        }
    }

    #[test]
    fn rows_agree(columns in 1..200usize, rows in 1..4usize, pool in values(800)) {
        let source = &pool[..rows * columns];
        let (weight, bias) = (&pool[..columns], &pool[800 - columns..]);
        let norms = [
            Norm::Layer { weight, bias, epsilon: 1e-12 },
            Norm::Rms { weight, epsilon: 1e-5 },
        ];
        for level in fast_levels() {
            let agree = |run: &Operation<'_>| {
                let (mut expected, mut out) = (source.to_vec(), source.to_vec());
                assert_eq!(run(Level::PORTABLE, &mut expected), run(level, &mut out));
                bits(&expected) == bits(&out)
            };
            prop_assert!(agree(&|level, values| at::softmax(level, values, columns)), "softmax, {}", level.name());
            prop_assert!(agree(&|level, values| at::l2_normalise(level, values, columns)), "l2, {}", level.name());
            for norm in norms {
                prop_assert!(agree(&|level, values| at::normalise(level, norm, values)), "{norm:?}, {}", level.name());
            }
        }
    }

    #[test]
    fn columns_have_the_bits_they_have_among_all(panels in 1..6usize, cut in 0..6usize, rows in 1..8usize, seed: u32) {
        let (inputs, outputs) = (37, panels * PackedLinear::PANEL - 5);
        let cut = cut.min(panels - 1) * PackedLinear::PANEL;
        let (x, weight) = (crate::sequence::floats(seed, rows * inputs), crate::sequence::floats(!seed, outputs * inputs));
        let weight_i8 = crate::sequence::int8s(seed, outputs * inputs);
        let scales = crate::sequence::floats(seed ^ 1, outputs);
        let packed = PackedLinear::new(&weight, inputs, outputs).unwrap();
        let packed_i8 = PackedLinearI8::new(&weight_i8, &scales, inputs, outputs).unwrap();
        let quantised = QuantisedRows::new(&x, inputs, rows).unwrap();
        let (mut all, mut all_i8) = (vec![0.0; rows * outputs], vec![0.0; rows * outputs]);
        packed.apply(&x, None, rows, &mut all).unwrap();
        packed_i8.apply(&quantised, None, &mut all_i8).unwrap();
        for range in [0..cut, cut..outputs].into_iter().filter(|range| !range.is_empty()) {
            let mut some = vec![0.0; rows * range.len()];
            let pick = |all: &[f32]| -> Vec<f32> { all.chunks(outputs).flat_map(|row| &row[range.clone()]).copied().collect() };
            packed.columns(range.clone()).unwrap().apply(&x, None, rows, &mut some).unwrap();
            prop_assert_eq!(bits(&some), bits(&pick(&all)));
            packed_i8.columns(range.clone()).unwrap().apply(&quantised, None, &mut some).unwrap();
            prop_assert_eq!(bits(&some), bits(&pick(&all_i8)));
        }
    }
}

#[test]
fn functions_agree_over_a_sweep_of_the_floats() {
    use Function::*;
    // A prime step, so that the sweep meets every pattern of low bits.
    let all: Vec<f32> = (0..=u32::MAX).step_by(4099).map(f32::from_bits).filter(|value| value.is_finite()).collect();
    for function in [Relu, Sigmoid, Tanh, Erf, Gelu, GeluTanh, Silu] {
        let mut expected = all.clone();
        at::map(Level::PORTABLE, function, &mut expected).unwrap();
        for level in fast_levels() {
            let mut out = all.clone();
            at::map(level, function, &mut out).unwrap();
            assert!(bits(&out) == bits(&expected), "{function:?}, {}", level.name());
        }
    }
}

#[test]
fn the_best_level_is_the_last_of_those_available() {
    assert_eq!(Level::available().first(), Some(&Level::PORTABLE));
    assert_eq!(Level::available().last(), Some(&Level::best()));
}
