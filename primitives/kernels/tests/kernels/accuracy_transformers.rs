//! Errors of norms, GELU and rotary embeddings against `f64`.

use crate::sequence::floats;
use votive_kernels::*;

fn mapped(function: Function, x: f32) -> f64 {
    let mut values = [x];
    map(function, &mut values).unwrap();
    f64::from(values[0])
}

/// erf by its series, which converges everywhere and is exact enough up to 6.
fn erf(x: f64) -> f64 {
    let mut term = x;
    let mut sum = x;
    for n in 1..200 {
        term *= -x * x / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    sum * 2.0 / std::f64::consts::PI.sqrt()
}

#[test]
fn erf_is_within_6_ulp_and_never_leaves_one() {
    for step in 1..40_000 {
        let x = step as f32 * 1e-4;
        let (value, exact) = (mapped(Function::Erf, x), erf(f64::from(x)));
        let ulp = f64::from(f32::EPSILON) / 2.0 * exact.log2().floor().exp2() * 2.0;
        assert!((value - exact).abs() <= 6.0 * ulp, "erf({x}) = {value}, not {exact}");
        assert!(value <= 1.0);
        assert_eq!(mapped(Function::Erf, -x), -value);
    }
}

#[test]
fn gelu_is_close_to_its_definition() {
    for step in -8000..8000 {
        let x = step as f32 * 1e-3;
        let v = f64::from(x);
        let exact = 0.5 * v * (1.0 + erf((v * 0.5f64.sqrt()).clamp(-5.0, 5.0)));
        assert!((mapped(Function::Gelu, x) - exact).abs() <= 4e-7 * v.abs().max(1e-3), "gelu({x})");
        let inner = (2.0 / std::f64::consts::PI).sqrt() * (v + 0.044715 * v * v * v);
        let exact = 0.5 * v * (1.0 + inner.tanh());
        assert!((mapped(Function::GeluTanh, x) - exact).abs() <= 4e-7 * v.abs().max(1e-3), "gelu_tanh({x})");
    }
}

#[test]
fn silu_and_rsqrt_are_close_to_their_definitions() {
    for step in -8000..8000 {
        let x = step as f32 * 1e-2;
        let v = f64::from(x);
        let exact = v / (1.0 + (-v).exp());
        assert!((mapped(Function::Silu, x) - exact).abs() <= 4e-7 * exact.abs(), "silu({x})");
        if x > 0.0 {
            let exact = 1.0 / v.sqrt();
            assert!((mapped(Function::Rsqrt, x) - exact).abs() <= 1.2e-7 * exact, "rsqrt({x})");
        }
    }
}

#[test]
fn norms_are_close_to_their_definitions() {
    let source = floats(1, 384);
    let (weight, bias) = (floats(2, 384), floats(3, 384));
    let exact: Vec<f64> = source.iter().map(|&v| f64::from(v)).collect();
    let mean = exact.iter().sum::<f64>() / 384.0;
    let variance = exact.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 384.0;
    let squares: f64 = exact.iter().map(|v| v * v).sum();
    let (mut layer, mut rms, mut l2) = (source.clone(), source.clone(), source);
    normalise(Norm::Layer { weight: &weight, bias: &bias, epsilon: 1e-5 }, &mut layer).unwrap();
    normalise(Norm::Rms { weight: &weight, epsilon: 1e-5 }, &mut rms).unwrap();
    l2_normalise(&mut l2, 384).unwrap();
    for index in 0..384 {
        let (v, w, b) = (exact[index], f64::from(weight[index]), f64::from(bias[index]));
        let expected = (v - mean) / (variance + 1e-5).sqrt() * w + b;
        assert!((f64::from(layer[index]) - expected).abs() < 2e-6);
        let expected = v / (squares / 384.0 + 1e-5).sqrt() * w;
        assert!((f64::from(rms[index]) - expected).abs() < 2e-6);
        assert!((f64::from(l2[index]) - v / squares.sqrt()).abs() < 1e-7);
    }
}

#[test]
fn rotary_embeddings_turn_by_position_times_frequency() {
    let table = RotaryTable::new(64, 10_000.0, 2048).unwrap();
    for position in [0u32, 1, 77, 2047] {
        let mut x = floats(position, 64);
        let before = x.clone();
        table.rotate(&mut x, &[position], RotaryPairs::Halves).unwrap();
        for pair in 0..32 {
            let angle = f64::from(position) / 10_000f64.powf(pair as f64 / 32.0);
            let (a, b) = (f64::from(before[pair]), f64::from(before[pair + 32]));
            // The angle is rounded to a float: half a unit in the last place of 2047 is 6 · 10⁻⁵, times a value below 2√2.
            assert!((f64::from(x[pair]) - (a * angle.cos() - b * angle.sin())).abs() < 4e-4);
            assert!((f64::from(x[pair + 32]) - (b * angle.cos() + a * angle.sin())).abs() < 4e-4);
        }
    }
}
