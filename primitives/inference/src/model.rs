//! What a model and its versions are made of.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_core::H256;
use sp_runtime::Permill;

/// The most golden vectors that a version carries.
pub const MAX_GOLDEN_VECTORS: u32 = 8;

/// The most operators that may serve one version.
pub const MAX_WORKERS_PER_VERSION: u32 = 64;

/// The royalty's upper bound, in percent of a request's fee.
pub const MAX_ROYALTY: Permill = Permill::from_percent(15);

/// Bounded UTF-8 text of at most `N` bytes.
pub type Text<const N: u32> = BoundedVec<u8, ConstU32<N>>;

/// What people read about a model. All texts are UTF-8.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Metadata {
    /// Name, not empty.
    pub name: Text<64>,
    /// Description in a few sentences.
    pub description: Text<1024>,
    /// The model's task, as the field names it: `image-classification`, `text-generation`.
    pub task: Text<64>,
    /// SPDX expression of the weights' licence.
    pub licence: Text<64>,
    /// Words to find the model by.
    pub tags: BoundedVec<Text<32>, ConstU32<8>>,
}

/// A family of graphs that the engine can run.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Architecture {
    /// Multi-layer perceptron.
    #[codec(index = 0)]
    Mlp,
    /// Convolutional network.
    #[codec(index = 1)]
    Cnn,
    /// Transformer encoder: a text in, one embedding out.
    #[codec(index = 2)]
    Bert,
    /// Transformer decoder of Llama's family, which generates tokens.
    #[codec(index = 3)]
    Llama,
}

impl Architecture {
    /// Whether an answer is one call, whatever its length; of the others the tokens are counted.
    pub const fn is_per_call(self) -> bool {
        match self {
            Architecture::Mlp | Architecture::Cnn | Architecture::Bert => true,
            Architecture::Llama => false,
        }
    }

    /// The bytes that each unit puts into the output: a token is a little-endian u32. 0 where an answer is one call.
    pub const fn bytes_per_unit(self) -> u32 {
        match self {
            Architecture::Mlp | Architecture::Cnn | Architecture::Bert => 0,
            Architecture::Llama => 4,
        }
    }
}

/// Price of an answer for each seat, in the chain's smallest unit. The one mutable entry of a version.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Price<Balance> {
    /// Price of the call itself.
    pub per_call: Balance,
    /// Price of each unit of the answer.
    pub per_unit: Balance,
}

/// What a version takes and gives at most.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limits {
    /// Longest input in bytes, at most [`crate::MAX_INPUT_BYTES`].
    pub max_input: u32,
    /// Longest output in bytes, at most [`crate::MAX_OUTPUT_BYTES`].
    pub max_output: u32,
    /// Most units of one answer, at least 1.
    pub max_units: u32,
}

/// A known answer: a worker computes it before it serves the version. A self-check, not a proof.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GoldenVector {
    /// Hash of the input, which lies in the package.
    pub input_hash: H256,
    /// [`votive_digest::golden_digest`] of the answer.
    pub digest: H256,
}

/// What a version is. Nothing of it ever changes; its price stands beside it.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VersionSpec {
    /// Merkle root of the package, see [`votive_digest::package_root`].
    pub package_root: H256,
    /// Length of all files of the package together, in bytes.
    pub package_size: u64,
    /// The graph that runs it.
    pub architecture: Architecture,
    /// The frozen arithmetic in which its answers are defined.
    pub kernel_spec: u16,
    /// What it takes and gives at most.
    pub limits: Limits,
    /// Units that every worker of it computes in one block's time; sets the deadlines. At least 1.
    pub units_per_block: u32,
    /// Known answers.
    pub golden_vectors: BoundedVec<GoldenVector, ConstU32<MAX_GOLDEN_VECTORS>>,
}
