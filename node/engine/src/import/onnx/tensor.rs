//! TensorProto: a constant of the file.

use super::wire::{Field, Fields};
use super::{Element, OnnxError};
use crate::weights::MAX_DIMENSIONS;

/// A tensor, of which nothing but its shape is read until it is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Tensor<'a> {
    /// Its name; empty in an attribute.
    pub name: &'a str,
    /// Dimensions, the slowest first.
    pub shape: Vec<usize>,
    /// Their product.
    pub elements: usize,
    element: Element,
    message: &'a [u8],
}

/// Where ONNX keeps a tensor's elements: as bytes, or in a list of their type.
const RAW_BYTES: u64 = 9;

impl<'a> Tensor<'a> {
    /// Reads the shape of a tensor, and refuses one whose elements lie elsewhere.
    pub fn read(message: &'a [u8]) -> Result<Self, OnnxError> {
        let (mut name, mut element, mut dimensions) = ("", Element::default(), Vec::new());
        let (mut external, mut segment) = (false, false);
        for field in Fields::of(message) {
            let field = field?;
            match field.number {
                1 => field.append_ints(&mut dimensions, MAX_DIMENSIONS)?,
                2 => element = Element(field.int()?),
                3 => segment = true,
                8 => name = field.name()?,
                13 => external = true,
                14 => external |= field.int()? != 0,
                _ => {}
            }
            if dimensions.len() > MAX_DIMENSIONS {
                return Err(OnnxError::Dimensions(name.into()));
            }
        }
        if external {
            return Err(OnnxError::ExternalData(name.into()));
        }
        if segment {
            return Err(OnnxError::Segment(name.into()));
        }
        let refused = || OnnxError::Dimensions(name.into());
        let shape: Vec<usize> =
            dimensions.into_iter().map(usize::try_from).collect::<Result<_, _>>().map_err(|_| refused())?;
        let elements = shape.iter().try_fold(1usize, |product, n| product.checked_mul(*n)).ok_or_else(refused)?;
        Ok(Self { name, shape, elements, element, message })
    }

    /// The same tensor under another name.
    pub fn named(self, name: &'a str) -> Self {
        Self { name, ..self }
    }

    /// The values of a tensor of 32-bit floats.
    pub fn f32s(&self) -> Result<Vec<f32>, OnnxError> {
        self.expect(Element::F32, "a 32-bit float")?;
        if let Some(raw) = self.raw()? {
            let due = self.elements.checked_mul(size_of::<f32>());
            return if due == Some(raw.len()) { Ok(crate::package::f32s(raw)) } else { Err(self.miscounted()) };
        }
        let mut floats = Vec::new();
        for field in self.listed(4) {
            field?.append_floats(&mut floats)?;
        }
        if floats.len() == self.elements {
            Ok(floats)
        } else {
            Err(self.miscounted())
        }
    }

    /// The values of a tensor of integers that describes a shape, so that it has few.
    pub fn i64s(&self) -> Result<Vec<i64>, OnnxError> {
        self.expect(Element::I64, "a 64-bit integer")?;
        if self.elements > MAX_DIMENSIONS {
            return Err(OnnxError::TooMany { what: "elements in a shape", limit: MAX_DIMENSIONS });
        }
        let mut ints = Vec::new();
        if let Some(raw) = self.raw()? {
            let (chunks, rest) = raw.as_chunks();
            if !rest.is_empty() {
                return Err(self.miscounted());
            }
            ints.extend(chunks.iter().take(self.elements + 1).map(|chunk| i64::from_le_bytes(*chunk)));
        } else {
            for field in self.listed(7) {
                field?.append_ints(&mut ints, self.elements)?;
                if ints.len() > self.elements {
                    break;
                }
            }
        }
        if ints.len() == self.elements {
            Ok(ints)
        } else {
            Err(self.miscounted())
        }
    }

    fn expect(&self, element: Element, name: &'static str) -> Result<(), OnnxError> {
        if self.element == element {
            return Ok(());
        }
        Err(OnnxError::ElementType { tensor: self.name.into(), actual: self.element.0, expected: name })
    }

    fn raw(&self) -> Result<Option<&'a [u8]>, OnnxError> {
        self.listed(RAW_BYTES).next().transpose()?.map(|field| field.bytes()).transpose()
    }

    /// The fields of that number, which [`read`](Self::read) has found sound.
    fn listed(&self, number: u64) -> impl Iterator<Item = Result<Field<'a>, OnnxError>> {
        Fields::of(self.message).filter(move |field| field.as_ref().is_ok_and(|field| field.number == number))
    }

    fn miscounted(&self) -> OnnxError {
        OnnxError::ElementCount { tensor: self.name.into(), expected: self.elements }
    }
}
