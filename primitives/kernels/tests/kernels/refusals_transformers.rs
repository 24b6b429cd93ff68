//! What the operations of transformers refuse.

use votive_kernels::*;

fn mismatch(operand: &'static str, expected: usize, actual: usize) -> KernelError {
    KernelError::ShapeMismatch { operand, expected, actual }
}

fn parameter(result: Result<impl Sized, KernelError>) -> Option<&'static str> {
    match result {
        Err(KernelError::ParameterOutOfRange { parameter, .. }) => Some(parameter),
        _ => None,
    }
}

#[test]
fn packed_weights_refuse_a_wrong_shape() {
    assert_eq!(PackedLinear::new(&[0.0; 5], 2, 3).err(), Some(mismatch("weight", 6, 5)));
    assert_eq!(PackedLinear::new(&[], 0, 3).err(), Some(KernelError::ZeroDimension));
    assert_eq!(PackedLinear::new(&[], usize::MAX, 3).err(), Some(KernelError::TooLarge));
    let packed = PackedLinear::new(&[0.0; 6], 2, 3).unwrap();
    assert_eq!(packed.apply(&[0.0; 3], None, 1, &mut [0.0; 3]), Err(mismatch("x", 2, 3)));
    assert_eq!(packed.apply(&[0.0; 2], Some(&[0.0; 2]), 1, &mut [0.0; 3]), Err(mismatch("bias", 3, 2)));
    assert_eq!(packed.apply(&[0.0; 2], None, 1, &mut [0.0; 4]), Err(mismatch("out", 3, 4)));
    assert_eq!(packed.apply(&[], None, 0, &mut []), Err(KernelError::ZeroDimension));

    let packed = PackedLinearI8::new(&[0; 6], &[1.0; 3], 2, 3).unwrap();
    let x = QuantisedRows::new(&[0.0; 3], 3, 1).unwrap();
    assert_eq!(packed.apply(&x, None, &mut [0.0; 3]), Err(mismatch("x", 2, 3)));
    let x = QuantisedRows::new(&[0.0; 2], 2, 1).unwrap();
    assert_eq!(packed.apply(&x, None, &mut [0.0; 4]), Err(mismatch("out", 3, 4)));
    assert_eq!(PackedLinearI8::new(&[0; 6], &[1.0; 2], 2, 3).err(), Some(mismatch("scales", 3, 2)));
    assert_eq!(PackedLinearI8::new(&[-128; 6], &[1.0; 3], 2, 3).err(), Some(KernelError::WeightOutOfRange));
    assert_eq!(QuantisedRows::new(&[0.0; 3], 2, 1).err(), Some(mismatch("x", 2, 3)));
    assert_eq!(QuantisedRows::new(&[], MAX_INPUTS_I8 + 1, 1).err(), Some(KernelError::TooLarge));
}

#[test]
fn packed_weights_tell_their_size_before() {
    for (inputs, outputs) in [(1, 1), (5, 16), (37, 33)] {
        let packed = PackedLinear::new(&vec![0.0; inputs * outputs], inputs, outputs).unwrap();
        assert_eq!(PackedLinear::size_bytes_of(inputs, outputs), Ok(packed.size_bytes() as u64));
        let packed = PackedLinearI8::new(&vec![0; inputs * outputs], &vec![1.0; outputs], inputs, outputs).unwrap();
        assert_eq!(PackedLinearI8::size_bytes_of(inputs, outputs), Ok(packed.size_bytes() as u64));
    }
    assert_eq!(PackedLinear::size_bytes_of(0, 1), Err(KernelError::ZeroDimension));
    assert_eq!(PackedLinear::size_bytes_of(usize::MAX, 2), Err(KernelError::TooLarge));
    assert_eq!(PackedLinearI8::size_bytes_of(MAX_INPUTS_I8 + 1, 1), Err(KernelError::TooLarge));
}

#[test]
fn columns_begin_and_end_at_panels() {
    let packed = PackedLinear::new(&[0.0; 40], 1, 40).unwrap();
    assert!([0..16, 16..32, 16..40, 32..40, 0..40].into_iter().all(|range| packed.columns(range).is_ok()));
    let refused = Some(KernelError::RangeNotInPanels { outputs: 40 });
    for range in [0..0, 16..16, 8..16, 0..8, 32..41, 48..64, usize::MAX - 15..usize::MAX] {
        assert_eq!(packed.columns(range.clone()).err(), refused, "{range:?}");
    }
}

#[test]
fn norms_refuse_what_they_are_not_defined_for() {
    for epsilon in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        assert_eq!(parameter(normalise(Norm::Rms { weight: &[1.0], epsilon }, &mut [1.0])), Some("epsilon"));
        let layer = Norm::Layer { weight: &[1.0], bias: &[1.0], epsilon };
        assert_eq!(parameter(normalise(layer, &mut [1.0])), Some("epsilon"));
    }
    let layer = Norm::Layer { weight: &[1.0; 2], bias: &[1.0; 3], epsilon: 1.0 };
    assert_eq!(normalise(layer, &mut [1.0; 2]), Err(mismatch("bias", 2, 3)));
    let rms = Norm::Rms { weight: &[1.0; 2], epsilon: 1.0 };
    assert_eq!(normalise(rms, &mut [1.0; 3]), Err(mismatch("values", 4, 3)));
    assert_eq!(normalise(rms, &mut []), Err(KernelError::ZeroDimension));
}

#[test]
fn a_sum_of_squares_beyond_the_floats_is_refused() {
    let refused = Err(KernelError::NotFinite);
    assert_eq!(normalise(Norm::Rms { weight: &[1.0; 2], epsilon: 1.0 }, &mut [1e30, 1.0]), refused);
    let layer = Norm::Layer { weight: &[1.0; 2], bias: &[0.0; 2], epsilon: 1.0 };
    assert_eq!(normalise(layer, &mut [1e30, 1.0]), refused);
    assert_eq!(l2_normalise(&mut [1e30, 1.0], 2), refused);
}

#[test]
fn l2_normalise_leaves_zeros() {
    let mut values = [0.0, -0.0];
    l2_normalise(&mut values, 2).unwrap();
    assert_eq!(values, [0.0; 2]);
}

#[test]
fn rsqrt_refuses_what_is_not_above_zero() {
    for bad in [0.0, -0.0, -1.0] {
        assert_eq!(map(Function::Rsqrt, &mut [1.0, bad]), Err(KernelError::NotFinite), "{bad}");
    }
}

#[test]
fn embed_and_mean_pool_refuse_what_is_not_there() {
    let refused = Err(KernelError::IndexOutOfRange { index: 2, rows: 2 });
    assert_eq!(embed(&[0.0; 6], 3, &[1, 2], &mut [0.0; 6]), refused);
    assert_eq!(embed(&[0.0; 6], 4, &[0], &mut [0.0; 4]), Err(mismatch("table", 8, 6)));
    assert_eq!(embed(&[0.0; 6], 3, &[0], &mut [0.0; 4]), Err(mismatch("out", 3, 4)));
    assert_eq!(embed_i8(&[0; 6], &[1.0; 2], &[1, 2], &mut [0.0; 6]), refused);
    assert_eq!(embed_i8(&[0; 7], &[1.0; 2], &[0], &mut [0.0; 3]), Err(mismatch("table", 6, 7)));
    assert_eq!(embed_i8(&[0; 1], &[1.0; 2], &[0], &mut []), Err(KernelError::ZeroDimension));
    assert_eq!(embed_i8(&[0; 6], &[1.0; 2], &[0], &mut [0.0; 4]), Err(mismatch("out", 3, 4)));
    let packed = PackedLinear::new(&[0.0; 6], 3, 2).unwrap();
    assert_eq!(packed.embed(&[2], &mut [0.0; 3]), refused);
    assert_eq!(packed.embed(&[1], &mut [0.0; 4]), Err(mismatch("out", 3, 4)));
    let packed = PackedLinearI8::new(&[0; 6], &[1.0; 2], 3, 2).unwrap();
    assert_eq!(packed.embed(&[2], &mut [0.0; 3]), refused);
    assert_eq!(packed.embed(&[1], &mut [0.0; 4]), Err(mismatch("out", 3, 4)));
    assert_eq!(embed_i8(&[1], &[f32::NAN], &[0], &mut [0.0]), Err(KernelError::NotFinite));
    assert_eq!(mean_pool(&[0.0; 6], &[false, false], &mut [0.0; 3]), Err(KernelError::NothingSelected));
    assert_eq!(mean_pool(&[0.0; 6], &[true], &mut [0.0; 3]), Err(mismatch("mask", 2, 1)));
}

#[test]
fn rotary_tables_refuse_what_they_are_not_defined_for() {
    assert_eq!(parameter(RotaryTable::new(3, 1e4, 8)), Some("head_size"));
    assert_eq!(parameter(RotaryTable::new(0, 1e4, 8)), Some("head_size"));
    for base in [0.5, f32::NAN, f32::INFINITY] {
        assert_eq!(parameter(RotaryTable::new(4, base, 8)), Some("base"));
    }
    for frequency in [-0.1, 1.1, f32::NAN] {
        assert_eq!(parameter(RotaryTable::with_frequencies(&[frequency], 8)), Some("frequencies"));
    }
    assert_eq!(RotaryTable::new(2, 1e4, MAX_POSITIONS + 1).err(), Some(KernelError::TooLarge));
    assert_eq!(RotaryTable::new(2, 1e4, 0).err(), Some(KernelError::ZeroDimension));
    let table = RotaryTable::new(4, 1e4, 8).unwrap();
    assert_eq!(table.positions(), 8);
    let refused = Err(KernelError::IndexOutOfRange { index: 8, rows: 8 });
    assert_eq!(table.rotate(&mut [0.0; 8], &[7, 8], RotaryPairs::Halves), refused);
    assert_eq!(table.rotate(&mut [0.0; 6], &[7, 7], RotaryPairs::Halves), Err(mismatch("x", 8, 6)));
}

#[test]
fn a_cache_refuses_more_than_it_holds_and_stays_as_it_was() {
    let mut cache = KeyValueCache::new(1, 2, 16).unwrap();
    cache.append(&[1.0; 30], &[1.0; 30]).unwrap();
    assert_eq!(cache.append(&[1.0; 4], &[1.0; 4]), Err(KernelError::TooLarge));
    assert_eq!(cache.append(&[1.0; 2], &[1.0; 4]), Err(mismatch("values", 2, 4)));
    assert_eq!(cache.append(&[1.0, f32::NAN], &[1.0; 2]), Err(KernelError::NotFinite));
    assert_eq!((cache.len(), cache.is_empty()), (15, false));
    assert_eq!(KeyValueCache::new(1 << 20, 1 << 20, 1).err(), Some(KernelError::TooLarge));
    assert_eq!(KeyValueCache::new(1, 0, 1).err(), Some(KernelError::ZeroDimension));
}

#[test]
fn attention_refuses_what_it_is_not_defined_for() {
    let mut cache = KeyValueCache::new(2, 2, 16).unwrap();
    let full = Attention { heads: 2, scale: 1.0, mask: AttentionMask::Full };
    let run = |cache: &KeyValueCache, attention, queries: &[f32]| {
        attend(queries, cache, attention, &mut vec![0.0; queries.len()])
    };
    assert_eq!(run(&cache, full, &[0.0; 4]), Err(KernelError::ZeroDimension));
    cache.append(&[1e30; 4], &[1.0; 4]).unwrap();
    assert_eq!(run(&cache, full, &[0.0; 4]), Ok(()));
    assert_eq!(run(&cache, full, &[1e30; 4]), Err(KernelError::NotFinite));
    assert_eq!(run(&cache, full, &[0.0; 6]), Err(mismatch("queries", 8, 6)));
    assert_eq!(parameter(run(&cache, Attention { heads: 3, ..full }, &[0.0; 6])), Some("heads"));
    assert_eq!(run(&cache, Attention { heads: 0, ..full }, &[0.0; 6]), Err(KernelError::ZeroDimension));
    assert_eq!(parameter(run(&cache, Attention { scale: f32::NAN, ..full }, &[0.0; 4])), Some("scale"));
    let causal = Attention { mask: AttentionMask::Causal, ..full };
    assert_eq!(run(&cache, causal, &[0.0; 8]), Err(mismatch("cache", 2, 1)));
    let before = |keys| Attention { mask: AttentionMask::CausalBefore(keys), ..full };
    assert_eq!(run(&cache, before(0), &[0.0; 4]), Ok(()));
    assert_eq!(run(&cache, before(1), &[0.0; 4]), Err(mismatch("cache", 2, 1)));
    assert_eq!(run(&cache, before(usize::MAX), &[0.0; 4]), Err(mismatch("cache", usize::MAX, 1)));
}

#[test]
fn attention_without_a_mask_refuses_what_it_is_not_defined_for() {
    let sequence = Sequence { queries: &[0.0; 4], keys: &[1e30; 8], values: &[1.0; 8], heads: 2, head_size: 2 };
    let run = |sequence: Sequence<'_>| attend_unmasked(sequence, 1.0, &mut vec![0.0; sequence.queries.len()]);
    assert_eq!(run(sequence), Ok(()));
    assert_eq!(run(Sequence { queries: &[1e30; 4], ..sequence }), Err(KernelError::NotFinite));
    assert_eq!(run(Sequence { queries: &[0.0; 6], ..sequence }), Err(mismatch("queries", 8, 6)));
    assert_eq!(run(Sequence { keys: &[0.0; 7], ..sequence }), Err(mismatch("keys", 8, 7)));
    assert_eq!(run(Sequence { values: &[0.0; 4], ..sequence }), Err(mismatch("values", 8, 4)));
    assert_eq!(run(Sequence { heads: 0, ..sequence }), Err(KernelError::ZeroDimension));
    assert_eq!(run(Sequence { keys: &[], values: &[], ..sequence }), Err(KernelError::ZeroDimension));
    assert_eq!(attend_unmasked(sequence, 1.0, &mut [0.0; 3]), Err(mismatch("out", 4, 3)));
    assert_eq!(parameter(attend_unmasked(sequence, f32::NAN, &mut [0.0; 4])), Some("scale"));
}

#[test]
fn attention_without_a_mask_lets_no_non_finite_operand_pass() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        for index in 0..40 * 2 {
            // Zeros around it, which an infinity turns to a NaN.
            let (zeros, mut operand) = ([0.0; 80], [0.0; 80]);
            operand[index] = bad;
            let sequence = Sequence { queries: &zeros, keys: &zeros, values: &zeros, heads: 1, head_size: 2 };
            for sequence in [
                Sequence { queries: &operand, ..sequence },
                Sequence { keys: &operand, ..sequence },
                Sequence { values: &operand, ..sequence },
            ] {
                for level in Level::available() {
                    let refused = at::attend_unmasked(level, sequence, 0.0, &mut [0.0; 80]);
                    assert_eq!(refused, Err(KernelError::NotFinite), "{bad} at {index}, {}", level.name());
                }
            }
        }
    }
}

#[test]
fn sampling_refuses_what_it_is_not_defined_for() {
    let sampling = Sampling { temperature_milli: MAX_TEMPERATURE_MILLI, top_k: 0, seed: [0; 32] };
    assert!(sample(&[0.0, 1.0], &sampling, 0).is_ok());
    let hot = Sampling { temperature_milli: MAX_TEMPERATURE_MILLI + 1, ..sampling };
    assert_eq!(parameter(sample(&[0.0], &hot, 0)), Some("temperature_milli"));
    assert_eq!(sample(&[], &sampling, 0), Err(KernelError::ZeroDimension));
}

#[test]
fn no_operation_of_transformers_lets_a_non_finite_operand_pass() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let refused = Err(KernelError::NotFinite);
        for index in 0..2 {
            let mut x = [1.0; 2];
            x[index] = bad;
            use Function::*;
            for function in [Relu, Sigmoid, Tanh, Exp, Erf, Gelu, GeluTanh, Silu, Rsqrt] {
                assert_eq!(map(function, &mut x.clone()), refused, "{function:?}");
            }
            for norm in [
                Norm::Rms { weight: &[1.0; 2], epsilon: 1.0 },
                Norm::Layer { weight: &[1.0; 2], bias: &[1.0; 2], epsilon: 1.0 },
            ] {
                assert_eq!(normalise(norm, &mut x.clone()), refused);
            }
            assert_eq!(normalise(Norm::Rms { weight: &x, epsilon: 1.0 }, &mut [1.0; 2]), refused);
            let layer = Norm::Layer { weight: &[1.0; 2], bias: &x, epsilon: 1.0 };
            assert_eq!(normalise(layer, &mut [1.0; 2]), refused);
            assert_eq!(multiply(&mut x.clone(), &[1.0; 2]), refused);
            assert_eq!(l2_normalise(&mut x.clone(), 2), refused);
            assert_eq!(embed(&x, 1, &[index as u32], &mut [0.0]), refused);
            assert_eq!(mean_pool(&x, &[index != 0, index != 1], &mut [0.0]), refused);
            assert_eq!(top_k(&x, 1).map(drop), refused);
            let sampling = Sampling { temperature_milli: 0, top_k: 0, seed: [0; 32] };
            assert_eq!(sample(&x, &sampling, 0).map(drop), refused);
            let table = RotaryTable::new(2, 1e4, 1).unwrap();
            assert_eq!(table.rotate(&mut x.clone(), &[0], RotaryPairs::Halves), refused);
            assert_eq!(PackedLinear::new(&x, 2, 1).map(drop), refused);
            assert_eq!(PackedLinearI8::new(&[1; 2], &x, 1, 2).map(drop), refused);
            assert_eq!(QuantisedRows::new(&x, 2, 1).map(drop), refused);
        }
    }
}
