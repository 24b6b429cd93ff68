//! Generating: prompts block by block, then token by token, for several answers together, which come and go as calls do.

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
    /// How many tokens of the prompt have run.
    prompted: usize,
    /// What goes into the last product for the token that is drawn next, once the prompt has run.
    row: Option<Tensor>,
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

    /// Answers the calls of a batch, which come and go: runs some of their prompts, then takes in one pass the token that comes next
    /// of all whose prompts have run, and so on. Each has the bits that it has alone.
    pub(super) fn answer(&self, batch: &mut Calls<'_>) -> Result<(), OpError> {
        let mut running = Vec::new();
        loop {
            self.admit(batch, &mut running);
            if running.is_empty() {
                return Ok(());
            }
            self.run_prompts(batch, &mut running);
            let (drawing, prompted): (Vec<_>, Vec<_>) =
                running.into_iter().partition(|answering: &Answering| answering.row.is_some());
            running = self.run_tokens(batch, drawing)?;
            running.extend(prompted);
        }
    }

    /// Takes the calls that are there.
    fn admit(&self, batch: &mut Calls<'_>, running: &mut Vec<Answering>) {
        while let Some((number, call)) = batch.next() {
            match self.order(call).map(|order| self.begin(number, order)) {
                Some(Ok(answering)) => running.push(answering),
                Some(Err(error)) => batch.ended(number, Err(error)),
                None => batch.ended(number, Ok(None)),
            }
        }
    }

    fn begin(&self, number: usize, order: Order) -> Result<Answering, OpError> {
        // The last token of the answer is not run.
        let context = Context::new(&self.spec, order.prompt.len() + order.most - 1)?;
        Ok(Answering { number, order, context, prompted: 0, row: None, generated: Generated::default() })
    }

    /// Runs prompts that have not run, as many as fill a block of rows, or the next block of a longer one: those that draw tokens wait
    /// for it.
    fn run_prompts(&self, batch: &mut Calls<'_>, running: &mut Vec<Answering>) {
        let mut room = PREFILL_ROWS;
        running.retain_mut(|answering| {
            let left = (answering.order.prompt.len() - answering.prompted).min(PREFILL_ROWS);
            if left == 0 || left > room {
                return true;
            }
            room -= left;
            let ran = self.run_block(answering, left);
            ran.map_err(|error| batch.ended(answering.number, Err(error))).is_ok()
        });
    }

    /// Runs the next `rows` tokens of the prompt.
    fn run_block(&self, answering: &mut Answering, rows: usize) -> Result<(), OpError> {
        let Answering { order, context, prompted, row, .. } = answering;
        let tokens = &order.prompt[*prompted..][..rows];
        let ran = self.advance(tokens, &mut [context], &order.budget)?;
        *prompted += rows;
        if *prompted == order.prompt.len() {
            *row = Some(ran.narrow(0, rows - 1, 1)?);
        }
        Ok(())
    }

    /// Draws the next token of each answer and runs it, but for those that end with it or whose time is over.
    fn run_tokens(&self, batch: &mut Calls<'_>, drawing: Vec<Answering>) -> Result<Vec<Answering>, OpError> {
        if drawing.is_empty() {
            return Ok(drawing);
        }
        let mut running = self.draw_next(drawing, batch)?;
        running.retain(|Answering { number, order, .. }| {
            let stopped = order.budget.check().map_err(|stopped| batch.ended(*number, Err(stopped.into())));
            stopped.is_ok()
        });
        if !running.is_empty() {
            self.run_drawn(&mut running)?;
        }
        Ok(running)
    }

    /// Draws the next token of each answer, ends those that end with it, and returns the others.
    fn draw_next(&self, mut running: Vec<Answering>, batch: &mut Calls<'_>) -> Result<Vec<Answering>, OpError> {
        let rows: Vec<&Tensor> = running.iter().filter_map(|answering| answering.row.as_ref()).collect();
        let rows = Tensor::cat(&rows, 0)?;
        let (logits, values) = (self.logits(&rows)?, ops::values(&rows)?);
        let drawn_from = logits.chunks_exact(self.spec.vocabulary).zip(values.chunks_exact(self.spec.hidden));
        for (Answering { order, generated, .. }, (logits, values)) in running.iter_mut().zip(drawn_from) {
            generated.tokens.push(votive_kernels::sample(logits, &order.sampling, generated.tokens.len() as u64)?);
            generated.last_layer_inputs.extend(values);
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
            answering.row = Some(rows.narrow(0, index, 1)?);
        }
        Ok(())
    }
}
