//! Golden vectors: inputs whose answers are known, so that a worker can check itself before it serves.

use crate::{hex_hash, RunError};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use votive_digest::{Hash, Parameters, MAX_INPUT_BYTES};

/// The most golden vectors of a package: as many as a version carries on the chain.
pub const MAX_GOLDEN_VECTORS: usize = 8;

/// The longest file of golden vectors, in bytes: room for each input in hexadecimal.
pub const MAX_GOLDEN_BYTES: usize = 128 * 1024;

/// The file of golden vectors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldenFile {
    /// The vectors, at least one.
    pub vectors: Vec<GoldenVector>,
}

/// One input and what its answer must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldenVector {
    /// The input's bytes, in hexadecimal.
    #[serde(serialize_with = "write_bytes", deserialize_with = "read_bytes")]
    pub input: Vec<u8>,
    /// How the model runs. What is absent is 1 unit, and otherwise 0.
    #[serde(default = "Parameters::default", skip_serializing_if = "is_default", with = "GoldenParameters")]
    pub parameters: Parameters,
    /// [`votive_digest::golden_digest`] of the answer, in hexadecimal after `0x`. Absent until it is packed.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "write_hash",
        deserialize_with = "read_hash"
    )]
    pub digest: Option<Hash>,
}

/// [`Parameters`] as a file of golden vectors has them.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Parameters", deny_unknown_fields)]
struct GoldenParameters {
    #[serde(default = "one")]
    max_units: u32,
    #[serde(default)]
    seed: u64,
    #[serde(default)]
    temperature_milli: u32,
    #[serde(default)]
    top_k: u32,
}

fn one() -> u32 {
    Parameters::default().max_units
}

/// Why golden vectors are refused, or do not hold.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GoldenError {
    /// The file is longer than 128 KiB.
    #[error("the golden vectors have {0} bytes, the limit is {MAX_GOLDEN_BYTES}")]
    TooLong(usize),
    /// Not the JSON that is asked for.
    #[error("the golden vectors are not valid JSON of the format")]
    Json(#[from] serde_json::Error),
    /// None, or more than [`MAX_GOLDEN_VECTORS`].
    #[error("the package has {0} golden vectors, 1 to {MAX_GOLDEN_VECTORS} are allowed")]
    Count(usize),
    /// An input that no request could carry.
    #[error("golden vector {0} has an input of more than {MAX_INPUT_BYTES} bytes")]
    Input(usize),
    /// A vector without a digest.
    #[error("golden vector {0} has no digest; run `votive-engine pack --golden`")]
    NoDigest(usize),
    /// This machine computes another answer than the vector tells.
    #[error("golden vector {index} has digest 0x{}, this machine computes 0x{}: do not serve the package here; check the machine's memory and the engine's version", hex_hash(expected), hex_hash(actual))]
    Mismatch {
        /// Index of the vector.
        index: usize,
        /// The digest of the file.
        expected: Hash,
        /// The digest of this machine's answer.
        actual: Hash,
    },
    /// A vector could not be run.
    #[error("a golden vector could not be run")]
    Run(#[from] RunError),
}

impl GoldenFile {
    /// Parses the file.
    pub fn parse(json: &[u8]) -> Result<Self, GoldenError> {
        if json.len() > MAX_GOLDEN_BYTES {
            return Err(GoldenError::TooLong(json.len()));
        }
        let file: Self = serde_json::from_slice(json)?;
        if file.vectors.is_empty() || file.vectors.len() > MAX_GOLDEN_VECTORS {
            return Err(GoldenError::Count(file.vectors.len()));
        }
        match file.vectors.iter().position(|vector| vector.input.len() > MAX_INPUT_BYTES as usize) {
            Some(index) => Err(GoldenError::Input(index)),
            None => Ok(file),
        }
    }
}

fn is_default(parameters: &Parameters) -> bool {
    *parameters == Parameters::default()
}

fn write_bytes<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    hex::encode(bytes).serialize(serializer)
}

fn read_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    hex::decode(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

fn write_hash<S: Serializer>(hash: &Option<Hash>, serializer: S) -> Result<S::Ok, S::Error> {
    hash.map(|hash| format!("0x{}", hex_hash(&hash))).serialize(serializer)
}

fn read_hash<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Hash>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    crate::parse_hash(&text)
        .map(Some)
        .ok_or_else(|| serde::de::Error::custom("a digest is 0x and 64 hexadecimal digits"))
}
