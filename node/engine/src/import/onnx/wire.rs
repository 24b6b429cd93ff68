//! The wire format of protocol buffers, read field by field and without a copy. Source: protobuf.dev, "Encoding".

use super::OnnxError;

/// The longest name in a file, in bytes.
pub const MAX_NAME_BYTES: usize = 1024;

/// One field of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'a> {
    /// Number of the field.
    pub number: u64,
    value: Value<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Value<'a> {
    Varint(u64),
    Fixed32([u8; 4]),
    Fixed64,
    Bytes(&'a [u8]),
}

/// The fields of a message, in the order of the file. Ends with the first error.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// Reads the fields of `message`.
    pub fn of(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    fn field(&mut self) -> Result<Field<'a>, OnnxError> {
        let key = self.varint()?;
        let value = match key & 7 {
            0 => Value::Varint(self.varint()?),
            1 => {
                self.take(8)?;
                Value::Fixed64
            }
            2 => {
                let length = self.varint()?;
                Value::Bytes(self.take(usize::try_from(length).map_err(|_| OnnxError::Truncated)?)?)
            }
            5 => {
                let (bytes, rest) = self.rest.split_first_chunk().ok_or(OnnxError::Truncated)?;
                self.rest = rest;
                Value::Fixed32(*bytes)
            }
            other => return Err(OnnxError::WireType(other)),
        };
        Ok(Field { number: key >> 3, value })
    }

    fn varint(&mut self) -> Result<u64, OnnxError> {
        let (value, rest) = varint(self.rest)?;
        self.rest = rest;
        Ok(value)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], OnnxError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(OnnxError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, OnnxError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

impl<'a> Field<'a> {
    /// The bytes of a message or of a string.
    pub fn bytes(&self) -> Result<&'a [u8], OnnxError> {
        match self.value {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(self.wrong_type()),
        }
    }

    /// A name: UTF-8 of at most [`MAX_NAME_BYTES`], without control characters, by which a file could write to a terminal what it likes.
    pub fn name(&self) -> Result<&'a str, OnnxError> {
        let bytes = self.bytes()?;
        if bytes.len() > MAX_NAME_BYTES {
            return Err(OnnxError::LongName(bytes.len()));
        }
        let name = std::str::from_utf8(bytes).map_err(OnnxError::Name)?;
        if name.chars().any(char::is_control) {
            return Err(OnnxError::ControlCharacter(name.escape_debug().to_string()));
        }
        Ok(name)
    }

    /// An integer. Negative ones are written as their two's complement of 64 bits.
    pub fn int(&self) -> Result<i64, OnnxError> {
        match self.value {
            Value::Varint(value) => Ok(value.cast_signed()),
            _ => Err(self.wrong_type()),
        }
    }

    /// A float.
    pub fn float(&self) -> Result<f32, OnnxError> {
        match self.value {
            Value::Fixed32(bytes) => Ok(f32::from_le_bytes(bytes)),
            _ => Err(self.wrong_type()),
        }
    }

    /// Appends the integers of a repeated field, packed or not, until there are more than `most`.
    pub fn append_ints(&self, ints: &mut Vec<i64>, most: usize) -> Result<(), OnnxError> {
        let mut packed = match self.value {
            Value::Varint(value) => {
                ints.push(value.cast_signed());
                return Ok(());
            }
            Value::Bytes(packed) => packed,
            _ => return Err(self.wrong_type()),
        };
        while !packed.is_empty() && ints.len() <= most {
            let (value, rest) = varint(packed)?;
            ints.push(value.cast_signed());
            packed = rest;
        }
        Ok(())
    }

    /// Appends the floats of a repeated field, packed or not.
    pub fn append_floats(&self, floats: &mut Vec<f32>) -> Result<(), OnnxError> {
        match self.value {
            Value::Fixed32(bytes) => floats.push(f32::from_le_bytes(bytes)),
            Value::Bytes(packed) if packed.len().is_multiple_of(size_of::<f32>()) => {
                floats.extend(crate::package::f32s(packed));
            }
            Value::Bytes(_) => return Err(OnnxError::Truncated),
            _ => return Err(self.wrong_type()),
        }
        Ok(())
    }

    fn wrong_type(&self) -> OnnxError {
        OnnxError::FieldType(self.number)
    }
}

/// Seven bits a byte, the lowest first; the highest bit of a byte says that another follows.
fn varint(bytes: &[u8]) -> Result<(u64, &[u8]), OnnxError> {
    let mut value = 0u64;
    for (index, byte) in bytes.iter().enumerate() {
        let bits = u64::from(byte & 0x7f);
        // The tenth byte holds the last of 64 bits.
        if index > 9 || (index == 9 && bits > 1) {
            return Err(OnnxError::Varint);
        }
        value |= bits << (7 * index);
        if byte & 0x80 == 0 {
            return Ok((value, &bytes[index + 1..]));
        }
    }
    Err(OnnxError::Truncated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_varint_has_its_lowest_bits_first() {
        assert_eq!(varint(&[0x96, 0x01, 0xff]).expect("150"), (150, &[0xff][..]));
        let most = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(varint(&most).expect("64 bits"), (u64::MAX, &[][..]));
    }

    #[test]
    fn a_varint_of_more_than_64_bits_is_refused() {
        assert!(matches!(varint(&[0xff; 9].into_iter().chain([2]).collect::<Vec<_>>()), Err(OnnxError::Varint)));
        assert!(matches!(varint(&[0x80; 40]), Err(OnnxError::Varint)));
    }

    #[test]
    fn a_length_beyond_the_message_is_refused() {
        let errors: Vec<_> = Fields::of(&[0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f, 0]).collect();
        assert!(matches!(errors[..], [Err(OnnxError::Truncated)]));
    }

    #[test]
    fn groups_are_refused() {
        let mut fields = Fields::of(&[0x0b, 0x0c]);
        assert!(matches!(fields.next(), Some(Err(OnnxError::WireType(3)))));
        assert!(fields.next().is_none());
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Fields::of(&bytes).count() <= bytes.len());
        }
    }
}
