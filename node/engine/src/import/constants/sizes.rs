//! Sizes that a graph computes of the shapes of its values, as PyTorch's `x.view(x.size(0), -1)` does.
//!
//! A package answers one input at a time, so the batch is 1 and each of these sizes is a number. Only what makes lists of integers is
//! followed; an operator that asks for another list is refused.

use super::Constants;
use crate::import::onnx::{Node, AI_ONNX};
use crate::import::steps::Flow;
use crate::import::OperatorError;
use crate::weights::MAX_DIMENSIONS;
use std::collections::BTreeMap;

/// What is known of sizes so far.
#[derive(Default)]
pub(super) struct Sizes<'a> {
    flows: BTreeMap<&'a str, Flow>,
    lists: BTreeMap<&'a str, Vec<i64>>,
}

impl<'a> Constants<'a> {
    /// Learns that `flow` flows under the name of `value`.
    pub fn learn(&mut self, value: &'a str, flow: Flow) {
        self.sizes.flows.insert(value, flow);
    }

    /// Computes what `node` gives, if it is a list of sizes; what cannot be computed is in nothing's way until an operator asks for it.
    pub fn compute(&mut self, node: &Node<'a>) {
        if let (Some(name), Some(list)) = (node.outputs.first(), self.computed(node)) {
            self.sizes.lists.insert(name, list);
        }
    }

    /// The sizes that `name` holds as its values.
    pub fn sizes(&self, name: &str) -> Result<Vec<i64>, OperatorError> {
        match (self.sizes.lists.get(name), self.constants.get(name)) {
            (Some(list), _) => Ok(list.clone()),
            (None, Some(constant)) => Ok(constant.tensor.i64s()?),
            (None, None) => Err(OperatorError::NotConstant(name.into())),
        }
    }

    fn computed(&self, node: &Node) -> Option<Vec<i64>> {
        let list = |index| self.list(node.input(index)?);
        let list = match node.operator {
            _ if node.domain != AI_ONNX => return None,
            "Constant" => match node.attributes.ints("value_ints").ok()? {
                Some(list) => list,
                None => vec![node.attributes.int("value_int").ok()??],
            },
            "Shape" => self.shape_of(node)?,
            "Gather" if is_along_lists(node) => {
                let (from, places) = (list(0)?, list(1)?);
                places
                    .into_iter()
                    .map(|place| from.get(from_the_start(place, from.len())?).copied())
                    .collect::<Option<_>>()?
            }
            "Concat" if is_along_lists(node) => (0..node.inputs.len()).map(list).collect::<Option<Vec<_>>>()?.concat(),
            "Mul" => match (&list(0)?[..], &list(1)?[..]) {
                ([left], [right]) => vec![left.checked_mul(*right)?],
                _ => return None,
            },
            // A single size is the same in every shape.
            "Reshape" | "Squeeze" | "Unsqueeze" => list(0).filter(|list| list.len() == 1)?,
            _ => return None,
        };
        Some(list).filter(|list| list.len() <= MAX_DIMENSIONS)
    }

    /// The list of integers under a name: computed, or a constant of one dimension at most.
    fn list(&self, name: &str) -> Option<Vec<i64>> {
        let is_list = |name| self.shape(name).is_ok_and(|shape| shape.len() < 2);
        if self.sizes.lists.contains_key(name) || is_list(name) {
            self.sizes(name).ok()
        } else {
            None
        }
    }

    /// What Shape `node` gives.
    fn shape_of(&self, node: &Node) -> Option<Vec<i64>> {
        let sizes = self.sizes.flows.get(node.input(0)?)?.with_batch();
        let bound = |name, otherwise: usize| match node.attributes.int(name).ok()? {
            None => Some(otherwise),
            Some(place) if place < 0 => from_the_start(place, sizes.len()),
            Some(place) => usize::try_from(place).ok(),
        };
        let range = bound("start", 0)?..bound("end", sizes.len())?;
        sizes.get(range)?.iter().map(|size| i64::try_from(*size).ok()).collect()
    }
}

/// Whether an operator over lists goes along their only dimension.
fn is_along_lists(node: &Node) -> bool {
    node.attributes.int("axis").is_ok_and(|axis| axis.is_none_or(|axis| axis == 0 || axis == -1))
}

/// The place, counted from the end if it is negative, in what has `length` places.
pub(in crate::import) fn from_the_start(place: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    let place = if place < 0 { place.checked_add(length)? } else { place };
    usize::try_from(place).ok()
}
