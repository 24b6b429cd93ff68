//! NodeProto: one use of an operator.

use super::wire::Fields;
use super::{canonical_domain, push, Attributes, OnnxError, AI_ONNX};
use std::fmt;

/// The most inputs, and the most outputs, of a node.
const MAX_OPERANDS: usize = 32;

/// One use of an operator.
#[derive(Clone, Debug)]
pub(crate) struct Node<'a> {
    /// Place in the file's list of nodes.
    pub index: usize,
    /// Operator, such as `Gemm`.
    pub operator: &'a str,
    /// Domain of the operator.
    pub domain: &'a str,
    /// Names of the values that it takes; empty where an optional one is left out.
    pub inputs: Vec<&'a str>,
    /// Names of the values that it gives; empty where an optional one is left out.
    pub outputs: Vec<&'a str>,
    /// Its attributes.
    pub attributes: Attributes<'a>,
    name: &'a str,
}

impl<'a> Node<'a> {
    /// Reads the node at `index`.
    pub fn read(index: usize, message: &'a [u8]) -> Result<Self, OnnxError> {
        let mut node = Self {
            index,
            operator: "",
            domain: AI_ONNX,
            inputs: Vec::new(),
            outputs: Vec::new(),
            attributes: Attributes::default(),
            name: "",
        };
        for field in Fields::of(message) {
            let field = field?;
            match field.number {
                1 => push(&mut node.inputs, field.name()?, "inputs of a node", MAX_OPERANDS)?,
                2 => push(&mut node.outputs, field.name()?, "outputs of a node", MAX_OPERANDS)?,
                3 => node.name = field.name()?,
                4 => node.operator = field.name()?,
                5 => node.attributes.read(field.bytes()?)?,
                7 => node.domain = canonical_domain(field.name()?),
                _ => {}
            }
        }
        Ok(node)
    }

    /// The input at `index`, if it is there.
    pub fn input(&self, index: usize) -> Option<&'a str> {
        self.inputs.get(index).copied().filter(|name| !name.is_empty())
    }
}

/// Operator and name as messages show them; a node without a name is told by its place.
impl fmt::Display for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            "" => write!(f, "{} (node {})", self.operator, self.index),
            name => write!(f, "{} (node `{name}`)", self.operator),
        }
    }
}
