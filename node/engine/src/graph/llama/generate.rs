//! Generating: each prompt in one go, then token by token, for several answers together, which come and go as calls do.

use super::context::Context;
use super::{LoadedLlama, PREFILL_ROWS};
use crate::graph::{End, Generated, TokenCall};
use crate::ops::{self, OpError};
use crate::{Batch, Budget};
use candle_core::Tensor;
use votive_digest::Parameters;
use votive_kernels::{Sampling, MAX_TEMPERATURE_MILLI};

/// The calls of a batch, and how they end.
type Calls<'a> = dyn Batch<TokenCall, End<Generated>> + 'a;

/// What a request asks of a llama, after every check.
pub(super) struct Order {
    /// The begin token, if there is one, and the input's tokens: at least 1.
    pub prompt: Vec<u32>,
    /// The most tokens of the answer: at least 1.
    pub most: usize,
    pub sampling: Sampling,
    pub budget: Budget,
}

/// An order on the way to its answer.
struct Answering {
    /// Its call's number.
    number: usize,
    order: Order,
    context: Context,
    /// What goes into the last product for the token that is drawn next.
    row: Tensor,
    generated: Generated,
}

impl Answering {
    /// The token that was drawn last, of which there is one after the first draw.
    fn last_token(&self) -> u32 {
        self.generated.tokens[self.generated.tokens.len() - 1]
    }
}

impl LoadedLlama {
    /// The order of an input's tokens; `None` if the parameters are out of their range, or the prompt has no token or leaves
    /// no room for one.
    pub(super) fn order(&self, call: TokenCall) -> Option<Order> {
        let TokenCall { input, parameters, budget } = call;
        let Parameters { max_units, seed, temperature_milli, top_k } = parameters;
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

    /// Answers the calls of a batch: takes the token that comes next of all that are not at their end in one pass, and between two
    /// tokens another call in. Each has the bits that it has alone.
    pub(super) fn answer(&self, batch: &mut Calls<'_>) -> Result<(), OpError> {
        let mut running = Vec::new();
        loop {
            self.admit(batch, &mut running);
            if running.is_empty() {
                return Ok(());
            }
            running = self.draw_next(running, batch)?;
            running.retain(|Answering { number, order, .. }| {
                let stopped = order.budget.check().map_err(|stopped| batch.ended(*number, Err(stopped.into())));
                stopped.is_ok()
            });
            if !running.is_empty() {
                self.run_drawn(&mut running)?;
            }
        }
    }

    /// Runs the prompts of calls that are there: of all if none runs, else of one, since the others wait for it.
    fn admit(&self, batch: &mut Calls<'_>, running: &mut Vec<Answering>) {
        let most = if running.is_empty() { usize::MAX } else { 1 };
        for _ in 0..most {
            let Some((number, call)) = batch.next() else { return };
            match self.order(call).map(|order| self.begin(number, order)) {
                Some(Ok(answering)) => running.push(answering),
                Some(Err(error)) => batch.ended(number, Err(error)),
                None => batch.ended(number, Ok(None)),
            }
        }
    }

    /// Runs the prompt.
    fn begin(&self, number: usize, order: Order) -> Result<Answering, OpError> {
        // The last token of the answer is not run.
        let mut context = Context::new(&self.spec, order.prompt.len() + order.most - 1)?;
        let mut last = None;
        for tokens in order.prompt.chunks(PREFILL_ROWS) {
            let rows = self.advance(tokens, &mut [&mut context], &order.budget)?;
            last = Some(rows.narrow(0, tokens.len() - 1, 1)?);
        }
        let row = last.expect("an order's prompt has a token; qed");
        Ok(Answering { number, order, context, row, generated: Generated::default() })
    }

    /// Draws the next token of each answer, ends those that end with it, and returns the others.
    fn draw_next(&self, mut running: Vec<Answering>, batch: &mut Calls<'_>) -> Result<Vec<Answering>, OpError> {
        let rows: Vec<&Tensor> = running.iter().map(|answering| &answering.row).collect();
        let logits = self.logits(&Tensor::cat(&rows, 0)?)?;
        for (answering, logits) in running.iter_mut().zip(logits.chunks_exact(self.spec.vocabulary)) {
            let Answering { order, row, generated, .. } = answering;
            generated.tokens.push(votive_kernels::sample(logits, &order.sampling, generated.tokens.len() as u64)?);
            generated.last_layer_inputs.extend(ops::values(row)?);
        }
        let at_end = |answering: &Answering| {
            self.is_end(&answering.order, answering.last_token(), answering.generated.tokens.len())
        };
        let (done, others): (Vec<_>, Vec<_>) = running.into_iter().partition(at_end);
        for Answering { number, generated, .. } in done {
            batch.ended(number, Ok(Some(generated)));
        }
        Ok(others)
    }

    /// Runs the token that was drawn last for each answer.
    fn run_drawn(&self, running: &mut [Answering]) -> Result<(), OpError> {
        let tokens: Vec<u32> = running.iter().map(Answering::last_token).collect();
        let budget = Budget::joint(running.iter().map(|answering| &answering.order.budget));
        let mut contexts: Vec<&mut Context> = running.iter_mut().map(|answering| &mut answering.context).collect();
        let rows = self.advance(&tokens, &mut contexts, &budget)?;
        for (index, answering) in running.iter_mut().enumerate() {
            answering.row = rows.narrow(0, index, 1)?;
        }
        Ok(())
    }
}
