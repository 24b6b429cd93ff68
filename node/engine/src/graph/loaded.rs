//! A loaded graph, from the bytes of requests to what it computes.

use super::{Computed, Ended, Generates, Graph, Replayed, TokenCall};
use crate::ops::OpError;
use crate::package::InputSpec;
use crate::tokens::TokenInput;
use crate::{Budget, ModelCall};
use votive_digest::Parameters;

/// A loaded graph, and how it reads the bytes of a request.
pub(crate) enum LoadedGraph {
    OfValues { input: InputSpec, graph: Box<dyn Graph<Vec<f32>>> },
    OfTokens { input: TokenInput, graph: Box<dyn Graph<Vec<u32>>> },
    Generator { input: TokenInput, graph: Box<dyn Generates> },
}

impl LoadedGraph {
    /// Runs calls together, and tells `ended` of each as soon as it ends.
    ///
    /// # Errors
    /// What ended all calls of which `ended` was not told.
    pub fn run(&self, calls: &[ModelCall<'_>], ended: &mut Ended<'_, Computed>) -> Result<(), OpError> {
        match self {
            Self::OfValues { input: spec, graph } => forward(&**graph, calls, |input| read_finite(spec, input), ended),
            Self::OfTokens { input: tokens, graph } => forward(&**graph, calls, |input| Ok(tokens.read(input)), ended),
            Self::Generator { input: tokens, graph } => {
                let (places, calls) = read_each(calls, |input| Ok(tokens.read(input)), ended);
                let token_call =
                    |(ModelCall { parameters, budget, .. }, input)| TokenCall { input, parameters, budget };
                graph.generate(calls.into_iter().map(token_call).collect(), &mut |place, generated| {
                    ended(places[place], generated.map(|generated| generated.map(Computed::Tokens)));
                })
            }
        }
    }

    /// Replays an answer of tokens, which only a graph that generates gives; `None` as in [`run`](Self::run).
    pub fn replay(
        &self,
        input: &[u8],
        parameters: &Parameters,
        answer: &[u32],
        budget: &Budget,
    ) -> Result<Option<Replayed>, OpError> {
        let Self::Generator { input: tokens, graph } = self else { return Ok(None) };
        let Some(ids) = tokens.read(input) else { return Ok(None) };
        graph.replay(ids, parameters, answer, budget)
    }

    /// The text of an answer's tokens, for people, if there is a tokenizer that knows it.
    pub fn text(&self, answer: &[u32]) -> Option<String> {
        match self {
            Self::Generator { input, .. } => input.decode(answer),
            Self::OfValues { .. } | Self::OfTokens { .. } => None,
        }
    }
}

/// Reads the inputs of calls, and tells `ended` of those that are not what the manifest declares. The others come with their
/// places in `calls`.
fn read_each<'a, I>(
    calls: &[ModelCall<'a>],
    read: impl Fn(&[u8]) -> Result<Option<I>, OpError>,
    ended: &mut Ended<'_, Computed>,
) -> (Vec<usize>, Vec<(ModelCall<'a>, I)>) {
    let (mut places, mut inputs) = (Vec::with_capacity(calls.len()), Vec::with_capacity(calls.len()));
    for (place, call) in calls.iter().enumerate() {
        match read(call.input) {
            Ok(Some(input)) => {
                places.push(place);
                inputs.push((*call, input));
            }
            Ok(None) => ended(place, Ok(None)),
            Err(error) => ended(place, Err(error)),
        }
    }
    (places, inputs)
}

fn read_finite(spec: &InputSpec, input: &[u8]) -> Result<Option<Vec<f32>>, OpError> {
    let values = spec.read(input);
    values.iter().try_for_each(|values| votive_kernels::check_finite(values))?;
    Ok(values)
}

/// Runs a graph that gives values on the inputs of calls.
fn forward<I>(
    graph: &dyn Graph<I>,
    calls: &[ModelCall<'_>],
    read: impl Fn(&[u8]) -> Result<Option<I>, OpError>,
    ended: &mut Ended<'_, Computed>,
) -> Result<(), OpError> {
    let (places, calls) = read_each(calls, read, ended);
    if calls.is_empty() {
        return Ok(());
    }
    let budget = Budget::joint(calls.iter().map(|(call, _)| call.budget));
    let inputs = calls.into_iter().map(|(_, input)| input).collect();
    for (place, computed) in places.into_iter().zip(graph.forward(inputs, &budget)?) {
        ended(place, Ok(Some(Computed::Values(computed))));
    }
    Ok(())
}
