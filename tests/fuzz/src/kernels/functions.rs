//! Functions of one value.

use super::operands::Operands;
use super::{agreed, outcome};
use votive_kernels::{at, Function};

const FUNCTIONS: [Function; 9] = [
    Function::Relu,
    Function::Sigmoid,
    Function::Tanh,
    Function::Exp,
    Function::Erf,
    Function::Gelu,
    Function::GeluTanh,
    Function::Silu,
    Function::Rsqrt,
];

pub fn run(case: &[u8]) {
    let mut operands = Operands::new(case);
    let function = FUNCTIONS[usize::from(operands.byte()) % FUNCTIONS.len()];
    let count = operands.size(300);
    let mut source = operands.floats(count);
    if function == Function::Rsqrt && !operands.one_in(4) {
        source.iter_mut().for_each(|value| *value = value.abs());
    }
    if function == Function::Exp && !operands.one_in(4) {
        source.iter_mut().filter(|value| **value > 88.0).for_each(|value| *value = -*value);
    }
    let result = agreed(|level| {
        let mut values = source.clone();
        outcome(at::map(level, function, &mut values), &values)
    });
    let is_bounded = matches!(function, Function::Relu | Function::Sigmoid | Function::Tanh | Function::Erf);
    if let (true, Ok(bits)) = (is_bounded, result) {
        let most =
            source.iter().fold(1.0f32, |most, value| if function == Function::Relu { most.max(*value) } else { most });
        assert!(bits.iter().all(|bits| f32::from_bits(*bits).abs() <= most), "{function:?} leaves its range");
    }
}
