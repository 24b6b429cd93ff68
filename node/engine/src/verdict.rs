//! Whether an answer is the model's.

use crate::Completion;
use votive_digest::AnswerCode;

/// What comes of checking an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The output is the model's. Code, units and trace are here as this machine found them, for whoever was told of others.
    Right(Completion),
    /// It is another.
    Wrong(Difference),
}

/// Where an output parts from the model's, as far as the check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Difference {
    /// The model ends in an output, or in none, with another code.
    #[error("the model ends with code {0:?}")]
    Code(AnswerCode),
    /// The output is of another length.
    #[error("the output has {answer} bytes where the model gives {model}")]
    Length {
        /// Bytes of the output.
        answer: usize,
        /// Bytes of the model's.
        model: usize,
    },
    /// A byte is another.
    #[error("byte {position} of the output is another than the model's")]
    Byte {
        /// Its index.
        position: usize,
    },
    /// The output is not whole token ids.
    #[error("the output has {0} bytes, which are no whole token ids")]
    NotTokens(usize),
    /// A token is not of the vocabulary.
    #[error("token {position} of the output is not of the vocabulary")]
    UnknownToken {
        /// Its index.
        position: usize,
    },
    /// A token is another than the one that is drawn there.
    #[error("token {position} of the output is {answer} where the model draws {model}")]
    Token {
        /// Its index.
        position: usize,
        /// The output's.
        answer: u32,
        /// The model's.
        model: u32,
    },
    /// The model would go on.
    #[error("the output ends after {tokens} tokens, where the model goes on")]
    EndsEarly {
        /// Its tokens.
        tokens: usize,
    },
    /// The model would have ended.
    #[error("the output goes on after {tokens} tokens, where the model ends")]
    GoesOn {
        /// The tokens until then.
        tokens: usize,
    },
}

impl Difference {
    /// Where `answer` parts from the output `model`.
    pub(crate) fn of_bytes(answer: &[u8], model: &[u8]) -> Option<Self> {
        if answer.len() != model.len() {
            return Some(Self::Length { answer: answer.len(), model: model.len() });
        }
        let position = answer.iter().zip(model).position(|(answer, model)| answer != model)?;
        Some(Self::Byte { position })
    }
}
