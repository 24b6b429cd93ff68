//! One call, as it is given to a batch.

use crate::Budget;
use votive_digest::Parameters;

/// What a model is asked, and what it may take.
#[derive(Clone, Copy, Debug)]
pub struct ModelCall<'a> {
    /// The input.
    pub input: &'a [u8],
    /// How the model is run.
    pub parameters: &'a Parameters,
    /// Its time, and what cancels it.
    pub budget: &'a Budget,
}
