//! Every fast path against the portable one, bit for bit, errors too.

pub mod attention;
pub mod choices;
pub mod functions;
pub mod images;
pub mod linear;
pub mod linear_blocks;
pub mod linear_i8;
mod operands;
pub mod quantise;
pub mod rotary;
pub mod rows;
pub mod tables;

use crate::memory;
use votive_kernels::{KernelError, Level};

/// What an operation gave: the bits of its output, or why there is none.
type Outcome = Result<Vec<u32>, KernelError>;

/// What the test beside a measured kernel may take meanwhile.
const SLACK_BYTES: usize = 16 << 10;

/// Cases of several lengths: shapes come from a case's first bytes, values from the rest.
pub fn seeds() -> Vec<Vec<u8>> {
    let ramp = |length: usize, factor: usize| (0..length).map(|index| ((index * factor) >> 2) as u8).collect();
    [(16, 7), (64, 29), (200, 53), (600, 113)].into_iter().map(|(length, factor)| ramp(length, factor)).collect()
}

/// Asks each level of this processor for what the portable one gives, which is returned.
fn agreed(run: impl Fn(Level) -> Outcome) -> Outcome {
    let expected = run(Level::PORTABLE);
    for level in fast_levels() {
        let actual = run(level);
        assert_eq!(actual, expected, "{} and the portable level differ", level.name());
    }
    expected
}

/// The levels that are compared with the portable one, which computes in software what they do at once: most of a case's time.
fn fast_levels() -> impl Iterator<Item = Level> {
    Level::available().into_iter().filter(|level| *level != Level::PORTABLE)
}

/// Runs a `kernel` that says to take at most so many bytes beside its operands.
fn within<T>(workspace: Result<u64, KernelError>, kernel: impl FnOnce() -> T) -> T {
    memory::within(workspace.map_or(0, |bytes| bytes as usize) + SLACK_BYTES, kernel)
}

/// The bits of `out` if there is an `error`-free result.
fn outcome(result: Result<(), KernelError>, out: &[f32]) -> Outcome {
    result.map(|()| bits(out))
}

/// The bits of `values`, since `==` takes −0 for +0.
fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}
