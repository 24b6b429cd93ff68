//! Edits of a JSON document, node by node, so that most of it stays what a reader expects.

use arbitrary::{Result, Unstructured};
use serde_json::{json, Map, Value};
use std::borrow::Cow;

/// Numbers at which sizes and offsets break.
const NUMBERS: [u64; 16] =
    [0, 1, 2, 3, 4, 7, 8, 16, 255, 1 << 16, (1 << 31) - 1, 1 << 32, 1 << 53, 1 << 62, 1 << 63, u64::MAX];

/// Words that readers know, in places where they may not stand.
const WORDS: [&str; 24] = [
    "",
    "F32",
    "I8",
    "F64",
    "f32",
    "u8",
    "u32",
    "utf8",
    "mlp",
    "cnn",
    "bert",
    "linear",
    "conv2d",
    "max_pool2d",
    "flatten",
    "softmax",
    "../a",
    "/",
    "manifest.json",
    "golden.json",
    "model.safetensors",
    "tokenizer.json",
    "[CLS]",
    "\u{0}\u{fffd}é",
];

/// A sound document, and its text, which is written once.
#[derive(Debug)]
pub struct Sound {
    value: Value,
    text: String,
}

impl From<Value> for Sound {
    fn from(value: Value) -> Self {
        Self { text: value.to_string(), value }
    }
}

impl Sound {
    /// The document as it is.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> &Value {
        &self.value[key]
    }

    /// The document with up to `most` edits.
    pub fn edited(&self, case: &mut Unstructured<'_>, most: u8) -> Cow<'_, str> {
        match case.arbitrary::<u8>().unwrap_or(0) % (most + 1) {
            0 => Cow::Borrowed(&self.text),
            count => {
                let mut document = self.value.clone();
                let _ = edit(&mut document, case, count);
                Cow::Owned(document.to_string())
            }
        }
    }
}

fn edit(document: &mut Value, case: &mut Unstructured<'_>, count: u8) -> Result<()> {
    for _ in 0..count {
        let at = usize::from(case.arbitrary::<u16>()?) % nodes(document);
        let from = usize::from(case.arbitrary::<u16>()?) % nodes(document);
        let spare = node(document, from).clone();
        change(node(document, at), spare, case)?;
    }
    Ok(())
}

fn change(node: &mut Value, spare: Value, case: &mut Unstructured<'_>) -> Result<()> {
    match (case.arbitrary::<u8>()? % 8, node) {
        (0, node) => *node = spare,
        (1, Value::Array(items)) => items.push(spare),
        (1, Value::Object(fields)) => drop(fields.insert(key(case, fields)?, spare)),
        (2, Value::Array(items)) => drop(items.pop()),
        (2, Value::Object(fields)) => drop(fields.remove(&key(case, fields)?)),
        (3, Value::Array(items)) => items.extend(items.clone().into_iter().take(64)),
        (4, Value::Number(number)) => {
            let step = i64::from(case.arbitrary::<i8>()?);
            let moved = number.as_i64().map(|value| value.saturating_add(step).into());
            *number = moved.unwrap_or_else(|| step.into());
        }
        (4, Value::String(text)) => text.push(char::from(case.arbitrary::<u8>()?)),
        (_, node) => *node = scalar(case)?,
    }
    Ok(())
}

/// A key of `fields`, or one of the words.
fn key(case: &mut Unstructured<'_>, fields: &Map<String, Value>) -> Result<String> {
    let number = usize::from(case.arbitrary::<u8>()?);
    Ok(fields
        .keys()
        .nth(number % (2 * fields.len() + 1))
        .map_or_else(|| WORDS[number % WORDS.len()].into(), String::clone))
}

fn scalar(case: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match case.arbitrary::<u8>()? % 12 {
        0..3 => NUMBERS[usize::from(case.arbitrary::<u8>()?) % NUMBERS.len()].into(),
        3 => case.arbitrary::<i64>()?.into(),
        4 => f64::from_bits(case.arbitrary()?).into(),
        5 | 6 => WORDS[usize::from(case.arbitrary::<u8>()?) % WORDS.len()].into(),
        7 => "a".repeat(case.arbitrary::<u8>()?.into()).into(),
        8 => Value::Null,
        9 => case.arbitrary::<bool>()?.into(),
        10 => json!([]),
        _ => case.arbitrary::<u16>()?.into(),
    })
}

/// How many nodes a document has.
fn nodes(document: &Value) -> usize {
    1 + match document {
        Value::Array(items) => items.iter().map(nodes).sum(),
        Value::Object(fields) => fields.values().map(nodes).sum(),
        _ => 0,
    }
}

/// The node of number `at`, of which there are more, each before its children.
fn node(document: &mut Value, mut at: usize) -> &mut Value {
    if at == 0 {
        return document;
    }
    at -= 1;
    let children: Vec<&mut Value> = match document {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(fields) => fields.values_mut().collect(),
        _ => unreachable!("a scalar has no node but itself; qed"),
    };
    for child in children {
        let count = nodes(child);
        if at < count {
            return node(child, at);
        }
        at -= count;
    }
    unreachable!("the number is below the document's nodes; qed")
}
