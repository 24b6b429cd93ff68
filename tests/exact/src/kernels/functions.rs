//! Operations on values: they are the rows here, so that a split divides them too.

use crate::{
    operands::{Operands, Sequence},
    Case, Split, Transcript,
};
use alloc::{format, vec::Vec};
use votive_kernels::{self as kernels, Function, KernelError};

/// Values of a case: not a multiple of a vector.
const COUNT: usize = 1003;

/// The step of a sweep over all floats: a prime, so that it meets every pattern of low bits. 107,352 floats.
const SWEEP_STEP: usize = 40_009;

/// Rows of values as a split divides them.
const VALUES_OF_ROW: usize = 17;

const FUNCTIONS: [(&str, Function); 9] = [
    ("relu", Function::Relu),
    ("sigmoid", Function::Sigmoid),
    ("tanh", Function::Tanh),
    ("exp", Function::Exp),
    ("erf", Function::Erf),
    ("gelu", Function::Gelu),
    ("gelu_tanh", Function::GeluTanh),
    ("silu", Function::Silu),
    ("rsqrt", Function::Rsqrt),
];

/// Each function on operands of each kind, and on a sweep over all finite floats.
pub fn cases() -> impl Iterator<Item = Case> {
    FUNCTIONS.into_iter().flat_map(|(name, function)| {
        let mut cases: Vec<Case> = Operands::ALL
            .into_iter()
            .map(|operands| {
                let compute = move |split| map(function, operands.floats(&mut Sequence::new(800), COUNT), split);
                Case::new(format!("{name}/{}", operands.name()), compute)
            })
            .collect();
        cases.push(Case::new(format!("{name}/sweep"), move |split| map(function, sweep(), split)));
        cases
    })
}

fn sweep() -> Vec<f32> {
    (0..=u32::MAX).step_by(SWEEP_STEP).map(f32::from_bits).filter(|value| value.is_finite()).collect()
}

fn map(function: Function, mut values: Vec<f32>, split: Split) -> Transcript {
    for value in &mut values {
        *value = match function {
            // What exceeds a float is refused, and with it all values beside it.
            Function::Exp => value.min(88.5),
            Function::Rsqrt => value.abs() + f32::from_bits(1),
            _ => *value,
        };
    }
    let mut transcript = Transcript::default();
    transcript.outcome(in_parts(&values, split, |values| kernels::map(function, values)));
    transcript
}

/// `compute` on some of `values` at a time.
fn in_parts(
    values: &[f32],
    split: Split,
    compute: impl Fn(&mut [f32]) -> Result<(), KernelError> + Sync,
) -> Result<Vec<f32>, KernelError> {
    let step = split.rows.get().saturating_mul(VALUES_OF_ROW);
    let parts = split.each(values.chunks(step).collect(), |part: &[f32]| {
        let mut part = part.to_vec();
        compute(&mut part).map(|()| part)
    });
    Ok(parts.into_iter().collect::<Result<Vec<_>, _>>()?.concat())
}

/// Two slices of values of the kind.
fn pair(operands: Operands) -> (Vec<f32>, Vec<f32>) {
    let mut sequence = Sequence::new(900);
    (operands.floats(&mut sequence, COUNT), operands.floats(&mut sequence, COUNT))
}

/// The outcome of `compute` on two slices of values, some at a time.
fn of_pair(operands: Operands, split: Split, compute: fn(&mut [f32], &[f32]) -> Result<(), KernelError>) -> Transcript {
    let (left, right) = pair(operands);
    let step = split.rows.get().saturating_mul(VALUES_OF_ROW);
    let parts = split.each(left.chunks(step).zip(right.chunks(step)).collect(), |(left, right): (&[f32], &[f32])| {
        let mut left = left.to_vec();
        compute(&mut left, right).map(|()| left)
    });
    let mut transcript = Transcript::default();
    transcript.outcome(parts.into_iter().collect::<Result<Vec<_>, _>>().map(|parts| parts.concat()));
    transcript
}

pub fn add(operands: Operands, split: Split) -> Transcript {
    of_pair(operands, split, kernels::add)
}

pub fn multiply(operands: Operands, split: Split) -> Transcript {
    of_pair(operands, split, kernels::multiply)
}

pub fn canonicalise(operands: Operands, split: Split) -> Transcript {
    let mut transcript = Transcript::default();
    transcript.outcome(in_parts(&pair(operands).0, split, kernels::canonicalise));
    transcript
}

/// Finds a NaN or an infinity at each place, and none where there is none.
pub fn check_finite(operands: Operands, _: Split) -> Transcript {
    let mut transcript = Transcript::default();
    let mut values = operands.floats(&mut Sequence::new(901), 70);
    transcript.integers(&[u32::from(kernels::check_finite(&values).is_ok())]);
    for index in 0..values.len() {
        for other in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let value = core::mem::replace(&mut values[index], other);
            transcript.integers(&[u32::from(kernels::check_finite(&values).is_ok())]);
            values[index] = value;
        }
    }
    transcript
}

/// Products of the kind's values with addends near them, so that they cancel and tie; and the triple that a wrong
/// `fmaf` fails.
pub fn fma(operands: Operands, _: Split) -> Transcript {
    let mut sequence = Sequence::new(902);
    let fused = (0..20_000).map(|_| {
        let [a, b, c] = [0; 3].map(|_| operands.floats(&mut sequence, 1)[0]);
        let near = f32::from_bits((a * b).to_bits() ^ sequence.below(4) as u32);
        match sequence.below(3) {
            0 => kernels::fma(a, b, c),
            1 => kernels::fma(a, b, near),
            _ => kernels::fma(a, b, -near),
        }
    });
    let mut transcript = Transcript::default();
    transcript.floats(&fused.collect::<Vec<_>>());
    let [a, b, c] = [0xb700_0080, 0x0000_ffff, 0x802d_4b71].map(f32::from_bits);
    transcript.floats(&[kernels::fma(a, b, c)]);
    transcript
}

pub fn exp_scalar(operands: Operands, _: Split) -> Transcript {
    let mut transcript = Transcript::default();
    let values: Vec<f32> = pair(operands).0.into_iter().map(kernels::exp).collect();
    transcript.floats(&values);
    transcript
}
