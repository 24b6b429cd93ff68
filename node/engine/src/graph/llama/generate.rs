//! Generating: the prompt in one go, then token by token.

use super::context::Context;
use super::{LoadedLlama, PREFILL_ROWS};
use crate::graph::Generated;
use crate::ops::{self, OpError};
use crate::Budget;
use candle_core::Tensor;
use votive_digest::Parameters;
use votive_kernels::{Sampling, MAX_TEMPERATURE_MILLI};

/// What a request asks of a llama, after every check.
pub(super) struct Order<'a> {
    /// The begin token, if there is one, and the input's tokens: at least 1.
    pub prompt: Vec<u32>,
    /// The most tokens of the answer: at least 1.
    pub most: usize,
    pub sampling: Sampling,
    pub budget: &'a Budget,
}

impl LoadedLlama {
    /// The order of an input's tokens; `None` if the parameters are out of their range, or the prompt has no token or leaves
    /// no room for one.
    pub(super) fn order<'a>(&self, input: Vec<u32>, parameters: &Parameters, budget: &'a Budget) -> Option<Order<'a>> {
        let &Parameters { max_units, seed, temperature_milli, top_k } = parameters;
        let prompt: Vec<u32> = self.spec.begin_token.into_iter().chain(input).collect();
        let room = self.spec.max_tokens.checked_sub(prompt.len())?;
        let most = self.max_answer.min(room).min(usize::try_from(max_units).unwrap_or(usize::MAX));
        if prompt.is_empty() || most == 0 || temperature_milli > MAX_TEMPERATURE_MILLI {
            return None;
        }
        let mut sampling = Sampling { temperature_milli, top_k, seed: [0; 32] };
        sampling.seed[..8].copy_from_slice(&seed.to_le_bytes());
        Some(Order { prompt, most, sampling, budget })
    }

    /// Whether an answer ends with `token`, the last of `count`.
    pub(super) fn is_end(&self, order: &Order, token: u32, count: usize) -> bool {
        count == order.most || self.spec.stop_tokens.contains(&token)
    }

    /// Answers `order`.
    pub(super) fn answer(&self, order: &Order) -> Result<Generated, OpError> {
        // The last token of the answer is not run.
        let mut context = Context::new(&self.spec, order.prompt.len() + order.most - 1, order.budget)?;
        let mut row = self.prefill(&order.prompt, &mut context)?;
        let mut generated = Generated::default();
        loop {
            let token = votive_kernels::sample(&self.logits(&row)?, &order.sampling, generated.tokens.len() as u64)?;
            generated.last_layer_inputs.extend(ops::values(&row)?);
            generated.tokens.push(token);
            if self.is_end(order, token, generated.tokens.len()) {
                return Ok(generated);
            }
            row = self.advance(&[token], &mut context)?;
        }
    }

    /// Runs the prompt and returns the row of its last token.
    fn prefill(&self, prompt: &[u32], context: &mut Context) -> Result<Tensor, OpError> {
        let mut last = None;
        for tokens in prompt.chunks(PREFILL_ROWS) {
            let rows = self.advance(tokens, context)?;
            last = Some(rows.narrow(0, tokens.len() - 1, 1)?);
        }
        Ok(last.expect("an order's prompt has a token; qed"))
    }
}
