//! The clock of the settlement: it counts the blocks that take transactions.
//!
//! While a migration of several blocks runs, blocks hold inherents only: no seat could commit or reveal. So the clock
//! stands still then, and with it every deadline.

use crate::{Clock, Config, Pallet, Windows};
use frame_support::traits::Get;
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::traits::{One, Saturating};

impl<T: Config> Pallet<T> {
    /// The present time. On a chain that was never migrated it is the height.
    pub fn now() -> BlockNumberFor<T> {
        Clock::<T>::get()
    }

    /// Moves the clock on by one block, and returns the new time.
    pub(crate) fn tick() -> BlockNumberFor<T> {
        Clock::<T>::mutate(|time| {
            *time = time.saturating_add(One::one());
            *time
        })
    }

    /// When a window that begins now ends.
    pub(crate) fn after(blocks: u32) -> BlockNumberFor<T> {
        Self::now().saturating_add(blocks.into())
    }

    /// How long each step may take, within the bounds of [`Windows`].
    pub(crate) fn windows() -> Windows {
        T::Windows::get().bounded()
    }
}
