//! Errors against `f64`, in units in the last place.

use votive_kernels::*;

/// A prime, so that the sweeps meet every pattern of low bits.
const STEP: usize = 1009;

/// The distance of `value` from `exact` in units in the last place of a float of its size.
fn error_ulp(value: f32, exact: f64) -> f64 {
    let exponent = (exact.abs().log2().floor() as i32).max(-126);
    (f64::from(value) - exact).abs() / f64::from(exponent - 23).exp2()
}

/// The largest error of `function` over a sweep of the floats from ±0 to `end`.
fn worst_error(end: f32, function: impl Fn(f32) -> f32, exact: impl Fn(f64) -> f64) -> f64 {
    let sign = end.to_bits() & (1 << 31);
    (0..=end.abs().to_bits())
        .step_by(STEP)
        .map(|magnitude| f32::from_bits(magnitude | sign))
        .map(|x| error_ulp(function(x), exact(f64::from(x))))
        .fold(0.0, f64::max)
}

fn one(function: impl Fn(&mut [f32]) -> Result<(), KernelError>) -> impl Fn(f32) -> f32 {
    move |x| {
        let mut values = [x];
        function(&mut values).unwrap();
        values[0]
    }
}

#[test]
fn exp_is_within_one_ulp() {
    assert!(worst_error(88.72283, exp, f64::exp) <= 1.0);
    assert!(worst_error(-103.9, exp, f64::exp) <= 1.0);
}

#[test]
fn tanh_is_within_1_4_ulp() {
    assert!(worst_error(20.0, one(tanh), f64::tanh) <= 1.4);
    assert!(worst_error(-20.0, one(tanh), f64::tanh) <= 1.4);
}

#[test]
fn sigmoid_is_within_2_5_ulp() {
    let exact = |x: f64| 1.0 / (1.0 + (-x).exp());
    assert!(worst_error(90.0, one(sigmoid), exact) <= 2.5);
    assert!(worst_error(-88.7, one(sigmoid), exact) <= 2.5);
}

#[test]
fn tanh_never_leaves_one_and_never_falls() {
    let tanh = one(tanh);
    let mut last = 0.0;
    for magnitude in (0..=f32::MAX.to_bits()).step_by(STEP) {
        let x = f32::from_bits(magnitude);
        let value = tanh(x);
        assert!((last..=1.0).contains(&value), "tanh({x:e}) = {value:e}");
        assert_eq!(tanh(-x), -value);
        last = value;
    }
}
