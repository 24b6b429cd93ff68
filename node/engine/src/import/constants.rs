//! What a graph holds or computes beside the values that flow through its layers: its initializers, what its Constant nodes hold, the
//! same under other names or transposed, and the sizes that it computes of the shapes of its values.

mod sizes;

pub(super) use sizes::from_the_start;

use super::onnx::{Graph, Node, Tensor, AI_ONNX};
use super::{ImportError, OperatorError};
use sizes::Sizes;
use std::collections::{BTreeMap, BTreeSet};

/// The constants of a graph by name.
pub(super) struct Constants<'a> {
    constants: BTreeMap<&'a str, Constant<'a>>,
    /// Places of the nodes that only give a constant.
    givers: BTreeSet<usize>,
    /// Values that are computed, but of constants and shapes alone.
    aside: BTreeSet<&'a str>,
    sizes: Sizes<'a>,
    taken: BTreeSet<&'a str>,
    /// Elements of constants that may be taken again.
    spare: usize,
}

/// A constant of the file.
#[derive(Clone)]
struct Constant<'a> {
    tensor: Tensor<'a>,
    /// Its shape: the tensor's, or if it is transposed, that of the transposed matrix.
    shape: Vec<usize>,
    is_transposed: bool,
}

impl<'a> Constants<'a> {
    /// The constants of `graph`, which stands in a file of `file_bytes`.
    pub fn of(graph: &Graph<'a>, file_bytes: usize) -> Result<Self, ImportError> {
        let mut constants = Self {
            constants: BTreeMap::new(),
            givers: BTreeSet::new(),
            aside: BTreeSet::new(),
            sizes: Sizes::default(),
            taken: BTreeSet::new(),
            spare: file_bytes / size_of::<f32>(),
        };
        for tensor in &graph.initializers {
            constants.insert(tensor.name, Constant::of(tensor.clone()))?;
        }
        // Constants stand before the nodes that take them, like all values.
        for node in &graph.nodes {
            constants.read(node)?;
        }
        Ok(constants)
    }

    /// Whether there is a constant of that name.
    pub fn contains(&self, name: &str) -> bool {
        self.constants.contains_key(name)
    }

    /// Whether `node` only gives a constant.
    pub fn are_given_by(&self, node: &Node) -> bool {
        self.givers.contains(&node.index)
    }

    /// Whether the value is no part of what flows through the layers: a constant, or computed of constants and shapes alone.
    pub fn is_aside(&self, name: &str) -> bool {
        self.contains(name) || self.aside.contains(name)
    }

    /// The shape of the constant `name`.
    pub fn shape(&self, name: &str) -> Result<&[usize], OperatorError> {
        Ok(&self.get(name)?.shape)
    }

    /// The floats of the constant `name`. But for single values, which cost nothing, what is taken again, by other operators, is
    /// together at most as long as the file: a file that named one large constant often would be unfolded into many.
    pub fn take(&mut self, name: &str) -> Result<Vec<f32>, OperatorError> {
        let Constant { tensor, is_transposed, shape } =
            self.constants.get(name).ok_or_else(|| OperatorError::NotConstant(name.into()))?;
        if tensor.elements > 1 && !self.taken.insert(tensor.name) {
            let spare = self.spare.checked_sub(tensor.elements);
            self.spare = spare.ok_or_else(|| OperatorError::SharedConstant(name.into()))?;
        }
        let values = tensor.f32s()?;
        Ok(match shape[..] {
            [columns, _] if *is_transposed => transposed(&values, columns),
            _ => values,
        })
    }

    /// Keeps what `node` gives, if that is no part of what flows through the layers.
    fn read(&mut self, node: &Node<'a>) -> Result<(), ImportError> {
        let Some(name) = node.outputs.first() else { return Ok(()) };
        let is_own = node.domain == AI_ONNX;
        let inputs = || node.inputs.iter().filter(|name| !name.is_empty());
        let first = node.input(0).and_then(|name| self.constants.get(name));
        let constant = match (node.operator, first) {
            ("Constant", _) if is_own => {
                node.attributes.tensor("value")?.map(|tensor| Constant::of(tensor.named(name)))
            }
            // Exporters write equal constants once, and name them again.
            ("Identity", Some(constant)) if is_own => Some(constant.clone()),
            ("Transpose", Some(constant)) if is_own => constant.transposed(node)?,
            _ => None,
        };
        match constant {
            Some(constant) => {
                self.givers.insert(node.index);
                self.insert(name, constant)?;
            }
            None if is_own && matches!(node.operator, "Constant" | "Shape") => self.aside.extend(&node.outputs),
            None if inputs().next().is_some() && inputs().all(|name| self.is_aside(name)) => {
                self.aside.extend(&node.outputs);
            }
            None => {}
        }
        Ok(())
    }

    fn insert(&mut self, name: &'a str, constant: Constant<'a>) -> Result<(), ImportError> {
        match self.constants.insert(name, constant) {
            None => Ok(()),
            Some(_) => Err(ImportError::DuplicateValue(name.into())),
        }
    }

    fn get(&self, name: &str) -> Result<&Constant<'a>, OperatorError> {
        self.constants.get(name).ok_or_else(|| OperatorError::NotConstant(name.into()))
    }
}

impl<'a> Constant<'a> {
    fn of(tensor: Tensor<'a>) -> Self {
        Self { shape: tensor.shape.clone(), tensor, is_transposed: false }
    }

    /// What Transpose `node` makes of it, if it is a matrix.
    fn transposed(&self, node: &Node) -> Result<Option<Self>, ImportError> {
        let swaps = node.attributes.ints("perm")?.is_none_or(|order| order == [1, 0]);
        let [rows, columns] = self.shape[..] else { return Ok(None) };
        let is_transposed = !self.is_transposed;
        Ok(swaps.then(|| Self { tensor: self.tensor.clone(), shape: vec![columns, rows], is_transposed }))
    }
}

/// A matrix of rows × `columns` as columns × rows.
pub(super) fn transposed(matrix: &[f32], columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| matrix.iter().skip(column).step_by(columns).copied()).collect()
}
