//! Where a graph ends for a package: classifiers go on from their probabilities to a label, which the package's labels tell.

use super::chain::Producers;
use super::constants::Constants;
use super::onnx::{Graph, Node};
use super::ImportError;
use std::collections::BTreeSet;

/// Operators that only look up or reshape a label after ArgMax.
const LABEL_OPERATORS: [&str; 6] = ["ArrayFeatureExtractor", "Cast", "Identity", "LabelEncoder", "Reshape", "Squeeze"];

/// Operators that only name or rename probabilities.
const NAMING_OPERATORS: [&str; 2] = ["Identity", "ZipMap"];

/// The value from which all outputs of `graph` come, before labels are looked up.
pub(super) fn find<'a>(
    graph: &Graph<'a>,
    producers: &Producers<'_, 'a>,
    constants: &Constants<'a>,
) -> Result<&'a str, ImportError> {
    let mut ends = BTreeSet::new();
    for output in &graph.outputs {
        let scores = before_label(output.name, producers, constants)?;
        ends.insert(before(scores, &NAMING_OPERATORS, producers, constants)?.0);
    }
    match ends.len() {
        0 => Err(ImportError::NoOutput),
        1 => Ok(ends.pop_first().unwrap_or_default()),
        _ => Err(ImportError::SeveralOutputs(graph.outputs.iter().map(|output| output.name.into()).collect())),
    }
}

/// What ArgMax takes if `output` is a label that comes from one, and `output` if it is not.
fn before_label<'a>(
    output: &'a str,
    producers: &Producers<'_, 'a>,
    constants: &Constants<'a>,
) -> Result<&'a str, ImportError> {
    let (value, reader) = before(output, &LABEL_OPERATORS, producers, constants)?;
    match producers.producer(value, reader)? {
        Some(node) if node.operator == "ArgMax" => producers.operand(node, constants),
        _ => Ok(output),
    }
}

/// The value before the operators of that kind which lead to `value`, and the first of them.
fn before<'g, 'a>(
    mut value: &'a str,
    operators: &[&str],
    producers: &Producers<'g, 'a>,
    constants: &Constants<'a>,
) -> Result<(&'a str, Option<&'g Node<'a>>), ImportError> {
    let mut reader = None;
    while let Some(node) = producers.producer(value, reader)? {
        if !operators.contains(&node.operator) {
            break;
        }
        value = producers.operand(node, constants)?;
        reader = Some(node);
    }
    Ok((value, reader))
}
