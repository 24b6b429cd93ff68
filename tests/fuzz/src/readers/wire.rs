//! Edits of a message of protocol buffers, field by field, so that the lengths around an edit stay right.

use arbitrary::{Result, Unstructured};

/// Messages inside of each other that are edited; what lies deeper stays bytes.
const MAX_DEPTH: u8 = 8;

/// Numbers at which sizes and counts break.
const NUMBERS: [u64; 12] = [0, 1, 2, 3, 8, 127, 1 << 16, (1 << 31) - 1, 1 << 32, 1 << 62, i64::MAX as u64, u64::MAX];

/// A field: its number and wire type, and what it holds.
#[derive(Clone)]
struct Field {
    key: u64,
    value: Value,
}

#[derive(Clone)]
enum Value {
    Varint(u64),
    Fixed(Vec<u8>),
    Bytes(Vec<u8>),
    Message(Vec<Field>),
}

/// `message` with up to `most` edits.
pub fn edited(message: &[u8], case: &mut Unstructured<'_>, most: u8) -> Vec<u8> {
    let mut fields = fields_of(message, MAX_DEPTH).unwrap_or_default();
    let _ = edit(&mut fields, case, most);
    written(&fields)
}

fn edit(fields: &mut Vec<Field>, case: &mut Unstructured<'_>, most: u8) -> Result<()> {
    for _ in 0..case.arbitrary::<u8>()? % (most + 1) {
        let Some(spare) = pick(fields, case)?.map(|(list, at)| list[at].clone()) else { return Ok(()) };
        let Some((list, at)) = pick(fields, case)? else { return Ok(()) };
        match case.arbitrary::<u8>()? % 6 {
            0 => drop(list.remove(at)),
            1 => list.insert(at, spare),
            2 => list[at].value = spare.value,
            3 => list[at].key = u64::from(case.arbitrary::<u8>()?),
            _ => change(&mut list[at].value, case)?,
        }
    }
    Ok(())
}

/// A field at any depth, by the list that it stands in.
fn pick<'a>(fields: &'a mut Vec<Field>, case: &mut Unstructured<'_>) -> Result<Option<(&'a mut Vec<Field>, usize)>> {
    if fields.is_empty() {
        return Ok(None);
    }
    let at = usize::from(case.arbitrary::<u8>()?) % fields.len();
    let is_inner = matches!(&fields[at].value, Value::Message(inner) if !inner.is_empty());
    if !is_inner || case.arbitrary::<u8>()? % 4 == 0 {
        return Ok(Some((fields, at)));
    }
    match &mut fields[at].value {
        Value::Message(inner) => pick(inner, case),
        _ => unreachable!("it is a message, as was seen; qed"),
    }
}

fn change(value: &mut Value, case: &mut Unstructured<'_>) -> Result<()> {
    let number = NUMBERS[usize::from(case.arbitrary::<u8>()?) % NUMBERS.len()];
    match value {
        Value::Varint(value) => *value = if case.arbitrary()? { number } else { case.arbitrary::<u8>()?.into() },
        Value::Fixed(bytes) => bytes.iter_mut().try_for_each(|byte| case.arbitrary().map(|new| *byte = new))?,
        Value::Bytes(bytes) => match case.arbitrary::<u8>()? % 3 {
            0 => bytes.truncate(case.arbitrary::<u8>()?.into()),
            1 => bytes.push(case.arbitrary()?),
            _ => {
                let length = usize::from(case.arbitrary::<u8>()? % 32).min(case.len());
                *bytes = case.bytes(length)?.to_vec();
            }
        },
        Value::Message(fields) => fields.push(Field { key: 8, value: Value::Varint(number) }),
    }
    Ok(())
}

/// The fields of `message`; `None` if it is none.
fn fields_of(mut message: &[u8], depth: u8) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    while !message.is_empty() {
        let key = varint(&mut message)?;
        let value = match key & 7 {
            0 => Value::Varint(varint(&mut message)?),
            1 => Value::Fixed(message.split_off(..8)?.to_vec()),
            5 => Value::Fixed(message.split_off(..4)?.to_vec()),
            2 => {
                let length = usize::try_from(varint(&mut message)?).ok()?;
                let bytes = message.split_off(..length)?;
                let inner = if depth > 0 && !bytes.is_empty() { fields_of(bytes, depth - 1) } else { None };
                inner.map_or_else(|| Value::Bytes(bytes.to_vec()), Value::Message)
            }
            _ => return None,
        };
        fields.push(Field { key, value });
    }
    Some(fields)
}

fn varint(message: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = *message.split_off_first()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn written(fields: &[Field]) -> Vec<u8> {
    let mut message = Vec::new();
    for Field { key, value } in fields {
        write_varint(*key, &mut message);
        match value {
            Value::Varint(value) => write_varint(*value, &mut message),
            Value::Fixed(bytes) => message.extend(bytes),
            Value::Bytes(bytes) => write_bytes(bytes, &mut message),
            Value::Message(fields) => write_bytes(&written(fields), &mut message),
        }
    }
    message
}

fn write_bytes(bytes: &[u8], message: &mut Vec<u8>) {
    write_varint(bytes.len() as u64, message);
    message.extend(bytes);
}

fn write_varint(mut value: u64, message: &mut Vec<u8>) {
    while value > 0x7f {
        message.push(value as u8 | 0x80);
        value >>= 7;
    }
    message.push(value as u8);
}
