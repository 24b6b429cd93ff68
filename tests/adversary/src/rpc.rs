//! JSON-RPC over plain HTTP, as any client speaks it.

use serde_json::{json, Value};
use std::time::Duration;
use ureq::Agent;

const TIMEOUT: Duration = Duration::from_secs(30);

/// Blocks have up to 5 MiB, twice that in hexadecimal.
const MAX_ANSWER_BYTES: u64 = 16 << 20;

/// Why a call has no result.
#[derive(Debug, thiserror::Error)]
pub enum RpcError {
    /// The node could not be reached, or spoke no HTTP.
    #[error("no answer from the node")]
    Http(#[from] ureq::Error),
    /// What came back is not JSON-RPC, or not of the form that the method promises.
    #[error("the node's answer to {0} cannot be read")]
    Unreadable(&'static str),
    /// The node refused the call.
    #[error("{code} {message}: {detail}")]
    Refused {
        /// JSON-RPC's code; those of the transaction pool begin at 1010.
        code: i64,
        /// What it is.
        message: String,
        /// What is said about it.
        detail: String,
    },
}

/// A node's RPC. Its clones share their connections.
#[derive(Clone)]
pub struct Rpc {
    agent: Agent,
    url: String,
}

impl Rpc {
    /// The RPC at `url`. Connects with the first call.
    pub fn new(url: &str) -> Self {
        let config = Agent::config_builder().timeout_global(Some(TIMEOUT)).max_idle_connections_per_host(16).build();
        Self { agent: config.into(), url: url.to_owned() }
    }

    /// Calls a method.
    pub fn call(&self, method: &'static str, params: Value) -> Result<Value, RpcError> {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
        let mut response = self.agent.post(&self.url).header("content-type", "application/json").send(body)?;
        let text = response.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_string()?;
        result_of(method, &text)
    }

    /// Calls a method whose result is hexadecimal text.
    pub fn bytes(&self, method: &'static str, params: Value) -> Result<Vec<u8>, RpcError> {
        let result = self.call(method, params)?;
        result.as_str().and_then(unhex).ok_or(RpcError::Unreadable(method))
    }
}

/// Bytes from hexadecimal text with `0x` before it.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    hex::decode(text.strip_prefix("0x")?).ok()
}

/// Hexadecimal text with `0x` before it.
pub fn to_hex(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

fn result_of(method: &'static str, text: &str) -> Result<Value, RpcError> {
    let mut answer: Value = serde_json::from_str(text).map_err(|_| RpcError::Unreadable(method))?;
    if let Some(error) = answer.get("error") {
        let part = |name: &str| match error.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        let code = error.get("code").and_then(Value::as_i64).unwrap_or_default();
        return Err(RpcError::Refused { code, message: part("message"), detail: part("data") });
    }
    answer.get_mut("result").map(Value::take).ok_or(RpcError::Unreadable(method))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_pool_keeps_its_code_and_its_reason() {
        let text = r#"{"jsonrpc":"2.0","id":1,"error":{"code":1010,"message":"Invalid Transaction","data":"Custom error: 2"}}"#;
        let error = result_of("author_submitExtrinsic", text).unwrap_err();
        assert_eq!(error.to_string(), "1010 Invalid Transaction: Custom error: 2");
    }

    #[test]
    fn a_null_result_is_a_result() {
        assert_eq!(result_of("x", r#"{"jsonrpc":"2.0","id":1,"result":null}"#).unwrap(), Value::Null);
        assert!(result_of("x", r#"{"jsonrpc":"2.0","id":1}"#).is_err());
    }

    #[test]
    fn hexadecimal_text_needs_its_prefix() {
        assert_eq!(unhex("0x00ff"), Some(vec![0, 255]));
        assert_eq!(unhex("00ff"), None);
        assert_eq!(to_hex(&[0, 255]), "0x00ff");
    }
}
