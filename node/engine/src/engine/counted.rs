//! A batch whose calls are counted with the memory that each takes.

use super::Engine;
use crate::package::Package;
use crate::{Batch, Completion, EngineError, ModelCall, RunError};
use std::sync::Arc;
use votive_digest::Hash;

/// How a call of the engine ends.
type End = Result<Completion, EngineError>;

/// A batch whose calls each hold the package, by which their memory is counted. Whoever runs the batch holds it for the first.
pub(super) struct Counted<'a> {
    engine: &'a Engine,
    root: &'a Hash,
    batch: &'a mut dyn Batch<ModelCall, End>,
    /// A call that has come and does not run yet.
    waiting: Option<(usize, ModelCall)>,
    running: usize,
    /// One for each call that runs beside another.
    held: Vec<Arc<Package>>,
}

impl<'a> Counted<'a> {
    /// The batch of `first` and those that follow it, all of the package that `root` names.
    pub fn new(
        engine: &'a Engine,
        root: &'a Hash,
        batch: &'a mut dyn Batch<ModelCall, End>,
        first: (usize, ModelCall),
    ) -> Self {
        Self { engine, root, batch, waiting: Some(first), running: 0, held: Vec::new() }
    }
}

impl Batch<ModelCall, Result<Completion, RunError>> for Counted<'_> {
    fn next(&mut self) -> Option<(usize, ModelCall)> {
        let (number, call) = self.waiting.take().or_else(|| self.batch.next())?;
        if self.running > 0 {
            match self.engine.package(self.root, &call.budget) {
                Ok(package) => self.held.push(package),
                Err(_) => {
                    // There is room for it once another one ends.
                    self.waiting = Some((number, call));
                    return None;
                }
            }
        }
        self.running += 1;
        Some((number, call))
    }

    fn ended(&mut self, number: usize, end: Result<Completion, RunError>) {
        self.running -= 1;
        self.held.truncate(self.running.saturating_sub(1));
        self.batch.ended(number, end.map_err(EngineError::from));
    }
}
