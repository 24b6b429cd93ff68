//! Identifiers.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_core::H256;

/// A model: a family of versions with one owner.
pub type ModelId = u32;

/// Number of a version inside its model, counted from 1.
pub type VersionNumber = u32;

/// A request's id, see [`votive_digest::request_id`].
pub type RequestId = H256;

/// Which drawing of seats a request is at: 0 for the first, 1 for the redraw.
pub type Attempt = u8;

/// What is metered: one call, or one token.
pub type Units = u32;

/// A version of a model.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VersionId {
    /// The model.
    pub model: ModelId,
    /// The version's number inside the model, from 1.
    pub number: VersionNumber,
}
