//! What enters the graph, as the file and as the manifest tell it.

use super::onnx::{Dimension, Element, Value};
use super::steps::Flow;
use super::ImportError;
use crate::package::{InputSpec, InputType, PackageError};

/// The type of the values of input `value`, and what flows from it.
pub(super) fn read(value: &Value) -> Result<(InputType, Flow), ImportError> {
    let refused = || ImportError::Input(value.name.into());
    let (element, dimensions) = value.tensor()?.ok_or_else(refused)?;
    let dtype = match element {
        Element::F32 => InputType::F32,
        Element::U8 => InputType::U8,
        _ => return Err(refused()),
    };
    let (batch, sizes) = dimensions.split_first().ok_or_else(refused)?;
    // Some exporters write a free batch as 0 or -1.
    if matches!(batch, Dimension::Fixed(2..)) {
        return Err(refused());
    }
    let size = |dimension: &Dimension| match dimension {
        Dimension::Fixed(size) => usize::try_from(*size).ok().filter(|size| *size > 0),
        Dimension::Free => None,
    };
    let sizes: Vec<usize> = sizes.iter().map(size).collect::<Option<_>>().ok_or_else(refused)?;
    let flow = Flow::of(&sizes).ok_or_else(refused)?;
    // Here, and not with the manifest: golden inputs are made of its size.
    spec(dtype, flow).check().map_err(PackageError::Manifest)?;
    Ok((dtype, flow))
}

/// The input of a package whose layers begin with `flow`.
pub(super) fn spec(dtype: InputType, flow: Flow) -> InputSpec {
    InputSpec { dtype, shape: flow.with_batch().split_off(1), scale: None }
}
