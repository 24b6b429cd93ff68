//! AttributeProto: what an operator is told beside its inputs.

use super::wire::{Field, Fields};
use super::{push, OnnxError, Tensor};

/// The most attributes of a node.
const MAX_ATTRIBUTES: usize = 64;

/// The most integers of an attribute: two for each dimension.
const MAX_INTS: usize = 16;

/// The attributes of a node, of which none is read until it is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attributes<'a> {
    attributes: Vec<Attribute<'a>>,
}

#[derive(Clone, Copy, Debug)]
struct Attribute<'a> {
    name: &'a str,
    /// ONNX's number of its type, 0 in old files.
    kind: i64,
    message: &'a [u8],
}

/// A type of attributes: ONNX's number of it, the number of the field that holds it, and its name in messages.
#[derive(Clone, Copy)]
struct Kind(i64, u64, &'static str);

const FLOAT: Kind = Kind(1, 2, "float");
const INT: Kind = Kind(2, 3, "integer");
const TEXT: Kind = Kind(3, 4, "text");
const TENSOR: Kind = Kind(4, 5, "tensor");
const FLOATS: Kind = Kind(6, 7, "list of floats");
const INTS: Kind = Kind(7, 8, "list of integers");

impl<'a> Attributes<'a> {
    /// Appends the attribute of `message`.
    pub(super) fn read(&mut self, message: &'a [u8]) -> Result<(), OnnxError> {
        let mut attribute = Attribute { name: "", kind: 0, message };
        for field in Fields::of(message) {
            let field = field?;
            match field.number {
                1 => attribute.name = field.name()?,
                20 => attribute.kind = field.int()?,
                _ => {}
            }
        }
        if self.find(attribute.name).is_some() {
            return Err(OnnxError::Twice("an attribute"));
        }
        push(&mut self.attributes, attribute, "attributes of a node", MAX_ATTRIBUTES)
    }

    /// The names, in the order of the file.
    pub fn names(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.attributes.iter().map(|attribute| attribute.name)
    }

    /// The integer `name`.
    pub fn int(&self, name: &str) -> Result<Option<i64>, OnnxError> {
        let Some(fields) = self.fields(name, INT)? else { return Ok(None) };
        fields.last().map_or(Ok(0), |field| field.int()).map(Some)
    }

    /// The float `name`.
    pub fn float(&self, name: &str) -> Result<Option<f32>, OnnxError> {
        let Some(fields) = self.fields(name, FLOAT)? else { return Ok(None) };
        fields.last().map_or(Ok(0.0), |field| field.float()).map(Some)
    }

    /// The text `name`.
    pub fn text(&self, name: &str) -> Result<Option<&'a str>, OnnxError> {
        let Some(fields) = self.fields(name, TEXT)? else { return Ok(None) };
        fields.last().map_or(Ok(""), |field| field.name()).map(Some)
    }

    /// The tensor `name`.
    pub fn tensor(&self, name: &str) -> Result<Option<Tensor<'a>>, OnnxError> {
        let Some(fields) = self.fields(name, TENSOR)? else { return Ok(None) };
        let missing = || OnnxError::AttributeType(name.into(), TENSOR.2);
        Tensor::read(fields.last().ok_or_else(missing)?.bytes()?).map(Some)
    }

    /// The integers `name`, of which an operator over images has few.
    pub fn ints(&self, name: &str) -> Result<Option<Vec<i64>>, OnnxError> {
        let Some(fields) = self.fields(name, INTS)? else { return Ok(None) };
        let mut ints = Vec::new();
        for field in fields {
            field.append_ints(&mut ints, MAX_INTS)?;
            if ints.len() > MAX_INTS {
                return Err(OnnxError::TooMany { what: "integers in an attribute", limit: MAX_INTS });
            }
        }
        Ok(Some(ints))
    }

    /// The floats `name`.
    pub fn floats(&self, name: &str) -> Result<Option<Vec<f32>>, OnnxError> {
        let Some(fields) = self.fields(name, FLOATS)? else { return Ok(None) };
        let mut floats = Vec::new();
        for field in fields {
            field.append_floats(&mut floats)?;
        }
        Ok(Some(floats))
    }

    fn find(&self, name: &str) -> Option<Attribute<'a>> {
        self.attributes.iter().find(|attribute| attribute.name == name).copied()
    }

    /// The fields that hold the attribute `name`. Some writers leave a zero and an empty list out: then there are none.
    fn fields(&self, name: &str, kind: Kind) -> Result<Option<impl Iterator<Item = Field<'a>>>, OnnxError> {
        let Some(attribute) = self.find(name) else { return Ok(None) };
        let Kind(number, holder, label) = kind;
        let fields = Fields::of(attribute.message).flatten().filter(move |field| field.number == holder);
        let told = attribute.kind == number;
        if !told && (attribute.kind != 0 || fields.clone().next().is_none()) {
            return Err(OnnxError::AttributeType(name.into(), label));
        }
        Ok(Some(fields))
    }
}
