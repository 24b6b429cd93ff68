//! Operations on rows: norms, lengths, softmax.

use super::operands::Operands;
use super::{agreed, bits, outcome};
use votive_kernels::{at, KernelError, Level, Norm};

pub fn run(case: &[u8]) {
    let mut operands = Operands::new(case);
    let (rows, columns) = (operands.size(8), operands.size(200));
    let (len, bias_len) = (operands.near(rows * columns), operands.near(columns));
    let source = operands.floats(len);
    let epsilon = match operands.byte() {
        0..200 => [1e-12, 1e-5, f32::MIN_POSITIVE, 1.0][usize::from(operands.byte()) % 4],
        _ => f32::from_bits(operands.word()),
    };
    let kind = operands.byte() % 4;
    let (weight, bias) = match kind {
        0 | 1 => (operands.floats(columns), operands.floats(bias_len)),
        _ => Default::default(),
    };
    let run = |level: Level, values: &mut [f32], columns: usize| match kind {
        0 => at::normalise(level, Norm::Layer { weight: &weight, bias: &bias, epsilon }, values),
        1 => at::normalise(level, Norm::Rms { weight: &weight, epsilon }, values),
        2 => at::l2_normalise(level, values, columns),
        _ => at::softmax(level, values, columns),
    };
    let result = agreed(|level| {
        let mut values = source.clone();
        outcome(run(level, &mut values, columns), &values)
    });
    let Ok(all) = result else { return };
    let row = usize::from(operands.byte()) % (len / columns);
    let mut alone = source[row * columns..][..columns].to_vec();
    let done: Result<(), KernelError> = run(Level::best(), &mut alone, columns);
    assert_eq!(done, Ok(()));
    assert_eq!(bits(&alone), all[row * columns..][..columns], "row {row} alone");
}
