use crate::{
    check_finite,
    erf::erf_of,
    exp::exp_of,
    simd::{dispatch, Kernel, Simd},
    sqrt::sqrt,
    tanh::tanh_of,
    KernelError, Level,
};

/// 1/√2, to the nearest float.
const SQRT_HALF: f32 = f32::from_bits(0x3f35_04f3);
/// √(2/π), to the nearest float.
const SQRT_2_OVER_PI: f32 = f32::from_bits(0x3f4c_422a);
/// The cubic term of the tanh form of GELU.
const GELU_CUBIC: f32 = f32::from_bits(0x3d37_2713);

/// A function of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Function {
    /// `v` above zero, else +0.
    Relu,
    /// 1 / (1 + e^−v), within 2.5 units in the last place; +0 where e^−v is beyond the floats.
    Sigmoid,
    /// The hyperbolic tangent, within 1.4 units in the last place; +0 for both zeros. Source: Cephes' `tanhf` (Moshier).
    Tanh,
    /// e^v, within 1 unit in the last place. Source: Cephes' `expf` (Moshier).
    Exp,
    /// The error function, within 6 units in the last place. Source: the rational of Eigen's `erf`.
    Erf,
    /// v · Φ(v) by erf: ½v · (1 + erf(v/√2)).
    Gelu,
    /// The tanh form of GELU: ½v · (1 + tanh(√(2/π) · (v + 0.044715 · v³))).
    GeluTanh,
    /// v · sigmoid(v), as v / (1 + e^−v).
    Silu,
    /// 1 / √v; a value that is not above zero is refused.
    Rsqrt,
}

/// Replaces each of `values` by its `function`.
///
/// # Errors
/// [`NotFinite`](KernelError::NotFinite) if a value or a result is a NaN or an infinity.
pub fn map(function: Function, values: &mut [f32]) -> Result<(), KernelError> {
    map_at(Level::best(), function, values)
}

/// [`map`](crate::map) at `level`.
///
/// # Errors
/// As [`map`](crate::map).
pub fn map_at(level: Level, function: Function, values: &mut [f32]) -> Result<(), KernelError> {
    check_finite(values)?;
    dispatch(level, Map { function, values: &mut *values });
    match function {
        Function::Exp | Function::Rsqrt => check_finite(values),
        // The others are finite wherever their argument is.
        _ => Ok(()),
    }
}

/// Replaces each value that is not above zero by +0.
///
/// # Errors
/// [`NotFinite`](KernelError::NotFinite) if a value is a NaN or an infinity, which the selection would hide.
pub fn relu(values: &mut [f32]) -> Result<(), KernelError> {
    map(Function::Relu, values)
}

/// Replaces each value by its hyperbolic tangent: [`Function::Tanh`].
///
/// # Errors
/// [`NotFinite`](KernelError::NotFinite) if a value is a NaN or an infinity.
pub fn tanh(values: &mut [f32]) -> Result<(), KernelError> {
    map(Function::Tanh, values)
}

/// Replaces each value by 1 / (1 + e^−v): [`Function::Sigmoid`].
///
/// # Errors
/// [`NotFinite`](KernelError::NotFinite) if a value is a NaN or an infinity.
pub fn sigmoid(values: &mut [f32]) -> Result<(), KernelError> {
    map(Function::Sigmoid, values)
}

/// A [`map`] of finite values.
struct Map<'a> {
    function: Function,
    values: &'a mut [f32],
}

impl Kernel for Map<'_> {
    #[inline(always)]
    fn run<S: Simd>(self) {
        let values = self.values;
        match self.function {
            Function::Relu => each(values, |v| if v > 0.0 { v } else { 0.0 }),
            Function::Sigmoid => each(values, |v| 1.0 / (1.0 + exp_of(-v))),
            Function::Tanh => each(values, tanh_of),
            Function::Exp => each(values, exp_of),
            Function::Erf => each(values, erf_of),
            Function::Gelu => each(values, |v| 0.5 * v * (1.0 + erf_of(v * SQRT_HALF))),
            Function::GeluTanh => each(values, |v| {
                let inner = SQRT_2_OVER_PI * (v + GELU_CUBIC * (v * v * v));
                0.5 * v * (1.0 + tanh_of(inner))
            }),
            Function::Silu => each(values, |v| v / (1.0 + exp_of(-v))),
            Function::Rsqrt => each(values, |v| 1.0 / sqrt(v)),
        }
    }
}

/// A loop that the compiler turns into vectors of the caller's processor.
#[inline(always)]
fn each(values: &mut [f32], function: impl Fn(f32) -> f32) {
    for value in values {
        *value = function(*value);
    }
}
