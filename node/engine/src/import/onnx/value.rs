//! ValueInfoProto: a value that enters or leaves the graph, with its type.

use super::wire::Fields;
use super::{push, OnnxError};
use crate::weights::MAX_DIMENSIONS;

/// ONNX's number of an element type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Element(pub i64);

impl Element {
    /// 32-bit floats.
    pub const F32: Self = Self(1);
    /// Bytes.
    pub const U8: Self = Self(2);
    /// 64-bit integers.
    pub const I64: Self = Self(7);
}

/// A dimension of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dimension {
    /// Known when the file was written.
    Fixed(i64),
    /// Known when the model runs.
    Free,
}

/// A value of the graph.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'a> {
    /// Its name.
    pub name: &'a str,
    kind: &'a [u8],
}

impl<'a> Value<'a> {
    /// Reads the name of a value.
    pub fn read(message: &'a [u8]) -> Result<Self, OnnxError> {
        let mut value = Self { name: "", kind: &[] };
        for field in Fields::of(message) {
            let field = field?;
            match field.number {
                1 => value.name = field.name()?,
                2 => value.kind = field.bytes()?,
                _ => {}
            }
        }
        Ok(value)
    }

    /// Elements and dimensions, if it is a tensor; no dimensions if they are not told.
    pub fn tensor(&self) -> Result<Option<(Element, Vec<Dimension>)>, OnnxError> {
        let mut tensor = None;
        for field in Fields::of(self.kind) {
            let field = field?;
            if field.number == 1 {
                tensor = Some(field.bytes()?);
            }
        }
        let Some(tensor) = tensor else { return Ok(None) };
        let (mut element, mut dimensions) = (Element::default(), Vec::new());
        for field in Fields::of(tensor) {
            let field = field?;
            match field.number {
                1 => element = Element(field.int()?),
                2 => dimensions = read_shape(field.bytes()?)?,
                _ => {}
            }
        }
        Ok(Some((element, dimensions)))
    }
}

fn read_shape(message: &[u8]) -> Result<Vec<Dimension>, OnnxError> {
    let mut dimensions = Vec::new();
    for field in Fields::of(message) {
        let field = field?;
        if field.number == 1 {
            push(&mut dimensions, read_dimension(field.bytes()?)?, "dimensions of a value", MAX_DIMENSIONS)?;
        }
    }
    Ok(dimensions)
}

fn read_dimension(message: &[u8]) -> Result<Dimension, OnnxError> {
    let mut dimension = Dimension::Free;
    for field in Fields::of(message) {
        let field = field?;
        if field.number == 1 {
            dimension = Dimension::Fixed(field.int()?);
        }
    }
    Ok(dimension)
}
