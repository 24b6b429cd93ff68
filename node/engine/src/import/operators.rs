//! Operators: what each of them makes of the steps so far.

mod activation;
mod arguments;
mod arithmetic;
mod batch_normalization;
mod clip;
mod conv;
mod gemm;
mod global_max_pool;
mod identity;
mod mat_mul;
mod max_pool;
mod reshape;
mod scaler;

use super::constants::Constants;
use super::onnx::{Node, AI_ONNX, AI_ONNX_ML};
use super::steps::Steps;
use super::OperatorError;

/// An operator: appends its step, or none if it changes nothing.
type Append = fn(&Node, &mut Constants, &mut Steps) -> Result<(), OperatorError>;

/// The operators that the import takes, by domain and name.
const OPERATORS: [(&str, &str, Append); 25] = [
    (AI_ONNX, "Add", arithmetic::add),
    (AI_ONNX, "BatchNormalization", batch_normalization::append),
    (AI_ONNX, "Cast", identity::cast),
    (AI_ONNX, "Clip", clip::clip),
    (AI_ONNX, "Conv", conv::append),
    (AI_ONNX, "Div", arithmetic::divide),
    (AI_ONNX, "Dropout", identity::dropout),
    (AI_ONNX, "Flatten", reshape::flatten),
    (AI_ONNX, "Gemm", gemm::append),
    (AI_ONNX, "GlobalMaxPool", global_max_pool::append),
    (AI_ONNX, "Identity", identity::identity),
    (AI_ONNX, "MatMul", mat_mul::append),
    (AI_ONNX, "Max", clip::max),
    (AI_ONNX, "MaxPool", max_pool::append),
    (AI_ONNX, "Mul", arithmetic::multiply),
    (AI_ONNX, "ReduceMax", global_max_pool::reduce_max),
    (AI_ONNX, "Relu", activation::relu),
    (AI_ONNX, "Reshape", reshape::reshape),
    (AI_ONNX, "Sigmoid", activation::sigmoid),
    (AI_ONNX, "Softmax", activation::softmax),
    (AI_ONNX, "Squeeze", reshape::squeeze),
    (AI_ONNX, "Sub", arithmetic::subtract),
    (AI_ONNX, "Tanh", activation::tanh),
    (AI_ONNX, "Unsqueeze", reshape::unsqueeze),
    (AI_ONNX_ML, "Scaler", scaler::append),
];

/// Appends what `node` computes to `steps`.
pub(super) fn append(node: &Node, constants: &mut Constants, steps: &mut Steps) -> Result<(), OperatorError> {
    find(node).ok_or(OperatorError::Unsupported(None))?(node, constants, steps)
}

/// Whether the import takes the operator of `node`.
pub(super) fn is_known(node: &Node) -> bool {
    find(node).is_some()
}

fn find(node: &Node) -> Option<Append> {
    let known = OPERATORS.into_iter().find(|(domain, name, _)| (*domain, *name) == (node.domain, node.operator));
    known.map(|(.., append)| append)
}
