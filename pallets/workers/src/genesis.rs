//! Workers that exist from the first block on.
//!
//! In a chain spec's JSON all names are camelCase; accounts and worker keys are SS58:
//!
//! ```json
//! {
//!   "workers": [{
//!     "operator": "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
//!     "bond": 10000000000000000,
//!     "key": "5FA9nQDVg267DEd8m1ZypXLBnvN7SFxYwV7ndqSYGiN9TTpu",
//!     "capacity": 4,
//!     "serves": [{ "model": 0, "number": 1 }]
//!   }]
//! }
//! ```

use crate::{BalanceOf, Config, Error, KeyOwner, Pallet, Workers};
use alloc::vec::Vec;
use frame_support::{ensure, traits::Get};
use serde::{Deserialize, Serialize};
use sp_runtime::DispatchResult;
use votive_primitives::{ids::VersionId, worker_key::WorkerKey};

/// A worker of the genesis. It brings no proof of possession: who writes the genesis vouches for its keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisWorker<AccountId, Balance> {
    /// Its operator, whose balance carries the bond.
    pub operator: AccountId,
    /// Its bond.
    pub bond: Balance,
    /// Its worker key.
    pub key: WorkerKey,
    /// How many seats it takes at a time.
    pub capacity: u32,
    /// The versions that it serves; the models' genesis must come before.
    pub serves: Vec<VersionId>,
}

/// Writes the workers of a genesis and holds their bonds.
///
/// # Panics
///
/// When a worker would not pass the checks of the calls: such a genesis must not start a chain.
pub(crate) fn build<T: Config>(workers: &[GenesisWorker<T::AccountId, BalanceOf<T>>]) {
    for worker in workers {
        if let Err(error) = insert::<T>(worker) {
            panic!("genesis worker {:?} is refused: {error:?}", worker.operator);
        }
    }
}

fn insert<T: Config>(worker: &GenesisWorker<T::AccountId, BalanceOf<T>>) -> DispatchResult {
    let GenesisWorker { operator, bond, key, capacity, serves } = worker;
    ensure!(!Workers::<T>::contains_key(operator), Error::<T>::AlreadyRegistered);
    ensure!(*bond >= T::MinBond::get(), Error::<T>::BondTooLow);
    ensure!(!KeyOwner::<T>::contains_key(key), Error::<T>::KeyInUse);
    Pallet::<T>::check_capacity(*capacity)?;
    Pallet::<T>::insert_worker(operator, *bond, key.clone(), *capacity)?;
    serves.iter().try_for_each(|version| Pallet::<T>::insert_server(operator, *version))
}
