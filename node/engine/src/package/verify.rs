//! Checking answers that others gave.

use super::{completed, ended, Package};
use crate::graph::{Computed, LoadedGraph, Replayed};
use crate::ops::OpError;
use crate::tokens::whole_ids;
use crate::{Budget, Difference, ModelCall, RunError, Verdict};
use votive_digest::{AnswerCode, Parameters};

impl Package {
    /// Whether `output` is the model's answer to `input`. An output of tokens is checked by one pass over prompt and answer, many
    /// times faster than it was generated; any other, and one that is empty, by running the model.
    ///
    /// # Errors
    /// As [`run`](Self::run): this machine could not tell.
    pub fn verify(&self, input: &[u8], parameters: &Parameters, output: &[u8]) -> Result<Verdict, RunError> {
        self.verify_within(input, parameters, output, &Budget::unlimited())
    }

    /// As [`verify`](Self::verify), within `budget`.
    ///
    /// # Errors
    /// As [`verify`](Self::verify), and that the budget ended the check.
    pub fn verify_within(
        &self,
        input: &[u8],
        parameters: &Parameters,
        output: &[u8],
        budget: &Budget,
    ) -> Result<Verdict, RunError> {
        match &self.graph {
            LoadedGraph::Generator { .. } if !output.is_empty() => self.replay(input, parameters, output, budget),
            _ => {
                let completion = self.run_within(input, parameters, budget)?;
                Ok(match Difference::of_bytes(output, &completion.output) {
                    None => Verdict::Right(completion),
                    Some(_) if completion.code != AnswerCode::Complete => {
                        Verdict::Wrong(Difference::Code(completion.code))
                    }
                    Some(difference) => Verdict::Wrong(difference),
                })
            }
        }
    }

    fn replay(
        &self,
        input: &[u8],
        parameters: &Parameters,
        output: &[u8],
        budget: &Budget,
    ) -> Result<Verdict, RunError> {
        let Some(answer) = whole_ids(output) else {
            return Ok(Verdict::Wrong(Difference::NotTokens(output.len())));
        };
        votive_kernels::check_environment().map_err(RunError::Kernel)?;
        let _running = self.threads.begin();
        let call = ModelCall { input: input.to_vec(), parameters: *parameters, budget: budget.clone() };
        let replayed = self.graph.replay(call, &answer);
        let verdict = replayed.and_then(|replayed| replayed.map(judge).transpose());
        Ok(ended(verdict)?.unwrap_or_else(|failed| Verdict::Wrong(Difference::Code(failed.code))))
    }
}

fn judge(replayed: Replayed) -> Result<Verdict, OpError> {
    Ok(match replayed {
        Replayed::Equal(generated) => Verdict::Right(completed(Computed::Tokens(generated))?),
        Replayed::Differs(difference) => Verdict::Wrong(difference),
    })
}
