//! The constants of a graph: its initializers, and what its Constant nodes hold.

use super::onnx::{Graph, Tensor, AI_ONNX};
use super::{ImportError, OperatorError};
use std::collections::{BTreeMap, BTreeSet};

/// The constants of a graph by name.
pub(super) struct Constants<'a> {
    tensors: BTreeMap<&'a str, Tensor<'a>>,
    taken: BTreeSet<&'a str>,
}

impl<'a> Constants<'a> {
    /// The constants of `graph`.
    pub fn of(graph: &Graph<'a>) -> Result<Self, ImportError> {
        let mut tensors = BTreeMap::new();
        let mut insert = |name: &'a str, tensor| match tensors.insert(name, tensor) {
            None => Ok(()),
            Some(_) => Err(ImportError::DuplicateValue(name.into())),
        };
        for tensor in &graph.initializers {
            insert(tensor.name, tensor.clone())?;
        }
        let constants = graph.nodes.iter().filter(|node| (node.domain, node.operator) == (AI_ONNX, "Constant"));
        for node in constants {
            // A constant of another kind than a tensor is in nothing's way until an operator needs it.
            if let (Some(name), Some(tensor)) = (node.outputs.first(), node.attributes.tensor("value")?) {
                insert(name, tensor.named(name))?;
            }
        }
        Ok(Self { tensors, taken: BTreeSet::new() })
    }

    /// Whether there is a constant of that name.
    pub fn contains(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// The shape of the constant `name`.
    pub fn shape(&self, name: &str) -> Result<&[usize], OperatorError> {
        Ok(&self.get(name)?.shape)
    }

    /// The shape that the constant `name` holds as its values.
    pub fn sizes(&self, name: &str) -> Result<Vec<i64>, OperatorError> {
        Ok(self.get(name)?.i64s()?)
    }

    /// The floats of the constant `name`. But for single values, which cost nothing, each goes to one operator: a file that named one
    /// large constant often would be unfolded into many.
    pub fn take(&mut self, name: &str) -> Result<Vec<f32>, OperatorError> {
        let tensor = self.tensors.get(name).ok_or_else(|| OperatorError::NotConstant(name.into()))?;
        if tensor.elements > 1 && !self.taken.insert(tensor.name) {
            return Err(OperatorError::SharedConstant(name.into()));
        }
        Ok(tensor.f32s()?)
    }

    fn get(&self, name: &str) -> Result<&Tensor<'a>, OperatorError> {
        self.tensors.get(name).ok_or_else(|| OperatorError::NotConstant(name.into()))
    }
}
