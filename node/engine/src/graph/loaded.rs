//! A loaded graph, from the bytes of requests to what it computes.

use super::{Computed, End, Generated, Generates, Graph, Replayed, TokenCall};
use crate::ops::OpError;
use crate::package::InputSpec;
use crate::tokens::TokenInput;
use crate::{Batch, Budget, ModelCall};

/// The calls of a batch, and how they end.
type Calls<'a> = dyn Batch<ModelCall, End<Computed>> + 'a;

/// A loaded graph, and how it reads the bytes of a request.
pub(crate) enum LoadedGraph {
    OfValues { input: InputSpec, graph: Box<dyn Graph<Vec<f32>>> },
    OfTokens { input: TokenInput, graph: Box<dyn Graph<Vec<u32>>> },
    Generator { input: TokenInput, graph: Box<dyn Generates> },
}

impl LoadedGraph {
    /// Runs the calls of a batch together.
    ///
    /// # Errors
    /// What ended all calls that run.
    pub fn run(&self, batch: &mut Calls<'_>) -> Result<(), OpError> {
        match self {
            Self::OfValues { input: spec, graph } => forward(&**graph, batch, |input| read_finite(spec, input)),
            Self::OfTokens { input: tokens, graph } => forward(&**graph, batch, |input| Ok(tokens.read(input))),
            Self::Generator { input: tokens, graph } => graph.generate(&mut ReadTokens { tokens, batch }),
        }
    }

    /// Replays an answer of tokens, which only a graph that generates gives; `None` if the input or the parameters are not what the
    /// manifest declares.
    pub fn replay(&self, call: ModelCall, answer: &[u32]) -> Result<Option<Replayed>, OpError> {
        let Self::Generator { input: tokens, graph } = self else { return Ok(None) };
        tokens.read(&call.input).map_or(Ok(None), |input| graph.replay(token_call(input, call), answer))
    }

    /// The text of an answer's tokens, for people, if there is a tokenizer that knows it.
    pub fn text(&self, answer: &[u32]) -> Option<String> {
        match self {
            Self::Generator { input, .. } => input.decode(answer),
            Self::OfValues { .. } | Self::OfTokens { .. } => None,
        }
    }
}

/// The calls of a batch whose inputs are tokens.
struct ReadTokens<'a, 'b> {
    tokens: &'a TokenInput,
    batch: &'a mut Calls<'b>,
}

impl Batch<TokenCall, End<Generated>> for ReadTokens<'_, '_> {
    fn next(&mut self) -> Option<(usize, TokenCall)> {
        loop {
            let (number, call) = self.batch.next()?;
            match self.tokens.read(&call.input) {
                Some(input) => return Some((number, token_call(input, call))),
                None => self.batch.ended(number, Ok(None)),
            }
        }
    }

    fn ended(&mut self, number: usize, end: End<Generated>) {
        self.batch.ended(number, end.map(|generated| generated.map(Computed::Tokens)));
    }
}

fn token_call(input: Vec<u32>, ModelCall { parameters, budget, .. }: ModelCall) -> TokenCall {
    TokenCall { input, parameters, budget }
}

fn read_finite(spec: &InputSpec, input: &[u8]) -> Result<Option<Vec<f32>>, OpError> {
    let values = spec.read(input);
    values.iter().try_for_each(|values| votive_kernels::check_finite(values))?;
    Ok(values)
}

/// Runs a graph that gives values: the calls that are there together, and then those that have come meanwhile.
fn forward<I>(
    graph: &dyn Graph<I>,
    batch: &mut Calls<'_>,
    read: impl Fn(&[u8]) -> Result<Option<I>, OpError>,
) -> Result<(), OpError> {
    loop {
        let (mut numbers, mut budgets, mut inputs) = (Vec::new(), Vec::new(), Vec::new());
        while let Some((number, call)) = batch.next() {
            match read(&call.input) {
                Ok(Some(input)) => {
                    numbers.push(number);
                    budgets.push(call.budget);
                    inputs.push(input);
                }
                Ok(None) => batch.ended(number, Ok(None)),
                Err(error) => batch.ended(number, Err(error)),
            }
        }
        if inputs.is_empty() {
            return Ok(());
        }
        for (number, computed) in numbers.into_iter().zip(graph.forward(inputs, &Budget::joint(&budgets))?) {
            batch.ended(number, Ok(Some(Computed::Values(computed))));
        }
    }
}
