//! Replaying: an answer checked by one pass over the prompt and itself. The logits of a position depend neither on the rows
//! that run with it nor on those after it, so that this pass gives the bits of generating, many rows at a time.

use super::context::Context;
use super::generate::Order;
use super::{LoadedLlama, HEAD_ROWS, PREFILL_ROWS};
use crate::graph::{Generated, Replayed};
use crate::ops::{self, OpError};
use crate::Difference;
use candle_core::Tensor;

impl LoadedLlama {
    /// Draws each token of `answer` again.
    pub(super) fn redraw(&self, order: &Order, answer: &[u32]) -> Result<Replayed, OpError> {
        if let Some(difference) = self.misfit(order, answer) {
            return Ok(Replayed::Differs(difference));
        }
        // The row that a token is drawn from is that of the token before.
        let run: Vec<u32> = order.prompt.iter().chain(&answer[..answer.len() - 1]).copied().collect();
        let mut context = Context::new(&self.spec, run.len())?;
        let mut drawn = Generated::default();
        let mut skipped = order.prompt.len() - 1;
        for tokens in run.chunks(PREFILL_ROWS) {
            let rows = self.advance(tokens, &mut [&mut context], &order.budget)?;
            let first = skipped.min(tokens.len());
            skipped -= first;
            for start in (first..tokens.len()).step_by(HEAD_ROWS) {
                self.draw(&rows.narrow(0, start, HEAD_ROWS.min(tokens.len() - start))?, order, &mut drawn)?;
                if let Some(difference) = first_difference(&drawn.tokens, answer) {
                    return Ok(Replayed::Differs(difference));
                }
            }
        }
        Ok(Replayed::Equal(drawn))
    }

    /// What shows without running the model that `answer` is another: it has no token or an unknown one, or does not end
    /// where an answer ends.
    fn misfit(&self, order: &Order, answer: &[u32]) -> Option<Difference> {
        if let Some(position) = answer.iter().position(|token| *token as usize >= self.spec.vocabulary) {
            return Some(Difference::UnknownToken { position });
        }
        let ends = |(index, token): (usize, &u32)| self.is_end(order, *token, index + 1).then_some(index + 1);
        match answer.iter().enumerate().find_map(ends) {
            None => Some(Difference::EndsEarly { tokens: answer.len() }),
            Some(end) if end < answer.len() => Some(Difference::GoesOn { tokens: end }),
            Some(_) => None,
        }
    }

    /// Draws the next token of the output from each of `rows`.
    fn draw(&self, rows: &Tensor, order: &Order, drawn: &mut Generated) -> Result<(), OpError> {
        let logits = self.logits(rows)?;
        for logits in logits.chunks_exact(self.spec.vocabulary) {
            let token = votive_kernels::sample(logits, &order.sampling, drawn.tokens.len() as u64)?;
            drawn.tokens.push(token);
        }
        drawn.last_layer_inputs.extend(ops::values(rows)?);
        Ok(())
    }
}

/// The first of the tokens `drawn` that is another than that of `answer`.
fn first_difference(drawn: &[u32], answer: &[u32]) -> Option<Difference> {
    let mut pairs = drawn.iter().zip(answer).enumerate();
    let (position, (&model, &answer)) = pairs.find(|(_, (model, answer))| model != answer)?;
    Some(Difference::Token { position, answer, model })
}
