//! Calls of one package that run together.

use crate::Budget;
use votive_digest::Parameters;

/// What a model is asked, and what it may take.
#[derive(Clone, Debug)]
pub struct ModelCall {
    /// The input.
    pub input: Vec<u8>,
    /// How the model is run.
    pub parameters: Parameters,
    /// Its time, and what cancels it.
    pub budget: Budget,
}

/// Where calls that run together come from, and where they end.
pub trait Batch<Call, End> {
    /// The next call, with a number that no other of the batch has, if one is there now. A model that generates asks before each
    /// token, others when all calls before have ended; the batch is over once there is none and none runs.
    fn next(&mut self) -> Option<(usize, Call)>;

    /// The call of that number has ended.
    fn ended(&mut self, number: usize, end: End);
}

/// Calls that are all there from the beginning.
pub(crate) struct Listed<Call, End> {
    calls: std::iter::Enumerate<std::vec::IntoIter<Call>>,
    ends: Vec<Option<End>>,
}

impl<Call, End> Listed<Call, End> {
    pub fn new(calls: Vec<Call>) -> Self {
        Self { ends: calls.iter().map(|_| None).collect(), calls: calls.into_iter().enumerate() }
    }

    /// How the calls ended, in their order; `None` where one did not.
    pub fn into_ends(self) -> Vec<Option<End>> {
        self.ends
    }
}

impl<Call, End> Batch<Call, End> for Listed<Call, End> {
    fn next(&mut self) -> Option<(usize, Call)> {
        self.calls.next()
    }

    fn ended(&mut self, number: usize, end: End) {
        self.ends[number] = Some(end);
    }
}
