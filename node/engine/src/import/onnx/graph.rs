//! GraphProto: nodes, constants, and what enters and leaves.

use super::wire::Fields;
use super::{push, Node, OnnxError, Tensor, Value};

/// The most nodes of a graph.
const MAX_NODES: usize = 4096;

/// The most constants of a graph.
const MAX_INITIALIZERS: usize = 4096;

/// The most values that enter a graph: old files list the constants among them.
const MAX_INPUTS: usize = 2 * MAX_INITIALIZERS;

/// The most values that leave a graph.
const MAX_OUTPUTS: usize = 64;

/// The graph of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph<'a> {
    /// Its nodes, in the order of the file.
    pub nodes: Vec<Node<'a>>,
    /// Its constants.
    pub initializers: Vec<Tensor<'a>>,
    /// What enters it.
    pub inputs: Vec<Value<'a>>,
    /// What leaves it.
    pub outputs: Vec<Value<'a>>,
}

impl<'a> Graph<'a> {
    /// Reads the graph of `message`.
    pub fn read(message: &'a [u8]) -> Result<Self, OnnxError> {
        let mut graph = Self::default();
        for field in Fields::of(message) {
            let field = field?;
            match field.number {
                1 => {
                    let node = Node::read(graph.nodes.len(), field.bytes()?)?;
                    push(&mut graph.nodes, node, "nodes", MAX_NODES)?;
                }
                5 => push(&mut graph.initializers, Tensor::read(field.bytes()?)?, "constants", MAX_INITIALIZERS)?,
                11 => push(&mut graph.inputs, Value::read(field.bytes()?)?, "inputs", MAX_INPUTS)?,
                12 => push(&mut graph.outputs, Value::read(field.bytes()?)?, "outputs", MAX_OUTPUTS)?,
                15 => return Err(OnnxError::Sparse),
                _ => {}
            }
        }
        Ok(graph)
    }
}
