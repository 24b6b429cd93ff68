use crate::{Split, Transcript};
use alloc::{boxed::Box, format, string::String};

/// One thing that is computed from fixed operands: a kernel, or a model on some inputs.
pub struct Case {
    name: String,
    compute: Box<dyn Fn(Split) -> Transcript + Send + Sync>,
}

impl Case {
    /// The case `name`, which has no spaces, and whose results `compute` gives.
    pub fn new(name: String, compute: impl Fn(Split) -> Transcript + Send + Sync + 'static) -> Self {
        Self { name, compute: Box::new(compute) }
    }

    /// Computes the case and returns the line `NAME DIGEST`, without an end of line.
    pub fn line(&self, split: Split) -> String {
        format!("{} {}", self.name, hex::encode((self.compute)(split).digest()))
    }
}
