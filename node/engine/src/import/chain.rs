//! The chain of operators from the input of a graph to one of its values.

use super::constants::Constants;
use super::onnx::{Graph, Node, Value};
use super::{ImportError, OperatorError};
use std::collections::{BTreeMap, BTreeSet};

/// Which node gives which value.
pub(super) struct Producers<'g, 'a> {
    nodes: BTreeMap<&'a str, &'g Node<'a>>,
    inputs: BTreeMap<&'a str, &'g Value<'a>>,
}

/// Operators of which each takes what the one before it gives.
pub(super) struct Chain<'g, 'a> {
    /// What the first one takes.
    pub input: &'g Value<'a>,
    /// The operators, in the order of computation.
    pub nodes: Vec<&'g Node<'a>>,
}

impl<'g, 'a> Producers<'g, 'a> {
    /// The producers of `graph`, each of whose values is given once.
    pub fn of(graph: &'g Graph<'a>, constants: &Constants<'a>) -> Result<Self, ImportError> {
        let twice = |name: &str| ImportError::DuplicateValue(name.into());
        let mut inputs = BTreeMap::new();
        // Old files list the constants among the inputs.
        for input in graph.inputs.iter().filter(|input| !constants.contains(input.name)) {
            if inputs.insert(input.name, input).is_some() {
                return Err(twice(input.name));
            }
        }
        let mut nodes = BTreeMap::new();
        let outputs = graph.nodes.iter().flat_map(|node| node.outputs.iter().map(move |name| (*name, node)));
        for (name, node) in outputs.filter(|(name, _)| !name.is_empty()) {
            let constant = constants.contains(name) && !constants.are_given_by(node);
            if constant || inputs.contains_key(name) || nodes.insert(name, node).is_some() {
                return Err(twice(name));
            }
        }
        Ok(Self { nodes, inputs })
    }

    /// The node that gives `value`, if one does. Nodes stand in the order of computation, so it must stand before `reader`, the
    /// node that takes the value: which is why no walk along producers goes in a circle.
    pub fn producer(&self, value: &str, reader: Option<&Node>) -> Result<Option<&'g Node<'a>>, ImportError> {
        match (self.nodes.get(value), reader) {
            (Some(node), Some(reader)) if node.index >= reader.index => {
                Err(ImportError::Order { node: reader.to_string(), value: value.into() })
            }
            (node, _) => Ok(node.copied()),
        }
    }

    /// The one input of `node` that is computed.
    pub fn operand(&self, node: &Node<'a>, constants: &Constants) -> Result<&'a str, ImportError> {
        let mut computed = Vec::new();
        for name in node.inputs.iter().filter(|name| !name.is_empty() && !constants.is_aside(name)) {
            if !self.nodes.contains_key(name) && !self.inputs.contains_key(name) {
                return Err(ImportError::MissingValue { node: node.to_string(), value: (*name).into() });
            }
            computed.push(*name);
        }
        match computed[..] {
            [operand] => Ok(operand),
            _ => Err(ImportError::operator(
                node,
                OperatorError::Operands(computed.into_iter().map(Into::into).collect()),
            )),
        }
    }

    /// The chain that computes `end`.
    pub fn chain_to(&self, end: &str, constants: &Constants) -> Result<Chain<'g, 'a>, ImportError> {
        let mut nodes: Vec<&'g Node<'a>> = Vec::new();
        let mut value = end;
        while let Some(node) = self.producer(value, nodes.last().copied())? {
            if !super::operators::is_known(node) {
                let taken = node.inputs.iter().find(|name| !name.is_empty() && !constants.is_aside(name));
                return Err(ImportError::operator(node, OperatorError::Unsupported(taken.map(|name| (*name).into()))));
            }
            if node.outputs.first() != Some(&value) {
                return Err(ImportError::operator(node, OperatorError::SideOutput(value.into())));
            }
            value = self.operand(node, constants)?;
            nodes.push(node);
        }
        nodes.reverse();
        let input = self.inputs.get(value).ok_or_else(|| ImportError::UnknownValue(value.into()))?;
        Ok(Chain { input, nodes })
    }
}

impl Chain<'_, '_> {
    /// The nodes of `graph` that the chain does not need and that compute more than constants and sizes, as messages show them.
    pub fn left_out(&self, graph: &Graph, constants: &Constants) -> Vec<String> {
        let needed: BTreeSet<usize> = self.nodes.iter().map(|node| node.index).collect();
        let is_aside = |node: &Node| node.outputs.iter().all(|name| constants.is_aside(name));
        let left = graph.nodes.iter().filter(|node| !needed.contains(&node.index) && !is_aside(node));
        left.map(ToString::to_string).collect()
    }
}
