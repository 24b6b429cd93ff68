//! Rows of f32 to int8.

use super::operands::Operands;
use super::{bits, fast_levels};
use votive_kernels::{Level, QuantisedRows};

pub fn run(case: &[u8]) {
    let mut operands = Operands::new(case);
    let (rows, inputs) = (operands.size(20), operands.size(400));
    let len = operands.near(rows * inputs);
    let x = operands.floats(len);
    let of = |level| {
        let quantised = QuantisedRows::new_at(level, &x, inputs, rows)?;
        Ok((quantised.rows().map(<[i8]>::to_vec).collect::<Vec<_>>(), bits(quantised.scales())))
    };
    let expected: Result<_, votive_kernels::KernelError> = of(Level::PORTABLE);
    for level in fast_levels() {
        assert_eq!(of(level), expected, "{} and the portable level differ", level.name());
    }
    let Ok((values, scales)) = expected else { return };
    for ((row, values), scale) in x.chunks(inputs).zip(&values).zip(scales) {
        let largest = row.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
        let extreme = values.iter().map(|value| value.unsigned_abs()).max();
        assert_eq!(
            extreme,
            Some(if scale == 0 { 0 } else { 127 }),
            "the largest magnitude, {largest}, takes all levels"
        );
    }
}
