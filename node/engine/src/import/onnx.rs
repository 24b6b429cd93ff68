//! The messages of an ONNX file that the import reads, borrowed from the file's bytes. Source: onnx/onnx.proto.
//!
//! Nothing is allocated for what a tensor holds until it is asked for, and every count is bounded as it grows: a reader that
//! builds the whole file first would make a hundred bytes of memory from two of the file.

mod attributes;
mod error;
mod graph;
mod node;
mod tensor;
mod value;
mod wire;

pub use error::OnnxError;
pub use wire::MAX_NAME_BYTES;

pub(crate) use attributes::Attributes;
pub(crate) use graph::Graph;
pub(crate) use node::Node;
pub(crate) use tensor::Tensor;
pub(crate) use value::{Dimension, Element, Value};

use wire::Fields;

/// The domain of ONNX's own operators, which a file may also leave empty.
pub(crate) const AI_ONNX: &str = "ai.onnx";

/// The domain of the operators of classical models, as scikit-learn's exporter uses.
pub(crate) const AI_ONNX_ML: &str = "ai.onnx.ml";

/// The operator sets that the import knows, by domain: the first and the last version.
const OPERATOR_SETS: [(&str, i64, i64); 2] = [(AI_ONNX, 7, 28), (AI_ONNX_ML, 1, 5)];

/// The most operator sets that a file may name.
const MAX_OPERATOR_SETS: usize = 64;

/// The graph of `file`, whose operator sets are known.
pub(crate) fn read_graph(file: &[u8]) -> Result<Graph<'_>, OnnxError> {
    let mut graph = None;
    let mut operator_sets = 0;
    for field in Fields::of(file) {
        let field = field?;
        match field.number {
            7 => {
                let earlier = graph.replace(field.bytes()?);
                if earlier.is_some() {
                    return Err(OnnxError::Twice("graph"));
                }
            }
            8 => {
                operator_sets += 1;
                if operator_sets > MAX_OPERATOR_SETS {
                    return Err(OnnxError::TooMany { what: "operator sets", limit: MAX_OPERATOR_SETS });
                }
                check_operator_set(field.bytes()?)?;
            }
            _ => {}
        }
    }
    if operator_sets == 0 {
        return Err(OnnxError::NoOperatorSet);
    }
    Graph::read(graph.ok_or(OnnxError::NoGraph)?)
}

/// Refuses a version that the import does not know of a domain that it reads. Operators of other domains are refused one by
/// one, if the model uses any.
fn check_operator_set(message: &[u8]) -> Result<(), OnnxError> {
    let (mut domain, mut version) = (AI_ONNX, 0);
    for field in Fields::of(message) {
        let field = field?;
        match field.number {
            1 => domain = canonical_domain(field.name()?),
            2 => version = field.int()?,
            _ => {}
        }
    }
    match OPERATOR_SETS.into_iter().find(|(known, ..)| *known == domain) {
        Some((domain, first, last)) if !(first..=last).contains(&version) => {
            Err(OnnxError::OperatorSet { domain, version, first, last })
        }
        _ => Ok(()),
    }
}

/// A domain under its one name.
fn canonical_domain(domain: &str) -> &str {
    if domain.is_empty() {
        AI_ONNX
    } else {
        domain
    }
}

/// Appends to a list that a file may make `limit` long.
fn push<T>(list: &mut Vec<T>, item: T, what: &'static str, limit: usize) -> Result<(), OnnxError> {
    if list.len() == limit {
        return Err(OnnxError::TooMany { what, limit });
    }
    list.push(item);
    Ok(())
}
