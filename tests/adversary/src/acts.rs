//! What the adversary did, one line of JSON for each act.

use crate::rpc::{to_hex, RpcError};
use serde_json::{json, Value};
use sp_core::H256;
use std::io::{self, Write};
use votive_primitives::ids::RequestId;

/// A step of a seat, or what goes round it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A commit.
    Commit,
    /// A reveal.
    Reveal,
    /// An own transaction of an earlier request, byte for byte.
    Resend,
}

impl Step {
    const fn name(self) -> &'static str {
        match self {
            Step::Commit => "commit",
            Step::Reveal => "reveal",
            Step::Resend => "resend",
        }
    }
}

/// The line for what became of a transaction at the pool. A node that cannot be reached is an error, not an act.
pub fn line(step: Step, request: &RequestId, result: Result<H256, RpcError>) -> Result<Value, RpcError> {
    let request = to_hex(request.as_bytes());
    match result {
        Ok(hash) => Ok(json!({
            "act": step.name(),
            "request": request,
            "detail": { "transaction": to_hex(hash.as_bytes()) },
        })),
        Err(RpcError::Refused { code, message, detail }) => Ok(json!({
            "act": "refused",
            "request": request,
            "detail": { "step": step.name(), "code": code, "error": format!("{message}: {detail}") },
        })),
        Err(other) => Err(other),
    }
}

/// Prints a line. Whoever reads it may have gone; that ends nothing.
pub fn print(line: &Value) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_transaction_says_at_which_step_and_why() {
        let refused = RpcError::Refused { code: 1010, message: "Invalid".into(), detail: "outdated".into() };
        let line = line(Step::Reveal, &H256::zero(), Err(refused)).unwrap();
        assert_eq!(line["act"], "refused");
        assert_eq!(line["detail"]["step"], "reveal");
        assert_eq!(line["detail"]["error"], "Invalid: outdated");
    }
}
