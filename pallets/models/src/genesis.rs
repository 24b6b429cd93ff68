//! Models that exist from the first block on.
//!
//! In a chain spec's JSON all names are camelCase, hashes and roots are `0x` hex, and the architecture is its name:
//!
//! ```json
//! {
//!   "models": [{
//!     "owner": "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
//!     "name": "Digits", "description": "Reads a digit.", "task": "image-classification", "licence": "Apache-2.0",
//!     "tags": ["vision"],
//!     "royaltyPercent": 5,
//!     "versions": [{
//!       "spec": {
//!         "packageRoot": "0x…", "packageSize": 101632, "architecture": "mlp", "kernelSpec": 1,
//!         "limits": { "maxInput": 3136, "maxOutput": 40, "maxUnits": 1 },
//!         "unitsPerBlock": 16,
//!         "goldenVectors": [{ "inputHash": "0x…", "digest": "0x…" }]
//!       },
//!       "price": { "perCall": 10000000000, "perUnit": 0 }
//!     }]
//!   }]
//! }
//! ```

use crate::{BalanceOf, Config, Pallet, Version};
use alloc::{string::String, vec::Vec};
use serde::{Deserialize, Serialize};
use sp_runtime::{DispatchResult, Permill};
use votive_primitives::model::{Metadata, Price, Text, VersionSpec};

/// A model of the genesis. Its texts have the bounds of [`Metadata`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisModel<AccountId, Balance> {
    /// Who owns it.
    pub owner: AccountId,
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
    /// The model's task.
    pub task: String,
    /// SPDX expression of the weights' licence.
    pub licence: String,
    /// Words to find the model by.
    pub tags: Vec<String>,
    /// Share of every fee that goes to the owner, in percent: at most 15.
    pub royalty_percent: u8,
    /// Its versions; the first has the number 1.
    pub versions: Vec<GenesisVersion<Balance>>,
}

/// A version of the genesis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisVersion<Balance> {
    /// What it is.
    pub spec: VersionSpec,
    /// Price of one seat.
    pub price: Price<Balance>,
}

impl<AccountId, Balance> GenesisModel<AccountId, Balance> {
    /// The model's metadata. `None` when a text is longer than it may be.
    pub fn metadata(&self) -> Option<Metadata> {
        let tags = self.tags.iter().map(|tag| text(tag)).collect::<Option<Vec<_>>>()?;
        Some(Metadata {
            name: text(&self.name)?,
            description: text(&self.description)?,
            task: text(&self.task)?,
            licence: text(&self.licence)?,
            tags: tags.try_into().ok()?,
        })
    }
}

fn text<const N: u32>(text: &str) -> Option<Text<N>> {
    Text::try_from(text.as_bytes().to_vec()).ok()
}

/// Writes the models of a genesis, without deposits.
///
/// # Panics
///
/// When a model or a version would not pass the checks of its call: such a genesis must not start a chain.
pub(crate) fn build<T: Config>(models: &[GenesisModel<T::AccountId, BalanceOf<T>>]) {
    for model in models {
        let metadata = model.metadata().unwrap_or_else(|| panic!("a text of genesis model {} is too long", model.name));
        if let Err(error) = insert::<T>(model, metadata) {
            panic!("genesis model {} is refused: {error:?}", model.name);
        }
    }
}

fn insert<T: Config>(model: &GenesisModel<T::AccountId, BalanceOf<T>>, metadata: Metadata) -> DispatchResult {
    let royalty = Permill::from_percent(model.royalty_percent.into());
    Pallet::<T>::check_metadata(&metadata)?;
    Pallet::<T>::check_royalty(royalty)?;
    let id = Pallet::<T>::insert_model(model.owner.clone(), metadata, royalty, None)?;
    for GenesisVersion { spec, price } in &model.versions {
        Pallet::<T>::check_spec(spec)?;
        Pallet::<T>::check_price(price)?;
        let version = Version { spec: spec.clone(), price: *price, deprecated: false, deposit: None };
        Pallet::<T>::insert_version(id, version)?;
    }
    Ok(())
}
