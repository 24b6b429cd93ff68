//! What the chain is told about a package: the content of `version.json`, which lies beside it and is no part of it.

use crate::{hex_hash, Architecture, GoldenError, Package};
use serde::{Deserialize, Serialize};

/// A package as a version on the chain names it: field by field the JSON of the chain's `VersionSpec`, so that the file can
/// be handed to `publish_version` as it stands. Hashes are hexadecimal after `0x`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VersionFile {
    /// Root of the package.
    pub package_root: String,
    /// Length of all files together, in bytes.
    pub package_size: u64,
    /// The family of graphs that runs it.
    pub architecture: Architecture,
    /// The frozen arithmetic in which its answers are defined.
    pub kernel_spec: u16,
    /// What it takes and gives at most.
    pub limits: VersionLimits,
    /// Units that every worker of it computes in one block's time; it sets the deadlines.
    pub units_per_block: u32,
    /// Known answers.
    pub golden_vectors: Vec<GoldenHashes>,
}

/// What a version takes and gives at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VersionLimits {
    /// Longest input in bytes.
    pub max_input: u32,
    /// Longest output in bytes.
    pub max_output: u32,
    /// Most units of one answer.
    pub max_units: u32,
}

/// A golden vector as the chain keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GoldenHashes {
    /// Hash of the input.
    pub input_hash: String,
    /// Digest of the answer.
    pub digest: String,
}

impl VersionFile {
    /// Describes `package`, after its golden vectors have been run, with the speed that its owner declares.
    pub fn of(package: &Package, units_per_block: u32) -> Result<Self, GoldenError> {
        package.check_golden()?;
        let manifest = package.manifest();
        let golden = package.golden().vectors.iter().enumerate().map(|(index, vector)| {
            let digest = vector.digest.ok_or(GoldenError::NoDigest(index))?;
            let input_hash = votive_digest::input_hash(&vector.input);
            Ok(GoldenHashes { input_hash: prefixed(&input_hash), digest: prefixed(&digest) })
        });
        Ok(Self {
            package_root: prefixed(&package.root()),
            package_size: package.size(),
            architecture: manifest.architecture,
            kernel_spec: manifest.kernel_spec,
            limits: VersionLimits {
                // At most MAX_INPUT_BYTES and MAX_OUTPUT_BYTES by the manifest's check, so both fit; qed
                max_input: manifest.input.bytes() as u32,
                max_output: manifest.output.bytes() as u32,
                max_units: manifest.max_units(),
            },
            units_per_block,
            golden_vectors: golden.collect::<Result<_, GoldenError>>()?,
        })
    }
}

fn prefixed(hash: &votive_digest::Hash) -> String {
    format!("0x{}", hex_hash(hash))
}
